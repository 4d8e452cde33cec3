//! The options with which a member subscribes.

use std::time::Duration;

use bytes::Bytes;
use prost::Message;

use super::filter::Filter;
use super::stream::Position;
use crate::config::options::{Namespace, RecoveryMode};
use crate::proto::client::{Publication, SubscribeResult};

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
    pub(crate) recover: Recover,
    /// Whether a cache recovers without the client's request.
    pub(crate) auto_cache_recover: bool,
    /// The most bytes of what it recovers: with more, nothing is recovered. `None`: any number.
    pub(crate) longest_recovery: Option<usize>,
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

/// Where a recovery begins, and whether the client requests one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Recover {
    pub(crate) is_requested: bool,
    /// The last position that the client has. An automatic recovery of a cache begins there, too.
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

    pub(super) fn has_room_for(&self, publications: &[Publication]) -> bool {
        self.longest_recovery.is_none_or(|longest| length(publications) <= longest)
    }

    /// The result before any look at the stream.
    pub(super) fn result(&self) -> SubscribeResult {
        SubscribeResult {
            expires: self.ttl.is_some(),
            ttl: self.ttl.unwrap_or_default(),
            recoverable: self.recoverable,
            positioned: self.is_positioned(),
            data: self.data.clone(),
            was_recovering: self.recover.is_requested,
            ..SubscribeResult::default()
        }
    }

    /// Whether it recovers: because the client requests it, or automatically, which streams never do.
    pub(super) fn recovers(&self, namespace: &Namespace) -> bool {
        let is_automatic = self.auto_cache_recover && self.recovery_mode(namespace) == RecoveryMode::Cache;
        self.recoverable && (self.recover.is_requested || is_automatic)
    }
}

/// The bytes that publications take in a reply, about.
pub(crate) fn length(publications: &[Publication]) -> usize {
    publications.iter().map(Message::encoded_len).sum()
}
