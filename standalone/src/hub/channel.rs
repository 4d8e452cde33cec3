//! A channel: its subscribers, its stream, and the idempotency keys of its publications.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::filter::Filter;
use super::keys::Keys;
use super::message;
use super::roster::{Numbered, Roster};
use super::stream::{Position, Stream};
use super::timetable::Slot;
use super::users::Users;
use super::{Member, NewPublication, Order, Subscription};
use crate::codec::{Encoded, ErrorCode};
use crate::config::options::{Namespace, RecoveryMode};
use crate::proto::client::{ClientInfo, Publication, SubscribeResult};

/// A channel in the hub's map.
pub(super) struct Channel {
    pub(super) name: Arc<str>,
    pub(super) state: Mutex<State>,
}

/// What the channel's lock protects.
#[derive(Default)]
pub(super) struct State {
    subscribers: Roster<Subscriber>,
    /// The users that are present. Counted from the first look at their number on.
    users: Option<Box<Users>>,
    stream: Option<Box<Stream>>,
    keys: Option<Box<Keys>>,
    /// Whether subscribers may have lost their position.
    has_lost: bool,
    /// When the sweep looks at the channel.
    pub(super) slot: Option<Slot>,
    /// Removed from the map: whoever found the channel before that looks it up again.
    pub(super) is_removed: bool,
    /// What the epoch of the next stream is made of.
    seed: u64,
    /// A stream has gone whose epoch must not come again.
    needs_another_seed: bool,
}

pub(super) struct Subscriber {
    member: Arc<Member>,
    extra: Option<Box<Extra>>,
    is_positioned: bool,
    /// Whether it is positioned in a stream that is gone.
    has_lost_position: bool,
    is_present: bool,
    emits_joins: bool,
    sees_joins: bool,
}

/// What few subscriptions have.
#[derive(Default)]
struct Extra {
    /// A copy: what a message has is a slice of its whole buffer.
    chan_info: Bytes,
    filter: Option<Filter>,
    /// What presence shows until the next update, after a refresh has changed the info.
    present: Option<(ConnInfo, ChanInfo)>,
}

type ConnInfo = Bytes;
type ChanInfo = Bytes;

impl Channel {
    pub(super) fn new(name: &str, seed: u64) -> Self {
        Self { name: name.into(), state: Mutex::new(State { seed, ..State::default() }) }
    }
}

/// Subscribers.
impl State {
    pub(super) fn subscriptions(&self) -> usize {
        self.subscribers.len()
    }

    /// Adds a subscriber, queues its reply, then queues its join.
    pub(super) fn subscribe(
        &mut self,
        channel: &str,
        member: &Arc<Member>,
        subscription: Subscription,
        result: SubscribeResult,
        reply: impl FnOnce(SubscribeResult),
    ) {
        let subscriber = Subscriber::new(member, subscription);
        let emits_joins = subscriber.emits_joins;
        self.insert(subscriber);
        reply(result);
        if emits_joins && let Some(info) = self.info(member) {
            self.push_to(&message::join(channel, info), |subscriber| subscriber.sees_joins);
        }
    }

    fn insert(&mut self, subscriber: Subscriber) {
        if let (Some(users), Some(user)) = (&mut self.users, subscriber.present_user()) {
            users.add(user);
        }
        if let Some(replaced) = self.subscribers.insert(subscriber) {
            self.forget_user(&replaced);
        }
    }

    fn forget_user(&mut self, subscriber: &Subscriber) {
        if let (Some(users), Some(user)) = (&mut self.users, subscriber.present_user()) {
            users.remove(user);
        }
    }

    /// Removes a subscriber, then queues its leave to the others.
    pub(super) fn unsubscribe(&mut self, channel: &str, member: &Member) -> bool {
        let Some(subscriber) = self.subscribers.remove(member.number()) else { return false };
        self.forget_user(&subscriber);
        if subscriber.emits_joins {
            self.push_to(&message::leave(channel, subscriber.info()), |subscriber| subscriber.sees_joins);
        }
        true
    }

    /// Replaces what joins, leaves and publications show of a subscriber. Presence shows it from its next update on.
    pub(super) fn set_chan_info(&mut self, member: &Member, chan_info: &[u8]) {
        self.keep_present(member);
        if let Some(subscriber) = self.subscribers.get_mut(member.number()) {
            subscriber.extra.get_or_insert_default().chan_info = Bytes::copy_from_slice(chan_info);
            subscriber.shrink();
        }
    }

    /// Lets presence show what it shows now until its next update.
    pub(super) fn keep_present(&mut self, member: &Member) {
        if let Some(subscriber) = self.subscribers.get_mut(member.number())
            && subscriber.is_present
        {
            let (conn_info, chan_info) = (subscriber.member.conn_info(), subscriber.chan_info());
            subscriber.extra.get_or_insert_default().present.get_or_insert((conn_info, chan_info));
        }
    }

    /// Lets presence show the current info.
    pub(super) fn update_present(&mut self, member: &Member) {
        if let Some(subscriber) = self.subscribers.get_mut(member.number())
            && let Some(extra) = &mut subscriber.extra
        {
            extra.present = None;
            subscriber.shrink();
        }
    }

    /// What the channel shows of a subscriber.
    pub(super) fn info(&self, member: &Member) -> Option<ClientInfo> {
        self.subscribers.get(member.number()).map(Subscriber::info)
    }

    pub(super) fn presence(&self) -> HashMap<String, ClientInfo> {
        let present = self.subscribers.iter().filter(|subscriber| subscriber.is_present);
        present.map(|subscriber| (subscriber.member.id.to_string(), subscriber.present_info())).collect()
    }

    /// The number of clients and of distinct users that are present.
    pub(super) fn presence_stats(&mut self) -> (usize, usize) {
        let users = self.users.get_or_insert_with(|| {
            let mut users = Box::<Users>::default();
            self.subscribers.iter().filter_map(Subscriber::present_user).for_each(|user| users.add(user));
            users
        });
        (users.clients(), users.distinct())
    }

    /// Queues a message to the subscribers that a test selects. It is encoded once for each format.
    fn push_to(&self, message: &Encoded, is_selected: impl Fn(&Subscriber) -> bool) {
        for subscriber in self.subscribers.iter().filter(|subscriber| is_selected(subscriber)) {
            subscriber.member.send(message);
        }
    }
}

/// Publications and their stream.
impl State {
    /// Keeps a publication if there is a namespace to keep it by, then queues it to the subscribers.
    pub(super) fn publish(
        &mut self,
        channel: &str,
        new: NewPublication,
        keeper: Option<&Namespace>,
        now: Instant,
    ) -> Position {
        if let Some(position) = self.position_of_key(&new) {
            return position;
        }
        let position = match keeper.map(|namespace| self.keep(&new, namespace, now)) {
            Some(Kept::Outdated(top)) => return top,
            Some(Kept::At(position)) => position,
            None => Position::default(),
        };
        if let Some(key) = &new.idempotency_key {
            self.keys.get_or_insert_default().add(key, position.clone(), now);
        }
        self.fan_out(channel, new, &position);
        position
    }

    fn position_of_key(&self, new: &NewPublication) -> Option<Position> {
        self.keys.as_ref()?.get(new.idempotency_key.as_deref()?)
    }

    fn keep(&mut self, new: &NewPublication, namespace: &Namespace, now: Instant) -> Kept {
        let stream = self.stream(namespace.history_meta_ttl, now);
        stream.keep_for(namespace.history_ttl, now);
        if stream.is_outdated(new.version, &new.version_epoch) {
            return Kept::Outdated(stream.position());
        }
        stream.add(new, namespace.history_size);
        Kept::At(stream.position())
    }

    fn fan_out(&mut self, channel: &str, new: NewPublication, position: &Position) {
        if !self.subscribers.is_empty() {
            let publication = new.at(position);
            let tags = publication.tags.clone();
            let message = message::publication(channel, publication);
            let is_kept = position.offset > 0;
            self.push_to(&message, |subscriber| {
                subscriber.lets_through(&tags) && !(is_kept && subscriber.has_lost_position)
            });
            if is_kept && self.has_lost {
                self.order_lost(channel);
            }
        }
    }

    /// Orders of those who have lost their position that they end their subscription.
    fn order_lost(&mut self, channel: &str) {
        self.has_lost = false;
        for subscriber in self.subscribers.iter().filter(|subscriber| subscriber.has_lost_position) {
            self.has_lost = true;
            subscriber.member.order(Order::LosePosition { channel: channel.to_owned() });
        }
    }

    pub(super) fn has_lost_position(&self, member: &Member) -> bool {
        self.subscribers.get(member.number()).is_some_and(|subscriber| subscriber.has_lost_position)
    }

    /// Lets the position live on that a subscriber relies on.
    pub(super) fn check_position(&mut self, member: &Member, meta_ttl: Duration, now: Instant) {
        if self.subscribers.get(member.number()).is_some_and(|subscriber| subscriber.is_positioned) {
            self.stream(meta_ttl, now);
        }
    }

    /// Queues a publication to one subscriber alone.
    pub(super) fn deliver(&self, channel: &str, member: &Member, publication: Publication) -> bool {
        let Some(subscriber) = self.subscribers.get(member.number()) else { return false };
        if subscriber.lets_through(&publication.tags) {
            member.send(&message::publication(channel, publication));
        }
        true
    }

    /// The stream, whose position lives on from now. It begins with the first look at it.
    pub(super) fn stream(&mut self, meta_ttl: Duration, now: Instant) -> &mut Stream {
        let stream = self.stream.get_or_insert_with(|| Box::new(Stream::new(self.seed)));
        stream.touch(meta_ttl, now);
        stream
    }

    pub(super) fn clear_history(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.clear();
        }
    }
}

enum Kept {
    At(Position),
    /// The version isn't above the last one: nothing was kept, and this is the top.
    Outdated(Position),
}

/// The result of a subscription.
impl State {
    /// What a subscription finds: error 112 if it refuses to begin without what it missed.
    pub(super) fn look(
        &mut self,
        subscription: &Subscription,
        namespace: &Namespace,
        recovery_limit: usize,
        now: Instant,
    ) -> Result<SubscribeResult, ErrorCode> {
        let mut result = subscription.result();
        if result.positioned {
            let stream = self.stream(subscription.meta_ttl.unwrap_or(namespace.history_meta_ttl), now);
            let position = stream.position();
            (result.offset, result.epoch) = (position.offset, position.epoch);
            if subscription.recovers(namespace) {
                result.was_recovering = true;
                let mode = subscription.recovery_mode(namespace);
                recover_from(stream, subscription, mode, recovery_limit, &mut result)?;
            }
        }
        Ok(result)
    }
}

fn recover_from(
    stream: &Stream,
    subscription: &Subscription,
    mode: RecoveryMode,
    limit: usize,
    result: &mut SubscribeResult,
) -> Result<(), ErrorCode> {
    let (recover, filter) = (&subscription.recover, subscription.tags_filter.as_ref());
    let recovered = match mode {
        RecoveryMode::Stream => stream.recover(&recover.since, limit, filter),
        RecoveryMode::Cache => stream.recover_latest(&recover.since, limit, filter),
    };
    match recovered.filter(|publications| subscription.has_room_for(publications)) {
        Some(publications) => {
            result.recovered = true;
            result.publications = publications;
            // SDKs count on from here by the publications that follow.
            result.offset = recover.since.offset;
        }
        None if recover.reject_unrecovered && mode == RecoveryMode::Stream => {
            return Err(ErrorCode::UNRECOVERABLE_POSITION);
        }
        None => {}
    }
    Ok(())
}

/// What the sweep does.
impl State {
    /// Drops what is due.
    pub(super) fn expire(&mut self, now: Instant) {
        if let Some(stream) = self.stream.take_if(|stream| !stream.expire(now)) {
            self.lose(&stream);
        }
        self.keys.take_if(|keys| !keys.expire(now));
    }

    /// A stream is gone, and the positions in it. One that nobody has published to can be made again as it was, so whoever
    /// is not subscribed has lost nothing.
    fn lose(&mut self, stream: &Stream) {
        let mut is_relied_on = false;
        for subscriber in self.subscribers.iter_mut().filter(|subscriber| subscriber.is_positioned) {
            (subscriber.has_lost_position, is_relied_on) = (true, true);
        }
        self.has_lost |= is_relied_on;
        self.needs_another_seed |= is_relied_on || !stream.is_blank();
    }

    pub(super) fn due(&self) -> Option<Instant> {
        let stream = self.stream.as_ref().and_then(|stream| stream.due());
        let keys = self.keys.as_ref().and_then(|keys| keys.due());
        stream.into_iter().chain(keys).min()
    }

    pub(super) fn needs_another_seed(&self) -> bool {
        self.needs_another_seed
    }

    /// Lets the next stream have another epoch.
    pub(super) fn begin_anew(&mut self, seed: u64) {
        (self.seed, self.needs_another_seed) = (seed, false);
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_idle(&self) -> bool {
        let has_position = self.stream.as_ref().is_some_and(|stream| !stream.is_blank());
        self.subscribers.is_empty() && !has_position && self.keys.is_none()
    }
}

impl Subscriber {
    fn new(member: &Arc<Member>, subscription: Subscription) -> Self {
        Self {
            member: Arc::clone(member),
            is_positioned: subscription.is_positioned(),
            has_lost_position: false,
            is_present: subscription.presence,
            emits_joins: subscription.join_leave,
            sees_joins: subscription.push_join_leave,
            extra: Extra::new(&subscription.chan_info, subscription.tags_filter),
        }
    }

    /// The user, if it is present.
    fn present_user(&self) -> Option<&Arc<str>> {
        self.is_present.then_some(&self.member.user)
    }

    fn info(&self) -> ClientInfo {
        self.member.info(self.chan_info())
    }

    fn present_info(&self) -> ClientInfo {
        match self.extra.as_ref().and_then(|extra| extra.present.clone()) {
            Some((conn_info, chan_info)) => ClientInfo { conn_info, ..self.member.info(chan_info) },
            None => self.info(),
        }
    }

    fn chan_info(&self) -> Bytes {
        self.extra.as_ref().map(|extra| extra.chan_info.clone()).unwrap_or_default()
    }

    /// Drops the memory of what it hasn't.
    fn shrink(&mut self) {
        self.extra.take_if(|extra| extra.is_empty());
    }

    fn lets_through(&self, tags: &HashMap<String, String>) -> bool {
        let filter = self.extra.as_ref().and_then(|extra| extra.filter.as_ref());
        filter.is_none_or(|filter| filter.matches(tags))
    }
}

impl Numbered for Subscriber {
    fn number(&self) -> u64 {
        self.member.number()
    }
}

impl Extra {
    fn new(chan_info: &[u8], filter: Option<Filter>) -> Option<Box<Self>> {
        let extra = Self { chan_info: Bytes::copy_from_slice(chan_info), filter, present: None };
        (!extra.is_empty()).then(|| Box::new(extra))
    }

    fn is_empty(&self) -> bool {
        self.chan_info.is_empty() && self.filter.is_none() && self.present.is_none()
    }
}
