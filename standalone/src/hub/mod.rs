//! Channels, their subscribers, history and presence, and the outboxes of their members.
//!
//! A [`Member`] is the part of a connection that others reach. It joins the [`Hub`], subscribes to channels, publishes,
//! and in the end leaves. Its owner, the connection's task, takes from its [`Outbox`] what others have queued there.
//!
//! # Order
//!
//! A channel has one lock. Under it,
//!
//! * a publication gets its offset, is kept, and is queued to each subscriber;
//! * a subscription reads the stream, adds the subscriber, queues the reply, then queues the join;
//! * an end of a subscription removes the subscriber, then queues the leave to the others.
//!
//! An outbox writes what is queued in the order in which it was queued. That is all there is to it, and from it follows:
//!
//! * Subscribers receive the publications of a channel in the order of their offsets: giving the offset and queueing are
//!   one step.
//! * Nothing is missed or doubled between recovered publications and those that follow: reading the stream, adding the
//!   subscriber and queueing the reply are one step.
//! * The reply to a subscription is before everything else of the channel, also before the own join.
//! * A publisher receives its own publication before the reply to it: [`Hub::publish`] has queued it when it returns, and
//!   the owner queues the reply afterwards.
//! * A leave follows the join of the same client, and nobody receives their own leave: it is queued after the removal.
//! * Nothing is written before the reply to connect: the outbox is held until then.
//! * A recovery is complete, or there is none: the stream counts what was missed before it reads it.
//!
//! # Locks
//!
//! The order of locks is: a shard of the map of channels, a channel, and then one of these, which hold no other: an
//! outbox, a member's `conn_info`, the timetable. The list of members is a lock of its own, which holds no other either.
//! Nothing waits for anything else under a lock. The `reply` of [`Hub::subscribe`] runs under the channel's lock, so it
//! only encodes and queues.
//!
//! A panic under a lock doesn't spread to others ([`lock`] ignores the poison): each step leaves a channel in a state
//! that is valid, at worst with a message that some subscribers haven't received.
//!
//! # What goes, and when
//!
//! A channel is in the map as long as it has a subscriber, a stream with publications or their position, or an idempotency
//! key. A stream that nobody has published to is made again as it was, with the epoch that follows from its name. Whoever
//! finds a channel in the map while it is removed looks it up again. What expires is dropped at the next look at the
//! channel, or by [`Hub::sweep`], which the `timetable` leads to the channels where something is due, so that idle ones cost
//! nothing. A stream's position lives on with each look at it, also by the checks of connections that rely on it. Where it
//! goes nevertheless, they lose their subscription with the next publication, or with the next check.
//!
//! # Files
//!
//! | file | content |
//! |---|---|
//! | `channels` | the map of channels, and who may act on one |
//! | `channel` | a channel's state: subscribers, what is published, what a subscription finds |
//! | `epochs` | the epochs of streams that are not kept |
//! | `stream`, `recovery` | the history of a channel, and what a client that comes back receives of it |
//! | `keys` | idempotency keys |
//! | `timetable` | the channels in which something expires, by its time |
//! | `filter` | the filters by tags |
//! | `glob` | the patterns of channels |
//! | `member`, `members` | a member, and all of them by their user |
//! | `order` | the orders that others send to a member's owner |
//! | `outbox` | the queue of a member |
//! | `roster` | a set, small with few entries and quick with many |
//! | `publication`, `subscription` | what callers pass |
//! | `message` | the pushes that clients receive |

mod channel;
mod channels;
mod epochs;
mod filter;
mod glob;
mod keys;
mod member;
mod members;
mod message;
mod order;
mod outbox;
mod publication;
mod recovery;
mod roster;
mod stream;
mod subscription;
#[cfg(test)]
mod tests;
mod timetable;
mod users;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use self::channels::Channels;
use self::members::Members;
use crate::codec::ErrorCode;
use crate::config::options::Namespace;
use crate::proto::client::{ClientInfo, Publication, SubscribeResult};

pub(crate) use self::filter::Filter;
pub(crate) use self::member::Member;
pub(crate) use self::members::TooManyConnections;
pub(crate) use self::order::{Done, Order, ServerRefresh, ServerSubscribe};
pub(crate) use self::outbox::Outbox;
pub(crate) use self::publication::{HistoryPage, HistoryQuery, NewPublication};
pub(crate) use self::stream::Position;
pub(crate) use self::subscription::{Recover, Subscription, length};

/// The position of a publication: empty without history.
pub(crate) type Published = Position;

/// All channels and members of the process.
pub(crate) struct Hub {
    limits: Limits,
    members: Members,
    channels: Channels,
}

/// The limits that the hub holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connection_limit: Option<usize>,
    pub(crate) user_connection_limit: Option<usize>,
    /// Whoever missed more isn't recovered.
    pub(crate) recovery_max_publication_limit: usize,
}

/// What the hub has at the moment.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    pub(crate) clients: usize,
    pub(crate) users: usize,
    /// Those with subscribers.
    pub(crate) channels: usize,
    pub(crate) subscriptions: usize,
}

/// Members.
impl Hub {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, members: Members::default(), channels: Channels::new() }
    }

    /// Adds a member, unless its user has too many.
    pub(crate) fn join(&self, member: &Arc<Member>) -> Result<(), TooManyConnections> {
        self.members.add(member, self.limits)
    }

    /// Removes a member for good: it can't subscribe any more. Its owner then unsubscribes it from each channel that it
    /// has, or is about to have.
    pub(crate) fn leave(&self, member: &Member) {
        member.set_gone();
        self.members.remove(member);
    }

    pub(crate) fn members_of(&self, user: &str) -> Vec<Arc<Member>> {
        self.members.of_user(user)
    }

    /// The number of members.
    pub(crate) fn clients(&self) -> usize {
        self.members.count().0
    }

    pub(crate) fn stats(&self) -> Stats {
        let (clients, users) = self.members.count();
        let subscribed = self.channels.all().map(|channel| lock(&channel.state).subscriptions());
        let count =
            |(channels, subscriptions), subscribed| (channels + usize::from(subscribed > 0), subscriptions + subscribed);
        let (channels, subscriptions) = subscribed.fold((0, 0), count);
        Stats { clients, users, channels, subscriptions }
    }
}

/// Subscriptions.
impl Hub {
    /// Subscribes a member: under the channel's lock it reads the stream, adds the subscriber, calls `reply`, which
    /// queues the reply, then queues the join to all who see joins. A member that is subscribed gets the new subscription
    /// instead.
    ///
    /// Error 112: the member refuses to begin without what it missed. Error 100: the member is gone.
    pub(crate) fn subscribe(
        &self,
        channel: &str,
        namespace: &Namespace,
        member: &Arc<Member>,
        subscription: Subscription,
        reply: impl FnOnce(SubscribeResult),
    ) -> Result<(), ErrorCode> {
        self.channels.with(channel, |state| {
            if member.is_gone() {
                return Err(ErrorCode::INTERNAL);
            }
            let limit = self.limits.recovery_max_publication_limit;
            let result = state.look(&subscription, namespace, limit, now())?;
            state.subscribe(channel, member, subscription, result, reply);
            Ok(())
        })
    }

    /// Ends a subscription, then queues its leave to the others. `false`: there was none.
    pub(crate) fn unsubscribe(&self, channel: &str, member: &Member) -> bool {
        let was_subscribed = self.channels.with_existing(channel, |state| state.unsubscribe(channel, member));
        was_subscribed.unwrap_or(false)
    }

    /// Replaces the `chan_info` of a subscription, in presence from [`update_presence`](Self::update_presence) on.
    pub(crate) fn set_chan_info(&self, channel: &str, member: &Member, chan_info: &[u8]) {
        self.channels.with_existing(channel, |state| state.set_chan_info(member, chan_info));
    }

    /// Lets the position that a subscriber relies on live for `meta_ttl` from now on. `false`: it is lost already.
    pub(crate) fn check_position(&self, channel: &str, member: &Member, meta_ttl: Duration) -> bool {
        let is_lost = self.channels.with_existing(channel, |state| {
            state.check_position(member, meta_ttl, now());
            state.has_lost_position(member)
        });
        !is_lost.unwrap_or(false)
    }

    /// Whether a subscriber's position is of a stream that is gone.
    pub(crate) fn has_lost_position(&self, channel: &str, member: &Member) -> bool {
        self.channels.with_existing(channel, |state| state.has_lost_position(member)).unwrap_or(false)
    }

    /// Lets presence show what it shows now of a member until [`update_presence`](Self::update_presence).
    pub(crate) fn keep_presence(&self, channel: &str, member: &Member) {
        self.channels.with_existing(channel, |state| state.keep_present(member));
    }

    pub(crate) fn update_presence(&self, channel: &str, member: &Member) {
        self.channels.with_existing(channel, |state| state.update_present(member));
    }

    /// What a channel shows of a member: with its `chan_info` if it is subscribed.
    pub(crate) fn info(&self, channel: &str, member: &Member) -> ClientInfo {
        let info = self.channels.with_existing(channel, |state| state.info(member));
        info.flatten().unwrap_or_else(|| member.info(Bytes::new()))
    }

    pub(crate) fn presence(&self, channel: &str) -> HashMap<String, ClientInfo> {
        self.channels.with_existing(channel, |state| state.presence()).unwrap_or_default()
    }

    /// The number of clients and of distinct users that are present.
    pub(crate) fn presence_stats(&self, channel: &str) -> (usize, usize) {
        self.channels.with_existing(channel, |state| state.presence_stats()).unwrap_or_default()
    }

    /// The channels with subscribers that match a pattern, all with an empty one, and the number of their subscribers. Error
    /// 107: the pattern is incomplete.
    pub(crate) fn channels(&self, pattern: &str) -> Result<BTreeMap<String, usize>, ErrorCode> {
        let glob = match pattern {
            "" => None,
            _ => Some(glob::compile(pattern).ok_or(ErrorCode::BAD_REQUEST)?),
        };
        let matching = self.channels.all().filter(|channel| glob.as_ref().is_none_or(|glob| glob.is_match(&channel.name)));
        let counted = matching.map(|channel| (channel.name.to_string(), lock(&channel.state).subscriptions()));
        Ok(counted.filter(|(_, subscriptions)| *subscriptions > 0).collect())
    }
}

/// Publications and history.
impl Hub {
    /// Publishes to a channel, and returns the position of the publication: empty without history.
    pub(crate) fn publish(&self, channel: &str, namespace: &Namespace, new: NewPublication) -> Published {
        let keeper = Some(namespace).filter(|namespace| namespace.has_history() && !new.skip_history);
        if keeper.is_none() && new.idempotency_key.is_none() {
            let position = self.channels.with_existing(channel, |state| state.publish(channel, new, None, now()));
            return position.unwrap_or_default();
        }
        self.channels.with(channel, |state| state.publish(channel, new, keeper, now()))
    }

    /// Queues a publication to one member alone, such as one of its stream. `false`: it isn't subscribed, or no longer by
    /// the subscription that the publication is for.
    pub(crate) fn deliver(
        &self,
        channel: &str,
        member: &Member,
        publication: Publication,
        is_current: impl Fn() -> bool,
    ) -> bool {
        let deliver = |state: &mut channel::State| is_current() && state.deliver(channel, member, publication);
        self.channels.with_existing(channel, deliver).unwrap_or(false)
    }

    /// Error 107: backwards from offset 0. Error 112: the epoch of `since` is another one.
    pub(crate) fn history(
        &self,
        channel: &str,
        namespace: &Namespace,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, ErrorCode> {
        query.check()?;
        self.channels.with(channel, |state| {
            let stream = state.stream(query.meta_ttl.unwrap_or(namespace.history_meta_ttl), now());
            Ok(HistoryPage { publications: stream.page(query)?, position: stream.position() })
        })
    }

    /// Drops the publications of a channel. Its position stays.
    pub(crate) fn history_remove(&self, channel: &str) {
        self.channels.with_existing(channel, |state| state.clear_history());
    }

    /// Drops what is due: publications, positions and idempotency keys. To be called once a second.
    pub(crate) fn sweep(&self) {
        self.channels.sweep();
    }
}

#[cfg(test)]
impl Hub {
    /// The number of everything that the hub remembers.
    fn entries(&self) -> usize {
        let (members, users) = self.members.count();
        members + users + self.channels.all().count() + self.channels.scheduled()
    }

    fn channel_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.channels.all().map(|channel| channel.name.to_string()).collect();
        names.sort();
        names
    }
}

/// The hub's clock, which tests stop and move on.
fn now() -> Instant {
    Instant::now()
}

/// Locks a mutex, also after a panic under it: no panic of one task spreads to others by the hub's locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the memory of a map that was larger once.
fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if map.len() * 4 < map.capacity() {
        map.shrink_to(map.len() * 2);
    }
}
