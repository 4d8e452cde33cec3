//! Which namespaces belong to streams, maps and polls: Centrifugo has one type of subscriptions in each.

use std::collections::BTreeSet;

use centrifugo_pattern::Namespace;
use serde_json::{Value, json};

use crate::error::Conflict;
use crate::event::kind::Kind;
use crate::registry::{Entry, Registry};

/// A type of subscriptions that a namespace has throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Stream,
    Map,
    SharedPoll,
}

impl Type {
    const ALL: [Self; 3] = [Self::Stream, Self::Map, Self::SharedPoll];

    /// The type that an event implies.
    fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Stream => Some(Self::Stream),
            Kind::MapPublish | Kind::MapRemove => Some(Self::Map),
            Kind::SharedPoll => Some(Self::SharedPoll),
            _ => None,
        }
    }

    /// Whether Centrifugo asks about the event in such a namespace.
    fn has(self, kind: Kind) -> bool {
        match (self, kind) {
            (_, kind) if Self::of(kind).is_some() => Self::of(kind) == Some(self),
            (Self::Stream, Kind::Subscribe | Kind::Publish | Kind::SubRefresh) => false,
            // It would ask, and then refuse the client, whatever the answer is.
            (Self::Map, Kind::Subscribe) => false,
            _ => true,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Stream => "streams",
            Self::Map => "maps",
            Self::SharedPoll => "shared polls",
        }
    }
}

/// Tells what Centrifugo would refuse, as far as patterns name their namespaces.
pub(crate) fn check(registry: &Registry, conflicts: &mut Vec<Conflict>) {
    for special in &registry.entries {
        let (Some(kind), Some(namespace)) = (Type::of(special.handler.kind()), named(special)) else { continue };
        let at = special.handler.location();
        let here = || registry.entries.iter().filter(|other| named(other) == Some(namespace));
        for other in here().filter(|other| !kind.has(other.handler.kind())) {
            // Two special ones exclude each other: told once.
            if Type::of(other.handler.kind()).is_none_or(|other| (kind as u8) < other as u8) {
                let (namespace, other) = (namespace.to_owned(), other.handler.location());
                conflicts.push(Conflict::SubscriptionType { namespace, what: kind.name(), special: at, other });
            }
        }
        let one_way = |other: &&Entry| other.handler.kind() == Kind::Stream && !other.needs.publications;
        if special.needs.publications
            && let Some(other) = here().find(one_way)
        {
            let (namespace, one_way) = (namespace.to_owned(), other.handler.location());
            conflicts.push(Conflict::StreamDirections { namespace, both_ways: at, one_way });
        }
    }
}

/// The namespaces that have a type. The empty name stands for the channels without namespace.
pub(crate) struct Territory<'r> {
    registry: &'r Registry,
    namespaces: Vec<(String, Type)>,
}

impl<'r> Territory<'r> {
    /// Each namespace belongs to the patterns that name it. What nobody names belongs to those that any namespace fits.
    pub(crate) fn of(registry: &'r Registry, all: &BTreeSet<String>) -> Self {
        let types = |name: Option<&str>| {
            let here = registry.entries.iter().filter(move |entry| named(entry) == name && about_channels(entry));
            here.map(|entry| Type::of(entry.handler.kind())).collect::<Vec<_>>()
        };
        let of = |name: &str| {
            let literal = types(Some(name));
            let types = if literal.is_empty() { types(None) } else { literal };
            Type::ALL.into_iter().find(|special| types.contains(&Some(*special)))
        };
        let names = all.iter().map(String::as_str).chain([""]);
        let namespaces = names.filter_map(|name| Some((name.to_owned(), of(name)?))).collect();
        Self { registry, namespaces }
    }

    /// Whether Centrifugo asks about the event in the namespace.
    pub(crate) fn admits(&self, namespace: &str, kind: Kind) -> bool {
        self.namespaces.iter().find(|(name, _)| name == namespace).is_none_or(|(_, special)| special.has(kind))
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

    fn options_of(&self, namespace: &str, special: Type) -> Value {
        let mut here = self.registry.entries.iter().filter(|entry| named(entry).is_none_or(|name| name == namespace));
        match special {
            Type::Stream => {
                let mut options = json!({ "subscribe_stream_proxy_enabled": true });
                if here.any(|entry| entry.needs.publications) {
                    options["subscribe_stream_proxy_bidirectional"] = true.into();
                }
                options
            }
            Type::Map => {
                let mut map = json!({ "mode": "ephemeral", "key_ttl": "60s" });
                for entry in here {
                    match entry.handler.kind() {
                        Kind::MapPublish => map["publish_proxy_enabled"] = true.into(),
                        Kind::MapRemove => map["remove_proxy_enabled"] = true.into(),
                        _ => {}
                    }
                }
                json!({ "subscription_type": "map", "map": map })
            }
            Type::SharedPoll => json!({ "subscription_type": "shared_poll" }),
        }
    }
}

/// Cache and state events aren't switched on by namespace.
fn about_channels(entry: &Entry) -> bool {
    !matches!(entry.handler.kind(), Kind::Connect | Kind::Refresh | Kind::Rpc | Kind::CacheEmpty | Kind::ChannelState)
}

/// The namespace that the pattern names, empty for none; `None` if any fits.
fn named(entry: &Entry) -> Option<&str> {
    match entry.namespace() {
        Namespace::Literal(name) => Some(name),
        Namespace::None => Some(""),
        Namespace::Open => None,
    }
}
