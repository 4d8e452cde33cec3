//! The rules about subscription types: a namespace of Centrifugo has subscriptions of one type, and each type its own
//! events.

use super::namespaces::namespace_of;
use crate::error::Conflict;
use crate::event::facts::SubscriptionType;
use crate::event::kind::Kind;
use crate::registry::{RegisteredHandler, Registry};

/// Adds a conflict for each pair of handlers whose patterns name one namespace that can't have both.
pub(crate) fn check(registry: &Registry, conflicts: &mut Vec<Conflict>) {
    for registered in &registry.handlers {
        let (Some(own), Some(namespace)) = (type_of(registered), namespace_of(registered)) else { continue };
        let at = registered.handler.location();
        let here = || registry.handlers.iter().filter(|other| namespace_of(other) == Some(namespace));
        for other in here().filter(|other| !sends(own, other.handler.kind())) {
            // Two handlers that both imply a type exclude each other: one of the two reports the conflict.
            if type_of(other).is_none_or(|other| own < other) {
                let (namespace, other) = (namespace.to_owned(), other.handler.location());
                conflicts.push(Conflict::SubscriptionType { namespace, what: own.name(), special: at, other });
            }
        }
        let one_way = |other: &&RegisteredHandler| is_stream(other) && !other.needs.publications;
        if registered.needs.publications
            && let Some(other) = here().find(one_way)
        {
            let (namespace, one_way) = (namespace.to_owned(), other.handler.location());
            conflicts.push(Conflict::StreamDirections { namespace, both_ways: at, one_way });
        }
    }
}

/// The type that the handler's event implies for its namespace.
pub(super) fn type_of(registered: &RegisteredHandler) -> Option<SubscriptionType> {
    registered.handler.kind().facts().subscription_type
}

/// Whether Centrifugo sends the event in namespaces of this type.
pub(super) fn sends(subscription_type: SubscriptionType, kind: Kind) -> bool {
    let facts = kind.facts();
    facts.subscription_type.is_none_or(|own| own == subscription_type) && !facts.absent_from.contains(&subscription_type)
}

fn is_stream(registered: &RegisteredHandler) -> bool {
    type_of(registered) == Some(SubscriptionType::Stream)
}
