//! What the log is told at the start: who answers what, and what looks like a mistake.

use centrifugo_pattern::Namespace;

use crate::config::{Settings, nested};
use crate::event::kind::Kind;
use crate::registry::{Entry, Registry};

/// One line for each handler, in the order of a connection's life, one for each interceptor, from the outside, and a warning for each that may be a slip.
pub(crate) fn report(registry: &Registry, settings: &Settings) {
    let mut entries: Vec<&Entry> = registry.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.handler.kind(), entry.handler.pattern()));
    for entry in &entries {
        let handler = entry.handler;
        let pattern = handler.pattern().map(|pattern| format!(" \"{pattern}\"")).unwrap_or_default();
        tracing::info!("{}{pattern} -> {} {}", handler.attribute(), handler.name(), handler.location());
    }
    for interceptor in &registry.interceptors {
        tracing::info!("interceptor of {} -> {} {}", interceptor.events(), interceptor.name(), interceptor.location());
    }
    for entry in entries {
        warn(entry, !settings.namespaces.is_empty());
    }
    warn_of_missing_keys(registry, settings);
    if cfg!(panic = "abort") {
        tracing::warn!(
            "compiled with `panic = \"abort\"`: a panic in a handler ends the app, and not only one client's call"
        );
    }
}

/// Centrifugo doesn't start without the keys that some events require: with shared polls, it checks the signatures of clients.
fn warn_of_missing_keys(registry: &Registry, settings: &Settings) {
    for kind in Kind::ALL.into_iter().filter(|kind| registry.of(*kind).next().is_some()) {
        if let Some(key) = kind.facts().required_key.filter(|key| settings.custom(key).is_none()) {
            let (dotted, nested) = (key[1..].replace('/', "."), nested(key, ".."));
            tracing::warn!(
                "Centrifugo needs `{dotted}` for {kind}: give it one with `App::centrifugo(json!({nested}))`, or in its environment"
            );
        }
    }
}

fn warn(entry: &Entry, namespaces_are_named: bool) {
    let at = entry.handler.location();
    if entry.trusts_anyone() {
        tracing::warn!(
            "{at} lets clients write without a look at who asks: Centrifugo has checked neither the subscription nor the channel; \
             take a `UserId`, or write `anyone` into the attribute"
        );
    }
    if entry.pattern.is_some() && entry.namespace() == Namespace::Open && !namespaces_are_named {
        tracing::warn!(
            "{at} answers for any namespace, but Centrifugo knows only those in its configuration: name them with `App::namespace(..)`"
        );
    }
}
