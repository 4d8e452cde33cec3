//! The options of the proxies, by which Centrifugo calls the app.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Settings;
use crate::dispatch::secret::Secret;
use crate::event::facts::Proxy;
use crate::event::kind::Kind;
use crate::registry::Registry;

/// The proxies of the events that have handlers.
pub(super) struct Proxies<'a> {
    pub(super) registry: &'a Registry,
    pub(super) settings: &'a Settings,
    pub(super) secret: Option<&'a Secret>,
    pub(super) tls: Option<&'a Value>,
    pub(super) endpoint: &'a str,
}

impl Proxies<'_> {
    /// The options of an event's proxy; `None` if the event has no handler.
    pub(super) fn options(&self, kind: Kind) -> Option<Map<String, Value>> {
        self.registry.of(kind).next()?;
        let mut proxy = Map::from_iter([("endpoint".to_owned(), Value::from(self.endpoint))]);
        if let Some(Proxy::Client(_)) = kind.facts().proxy {
            proxy.insert("enabled".into(), true.into());
        }
        let emulated = lower_case(self.settings.emulated_headers.iter().map(String::as_str));
        let mut forwarded = lower_case(self.settings.http_headers.iter().map(String::as_str));
        let needs: Vec<_> = self.registry.needs_of(kind).collect();
        forwarded.extend(needs.iter().flat_map(|needs| &needs.headers).map(|name| name.as_str().to_owned()));
        for (key, names) in [("http_headers", forwarded), ("emulated_headers", emulated)] {
            if !names.is_empty() {
                proxy.insert(key.into(), names.into_iter().collect());
            }
        }
        if needs.iter().any(|needs| needs.meta) {
            proxy.insert("include_connection_meta".into(), true.into());
        }
        let grpc = self.grpc();
        if !grpc.is_empty() {
            proxy.insert("grpc".into(), grpc.into());
        }
        Some(proxy)
    }

    /// How Centrifugo and the app trust each other.
    fn grpc(&self) -> Map<String, Value> {
        let mut grpc = Map::new();
        if let Some(secret) = self.secret {
            grpc.insert("credentials_key".into(), secret.name().as_str().into());
            grpc.insert("credentials_value".into(), secret.current().into());
        }
        if let Some(tls) = self.tls {
            grpc.insert("tls".into(), tls.clone());
        }
        grpc
    }
}

fn lower_case<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    names.map(str::to_ascii_lowercase).collect()
}
