//! What the log is told at the start: who answers what, and what looks like a mistake.

use centrifugo_pattern::Namespace;

use crate::registry::{Entry, Registry};

/// One line for each handler, in the order of a connection's life, one for each interceptor, from the outside, and a warning for each that may be a slip.
pub(crate) fn report(registry: &Registry, namespaces_are_named: bool) {
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
        warn(entry, namespaces_are_named);
    }
}

fn warn(entry: &Entry, namespaces_are_named: bool) {
    let at = entry.handler.location();
    if entry.trusts_anyone() {
        tracing::warn!(
            "{at} publishes without a look at who asks: Centrifugo has checked neither the subscription nor the channel; \
             take a `UserId`, or write `anyone` into the attribute"
        );
    }
    if entry.pattern.is_some() && entry.namespace() == Namespace::Open && !namespaces_are_named {
        tracing::warn!(
            "{at} answers for any namespace, but Centrifugo knows only those in its configuration: name them with `App::namespace(..)`"
        );
    }
}
