//! Which namespaces belong to streams, maps and polls: Centrifugo has one type of subscriptions in each.

use std::collections::BTreeSet;

use centrifugo_pattern::Namespace;
use serde_json::{Value, json};

use super::merge::{merge, nested};
use crate::error::Conflict;
use crate::event::facts::{Proxy, SubscriptionType};
use crate::event::kind::Kind;
use crate::registry::{Entry, Registry};

/// The type that an entry's event implies.
fn type_of(entry: &Entry) -> Option<SubscriptionType> {
    entry.handler.kind().facts().subscription_type
}

/// Whether Centrifugo sends the event in namespaces of this type.
fn has(special: SubscriptionType, kind: Kind) -> bool {
    let facts = kind.facts();
    facts.subscription_type.is_none_or(|own| own == special) && !facts.absent_from.contains(&special)
}

/// Tells what Centrifugo would refuse, as far as patterns name their namespaces.
pub(crate) fn check(registry: &Registry, conflicts: &mut Vec<Conflict>) {
    for special in &registry.entries {
        let (Some(kind), Some(namespace)) = (type_of(special), named(special)) else { continue };
        let at = special.handler.location();
        let here = || registry.entries.iter().filter(|other| named(other) == Some(namespace));
        for other in here().filter(|other| !has(kind, other.handler.kind())) {
            // Two special ones exclude each other: told once.
            if type_of(other).is_none_or(|other| kind < other) {
                let (namespace, other) = (namespace.to_owned(), other.handler.location());
                conflicts.push(Conflict::SubscriptionType { namespace, what: kind.name(), special: at, other });
            }
        }
        let is_stream = |entry: &Entry| type_of(entry) == Some(SubscriptionType::Stream);
        let one_way = |other: &&Entry| is_stream(other) && !other.needs.publications;
        if special.needs.publications
            && let Some(other) = here().find(one_way)
        {
            let (namespace, one_way) = (namespace.to_owned(), other.handler.location());
            conflicts.push(Conflict::StreamDirections { namespace, both_ways: at, one_way });
        }
    }
}

/// The namespaces that have a type. The empty name stands for the channels without namespace.
pub(crate) struct TypedNamespaces<'r> {
    registry: &'r Registry,
    namespaces: Vec<(String, SubscriptionType)>,
}

impl<'r> TypedNamespaces<'r> {
    /// Each namespace belongs to the patterns that name it. What nobody names belongs to those that any namespace fits.
    pub(crate) fn of(registry: &'r Registry, all: &BTreeSet<String>) -> Self {
        let types = |name: Option<&str>| {
            let here = registry.entries.iter().filter(move |entry| named(entry) == name && is_about_channels(entry));
            here.map(type_of).collect::<Vec<_>>()
        };
        let of = |name: &str| {
            let literal = types(Some(name));
            let types = if literal.is_empty() { types(None) } else { literal };
            SubscriptionType::ALL.into_iter().find(|special| types.contains(&Some(*special)))
        };
        let names = all.iter().map(String::as_str).chain([""]);
        let namespaces = names.filter_map(|name| Some((name.to_owned(), of(name)?))).collect();
        Self { registry, namespaces }
    }

    /// Whether Centrifugo asks about the event in the namespace.
    pub(crate) fn admits(&self, namespace: &str, kind: Kind) -> bool {
        self.namespaces.iter().find(|(name, _)| name == namespace).is_none_or(|(_, special)| has(*special, kind))
    }

    /// The options of these namespaces in Centrifugo's configuration. What depends on the data (how long keys live, which mode) is
    /// there as the mildest that Centrifugo starts with.
    pub(crate) fn options(&self) -> Value {
        let mut namespaces = Vec::new();
        let mut channel = json!({});
        for (name, special) in &self.namespaces {
            let mut options = self.options_of(name, *special);
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

    fn options_of(&self, namespace: &str, special: SubscriptionType) -> Value {
        let mut options = base_options(special);
        let here = self.registry.entries.iter().filter(|entry| named(entry).is_none_or(|name| name == namespace));
        for entry in here.filter(|entry| type_of(entry) == Some(special)) {
            let switch = entry.handler.kind().facts().switch.unwrap_or_default();
            if options.pointer(switch).is_none() {
                merge(&mut options, nested(switch, true));
            }
            if entry.needs.publications {
                merge(&mut options, json!({ "subscribe_stream_proxy_bidirectional": true }));
            }
        }
        options
    }
}

/// The options that a namespace of this type has, whatever its handlers are.
fn base_options(special: SubscriptionType) -> Value {
    match special {
        SubscriptionType::Stream => json!({}),
        SubscriptionType::Map => {
            json!({ "subscription_type": "map", "map": { "mode": "ephemeral", "key_ttl": "60s" } })
        }
        SubscriptionType::SharedPoll => json!({ "subscription_type": "shared_poll" }),
    }
}

/// Whether the event is switched on in namespaces of channels. Those of Centrifugo PRO aren't.
pub(super) fn is_about_channels(entry: &Entry) -> bool {
    matches!(entry.handler.kind().facts().proxy, Some(Proxy::Channel(_)))
}

/// The namespace that the pattern names, empty for none; `None` if any fits.
fn named(entry: &Entry) -> Option<&str> {
    match entry.namespace() {
        Namespace::Literal(name) => Some(name),
        Namespace::None => Some(""),
        Namespace::Open => None,
    }
}
