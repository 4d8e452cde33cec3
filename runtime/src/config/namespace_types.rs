//! The namespaces of streams, maps and shared polls, and the options that Centrifugo requires for them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::merge::{merge, nested};
use super::namespaces::{is_for_channels, namespace_of};
use super::subscription_type::{sends, type_of};
use crate::event::facts::SubscriptionType;
use crate::event::kind::Kind;
use crate::registry::{RegisteredHandler, Registry};

/// The subscription types of the namespaces that have one. The empty name stands for the channels without namespace.
pub(super) struct NamespaceTypes<'r> {
    registry: &'r Registry,
    types: Vec<(String, SubscriptionType)>,
}

impl<'r> NamespaceTypes<'r> {
    /// Finds the types. The handlers whose patterns name a namespace determine its type; if there are none, those whose
    /// patterns match any namespace do.
    pub(super) fn of(registry: &'r Registry, all: &BTreeSet<String>) -> Self {
        let implied = |name: Option<&str>| {
            let here = |registered: &&RegisteredHandler| namespace_of(registered) == name && is_for_channels(registered);
            registry.handlers.iter().filter(here).map(type_of).collect::<Vec<_>>()
        };
        let of_name = |name: &str| {
            let literal = implied(Some(name));
            let implied = if literal.is_empty() { implied(None) } else { literal };
            SubscriptionType::ALL.into_iter().find(|one| implied.contains(&Some(*one)))
        };
        let names = all.iter().map(String::as_str).chain([""]);
        let types = names.filter_map(|name| Some((name.to_owned(), of_name(name)?))).collect();
        Self { registry, types }
    }

    /// Whether Centrifugo sends the event in the namespace.
    pub(super) fn allow(&self, namespace: &str, kind: Kind) -> bool {
        let known = self.types.iter().find(|(name, _)| name == namespace);
        known.is_none_or(|(_, subscription_type)| sends(*subscription_type, kind))
    }

    /// The options of these namespaces in Centrifugo's configuration. Options that depend on the data, such as a map's mode
    /// and how long its keys live, have the least demanding values with which Centrifugo starts.
    pub(super) fn options(&self) -> Value {
        let mut namespaces = Vec::new();
        let mut channel = json!({});
        for (name, subscription_type) in &self.types {
            let mut options = self.options_of(name, *subscription_type);
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

    fn options_of(&self, namespace: &str, subscription_type: SubscriptionType) -> Value {
        let mut options = base_options(subscription_type);
        let is_here = |handler: &&RegisteredHandler| namespace_of(handler).is_none_or(|name| name == namespace);
        let handlers = self.registry.handlers.iter().filter(is_here);
        for registered in handlers.filter(|registered| type_of(registered) == Some(subscription_type)) {
            // The type itself switches shared polls on, by an option that is there already.
            if let Some(switch) = registered.handler.kind().facts().switch
                && options.pointer(switch).is_none()
            {
                merge(&mut options, nested(switch, true));
            }
            if registered.needs.publications {
                merge(&mut options, json!({ "subscribe_stream_proxy_bidirectional": true }));
            }
        }
        options
    }
}

/// The options that every namespace of this type has.
fn base_options(subscription_type: SubscriptionType) -> Value {
    match subscription_type {
        SubscriptionType::Stream => json!({}),
        SubscriptionType::Map => {
            json!({ "subscription_type": "map", "map": { "mode": "ephemeral", "key_ttl": "60s" } })
        }
        SubscriptionType::SharedPoll => json!({ "subscription_type": "shared_poll" }),
    }
}
