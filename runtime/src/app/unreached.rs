//! Warnings about timeouts that no call can reach, because another one is always over before.

use std::time::Duration;

use serde_json::Value;

use crate::config::{nested, proxy_timeout};
use crate::event::kind::Kind;
use crate::registry::Registry;

/// The timeouts that a call has besides its handler's.
pub(super) struct Timeouts<'a> {
    /// That of the app, `App::timeout`.
    pub(super) app: Option<Duration>,
    /// Centrifugo's configuration, which has the proxies'.
    pub(super) config: &'a Value,
}

impl Timeouts<'_> {
    /// Warns of each timeout that can't be reached.
    pub(super) fn warn(&self, registry: &Registry) {
        for line in self.unreached(registry) {
            tracing::warn!("{line}");
        }
    }

    fn unreached(&self, registry: &Registry) -> Vec<String> {
        let handlers = registry.handlers.iter().filter_map(|registered| {
            let handler = registered.handler;
            let timeout = handler.timeout()?;
            let longer = self.longer(handler.kind(), timeout)?;
            Some(format!("`timeout = \"{timeout:?}\"` of {} is never reached, because {longer}", handler.location()))
        });
        handlers.chain(self.unreached_of_app(registry)).collect()
    }

    /// The timeout that is over before a handler's, with what to do.
    fn longer(&self, kind: Kind, timeout: Duration) -> Option<String> {
        match self.app.filter(|app| *app < timeout) {
            Some(app) => Some(format!("`App::timeout` is {app:?}: write a shorter one, or raise that of the app")),
            None => self.proxy(kind).filter(|(_, proxy)| *proxy <= timeout).map(|(pointer, proxy)| waits(&pointer, proxy)),
        }
    }

    /// The app's timeout, if it is over for no event before Centrifugo waits no longer.
    fn unreached_of_app(&self, registry: &Registry) -> Option<String> {
        let app = self.app?;
        let kinds = Kind::ALL.into_iter().filter(|kind| registry.of(*kind).next().is_some());
        // An event of Centrifugo PRO has a timeout that the app doesn't know.
        let proxies: Option<Vec<_>> = kinds.map(|kind| self.proxy(kind)).collect();
        let (pointer, longest) = proxies?.into_iter().max_by_key(|(_, proxy)| *proxy)?;
        let waits = (longest <= app).then(|| waits(&pointer, longest))?;
        Some(format!("`App::timeout`, which is {app:?}, is never reached, because {waits}"))
    }

    /// The place and the value of a proxy's timeout in Centrifugo's configuration. `None`: it isn't generated.
    fn proxy(&self, kind: Kind) -> Option<(String, Duration)> {
        let pointer = kind.facts().proxy?.pointer();
        Some((format!("{pointer}/timeout"), proxy_timeout::of(self.config, kind)))
    }
}

fn waits(pointer: &str, proxy: Duration) -> String {
    let (dotted, nested) = (pointer[1..].replace('/', "."), nested(pointer, ".."));
    format!(
        "Centrifugo waits {proxy:?} (`{dotted}`): write a shorter one, or raise that of the proxy with \
         `App::centrifugo(json!({nested}))`"
    )
}
