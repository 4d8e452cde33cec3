//! The namespaces in which events are switched on for patterns that match any namespace.

use std::collections::BTreeSet;

use super::Settings;
use super::namespace_types::NamespaceTypes;
use super::namespaces::literal_namespaces;
use crate::event::kind::Kind;
use crate::registry::Registry;

/// The namespaces in which an event is switched on for a pattern that matches any namespace.
pub(super) struct OpenNamespaces {
    pub(super) names: BTreeSet<String>,
    /// Whether names without a namespace are among them.
    pub(super) without_namespace: bool,
}

impl OpenNamespaces {
    /// All RPC namespaces: they have no types.
    pub(super) fn of_methods(kind: Kind, registry: &Registry, settings: &Settings) -> Self {
        let literal = literal_namespaces(registry.of(kind));
        let names = literal.chain(settings.rpc_namespaces.iter().map(|&name| name.to_owned())).collect();
        Self { names, without_namespace: true }
    }

    /// The channel namespaces in whose type Centrifugo sends the event.
    pub(super) fn of_channels(kind: Kind, all: &BTreeSet<String>, types: &NamespaceTypes<'_>) -> Self {
        let names = all.iter().filter(|name| types.allow(name, kind)).cloned().collect();
        Self { names, without_namespace: types.allow("", kind) }
    }
}
