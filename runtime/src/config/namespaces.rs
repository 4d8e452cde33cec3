//! The namespaces that the app handles.

use centrifugo_pattern::{Namespace, Pattern};

use super::Settings;
use crate::event::facts::Proxy;
use crate::registry::{RegisteredHandler, Registry};

/// The channel namespaces that handlers, typed channels and settings name.
pub(super) fn channel_namespaces(registry: &Registry, settings: &Settings) -> impl Iterator<Item = String> {
    let handled = literal_namespaces(registry.handlers.iter().filter(|registered| is_for_channels(registered)));
    let typed = settings.channels.iter().filter_map(|pattern| literal(Pattern::parse(pattern).ok()?.namespace()));
    let custom = settings.custom.iter().filter_map(|custom| custom.pointer("/channel/namespaces")?.as_array()).flatten();
    let custom = custom.filter_map(|namespace| namespace.get("name")?.as_str().map(str::to_owned));
    handled.chain(settings.namespaces.iter().cloned()).chain(typed).chain(custom)
}

/// The namespaces that the handlers' patterns name.
pub(crate) fn literal_namespaces<'r>(handlers: impl Iterator<Item = &'r RegisteredHandler>) -> impl Iterator<Item = String> {
    handlers.filter_map(|registered| literal(registered.namespace()))
}

fn literal(namespace: Namespace<'_>) -> Option<String> {
    match namespace {
        Namespace::Literal(name) => Some(name.to_owned()),
        Namespace::None | Namespace::Open => None,
    }
}

/// The namespace that the handler's pattern names, empty for names without one; `None` if the pattern matches any namespace.
pub(super) fn namespace_of(registered: &RegisteredHandler) -> Option<&str> {
    match registered.namespace() {
        Namespace::Literal(name) => Some(name),
        Namespace::None => Some(""),
        Namespace::Open => None,
    }
}

/// Whether the event is switched on in channel namespaces. The events of Centrifugo PRO aren't.
pub(super) fn is_for_channels(registered: &RegisteredHandler) -> bool {
    matches!(registered.handler.kind().facts().proxy, Some(Proxy::Channel(_)))
}
