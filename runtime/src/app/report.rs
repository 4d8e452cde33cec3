//! What the log is told at the start: who answers what, and what looks like a mistake.

use centrifugo_pattern::Namespace;

use crate::config::Settings;
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
    warn_of_polls(registry, settings);
    if cfg!(panic = "abort") {
        tracing::warn!(
            "compiled with `panic = \"abort\"`: a panic in a handler ends the app, and not only one client's call"
        );
    }
}

/// Centrifugo doesn't start with polls and without the key that it checks their clients' signatures with.
fn warn_of_polls(registry: &Registry, settings: &Settings) {
    let key = settings.custom("/shared_poll/hmac_secret_key");
    if registry.of(Kind::SharedPoll).next().is_some() && key.is_none() {
        tracing::warn!(
            "Centrifugo needs `shared_poll.hmac_secret_key` for shared polls: give it one with \
             `App::centrifugo(json!({{ \"shared_poll\": {{ \"hmac_secret_key\": \"..\" }} }}))`, or in its environment"
        );
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
