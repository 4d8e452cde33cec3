//! Which namespaces belong to streams: Centrifugo has a namespace's subscriptions either as streams or as questions.

use std::collections::BTreeSet;

use centrifugo_pattern::Namespace;
use serde_json::{Value, json};

use crate::kind::Kind;
use crate::registry::{Entry, Registry};
use crate::start::Conflict;

/// The events that Centrifugo doesn't ask about in a stream's namespace.
const ELSEWHERE: [Kind; 3] = [Kind::Subscribe, Kind::Publish, Kind::SubRefresh];

/// Tells what Centrifugo would refuse, as far as patterns name their namespaces.
pub(crate) fn check(registry: &Registry, conflicts: &mut Vec<Conflict>) {
    for stream in registry.of(Kind::Stream) {
        let Some(namespace) = named(stream) else { continue };
        let at = stream.handler.location();
        for other in others(registry).filter(|other| named(other) == Some(namespace)) {
            let namespace = namespace.to_owned();
            conflicts.push(Conflict::StreamNamespace { namespace, stream: at, other: other.handler.location() });
        }
        if !stream.needs.publications {
            continue;
        }
        let one_way = |other: &&Entry| !other.needs.publications && named(other) == Some(namespace);
        if let Some(other) = registry.of(Kind::Stream).find(one_way) {
            let (namespace, one_way) = (namespace.to_owned(), other.handler.location());
            conflicts.push(Conflict::StreamDirections { namespace, both_ways: at, one_way });
        }
    }
}

/// The namespaces whose subscriptions are streams.
#[derive(Default)]
pub(crate) struct Territory {
    /// Each with whether its streams go both ways. The empty name stands for the channels without namespace.
    pub(crate) namespaces: Vec<(String, bool)>,
}

impl Territory {
    /// Those that stream patterns name; and, if one fits any namespace, all others that no other handler names.
    pub(crate) fn of(registry: &Registry, all: &BTreeSet<String>) -> Self {
        let mut namespaces = Vec::new();
        let open: Vec<_> = registry.of(Kind::Stream).filter(|stream| named(stream).is_none()).collect();
        for name in all.iter().map(String::as_str).chain([""]) {
            let mut streams: Vec<_> = registry.of(Kind::Stream).filter(|stream| named(stream) == Some(name)).collect();
            if streams.is_empty() && !others(registry).any(|other| named(other) == Some(name)) {
                streams.extend(&open);
            }
            if !streams.is_empty() {
                namespaces.push((name.to_owned(), streams.iter().any(|stream| stream.needs.publications)));
            }
        }
        Self { namespaces }
    }

    /// Their options in Centrifugo's configuration.
    pub(crate) fn enabled(&self) -> Value {
        let mut namespaces = Vec::new();
        let mut channel = json!({});
        for (name, both_ways) in &self.namespaces {
            let mut options = json!({ "subscribe_stream_proxy_enabled": true });
            if *both_ways {
                options["subscribe_stream_proxy_bidirectional"] = true.into();
            }
            if name.is_empty() {
                channel["without_namespace"] = options;
            } else {
                options["name"] = name.as_str().into();
                namespaces.push(options);
            }
        }
        if !namespaces.is_empty() {
            channel["namespaces"] = namespaces.into();
        }
        channel
    }

    pub(crate) fn has(&self, namespace: &str) -> bool {
        self.namespaces.iter().any(|(name, _)| name == namespace)
    }
}

fn others(registry: &Registry) -> impl Iterator<Item = &Entry> {
    ELSEWHERE.into_iter().flat_map(|kind| registry.of(kind))
}

/// The namespace that the pattern names, empty for none; `None` if any fits.
fn named(entry: &Entry) -> Option<&str> {
    match entry.namespace() {
        Namespace::Literal(name) => Some(name),
        Namespace::None => Some(""),
        Namespace::Open => None,
    }
}
