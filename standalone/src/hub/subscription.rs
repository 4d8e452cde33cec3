//! The options with which a member subscribes.

use std::time::Duration;

use bytes::Bytes;

use super::filter::Filter;
use super::stream::Position;
use crate::config::options::{Namespace, RecoveryMode};
use crate::proto::client::SubscribeResult;

/// A subscription as its owner decided on it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Subscription {
    pub(crate) chan_info: Bytes,
    /// For the reply.
    pub(crate) data: Bytes,
    /// Seconds until the client has to refresh the subscription. `None`: it need not.
    pub(crate) ttl: Option<u32>,
    pub(crate) positioned: bool,
    /// Implies `positioned`.
    pub(crate) recoverable: bool,
    pub(crate) recover: Option<Recover>,
    /// Whether it recovers as from a stream, also where the namespace has a cache.
    pub(crate) ignores_cache: bool,
    /// How long the stream's position lives on from now. `None`: as the namespace has it.
    pub(crate) meta_ttl: Option<Duration>,
    /// Whether presence shows the subscriber.
    pub(crate) presence: bool,
    /// Whether others see it join and leave.
    pub(crate) join_leave: bool,
    /// Whether it sees others join and leave, and itself join.
    pub(crate) push_join_leave: bool,
    pub(crate) tags_filter: Option<Filter>,
}

/// The recovery that a client requests, which was subscribed before.
#[derive(Debug, Default, Clone)]
pub(crate) struct Recover {
    /// The last position that it has.
    pub(crate) since: Position,
    /// Error 112 instead of a subscription without what it missed.
    pub(crate) reject_unrecovered: bool,
}

impl Subscription {
    pub(super) fn is_positioned(&self) -> bool {
        self.positioned || self.recoverable
    }

    pub(super) fn recovery_mode(&self, namespace: &Namespace) -> RecoveryMode {
        if self.ignores_cache { RecoveryMode::Stream } else { namespace.recovery_mode }
    }

    /// The result before any look at the stream.
    pub(super) fn result(&self) -> SubscribeResult {
        SubscribeResult {
            expires: self.ttl.is_some(),
            ttl: self.ttl.unwrap_or_default(),
            recoverable: self.recoverable,
            positioned: self.is_positioned(),
            data: self.data.clone(),
            was_recovering: self.recover.is_some(),
            ..SubscribeResult::default()
        }
    }

    /// The recovery that the client requests, or that of the latest publication where the namespace always sends it.
    pub(super) fn recovery(&self, namespace: &Namespace) -> Option<Recover> {
        let is_automatic = namespace.auto_cache_recover && self.recovery_mode(namespace) == RecoveryMode::Cache;
        let asked = self.recover.clone().or_else(|| is_automatic.then(Recover::default));
        asked.filter(|_| self.recoverable)
    }
}
