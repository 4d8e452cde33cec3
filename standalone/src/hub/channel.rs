//! A channel: its subscribers, its stream, and the idempotency keys of its publications.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::time::Instant;

use super::filter::Filter;
use super::keys::Keys;
use super::message;
use super::roster::{Numbered, Roster};
use super::stream::{Position, Stream};
use super::timetable::Slot;
use super::{Member, NewPublication, Recover, Subscription};
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
    /// The number of subscribers that rely on the stream's position.
    positioned: usize,
    stream: Option<Box<Stream>>,
    keys: Option<Box<Keys>>,
    /// When the sweep looks at the channel.
    pub(super) slot: Option<Slot>,
    /// Removed from the map: whoever found the channel before that looks it up again.
    pub(super) is_removed: bool,
    /// What the epoch of the next stream is made of.
    seed: u64,
    /// A stream with publications has expired since the seed was made.
    has_lost_its_position: bool,
}

pub(super) struct Subscriber {
    member: Arc<Member>,
    extra: Option<Box<Extra>>,
    is_positioned: bool,
    is_present: bool,
    emits_joins: bool,
    sees_joins: bool,
}

/// What few subscriptions have.
#[derive(Default)]
struct Extra {
    chan_info: Bytes,
    filter: Option<Filter>,
    /// What presence shows until the next presence update, if that isn't the subscriber's info.
    shown: Option<Box<ClientInfo>>,
}

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
        self.add(subscriber);
        reply(result);
        if emits_joins && let Some(info) = self.info(member) {
            self.push_to(&message::join(channel, info), |subscriber| subscriber.sees_joins);
        }
    }

    fn add(&mut self, subscriber: Subscriber) {
        self.positioned += usize::from(subscriber.is_positioned);
        let replaced = self.subscribers.insert(subscriber);
        self.positioned -= usize::from(replaced.is_some_and(|replaced| replaced.is_positioned));
    }

    /// Removes a subscriber, then queues its leave to the others.
    pub(super) fn unsubscribe(&mut self, channel: &str, member: &Member, now: Instant) -> bool {
        let Some(subscriber) = self.subscribers.remove(member.number()) else { return false };
        if subscriber.is_positioned {
            self.positioned -= 1;
            self.keep_position(now);
        }
        if subscriber.emits_joins {
            self.push_to(&message::leave(channel, subscriber.info()), |subscriber| subscriber.sees_joins);
        }
        true
    }

    pub(super) fn set_chan_info(&mut self, member: &Member, chan_info: Bytes) {
        if let Some(subscriber) = self.subscribers.get_mut(member.number()) {
            let extra = Extra { chan_info, ..subscriber.extra.take().map(|extra| *extra).unwrap_or_default() };
            subscriber.extra = extra.boxed();
        }
    }

    /// Keeps what presence shows of a subscriber, whose info is about to change.
    pub(super) fn hold_presence(&mut self, member: &Member) {
        if let Some(subscriber) = self.subscribers.get_mut(member.number()).filter(|subscriber| subscriber.is_present) {
            let shown = Box::new(subscriber.shown());
            subscriber.extra.get_or_insert_default().shown = Some(shown);
        }
    }

    /// Shows a subscriber in presence as it is now.
    pub(super) fn renew_presence(&mut self, member: &Member) {
        if let Some(subscriber) = self.subscribers.get_mut(member.number())
            && let Some(extra) = subscriber.extra.take()
        {
            subscriber.extra = Extra { shown: None, ..*extra }.boxed();
        }
    }

    /// What the channel shows of a subscriber.
    pub(super) fn info(&self, member: &Member) -> Option<ClientInfo> {
        self.subscribers.get(member.number()).map(Subscriber::info)
    }

    pub(super) fn present(&self) -> impl Iterator<Item = &Subscriber> {
        self.subscribers.iter().filter(|subscriber| subscriber.is_present)
    }

    pub(super) fn presence(&self) -> HashMap<String, ClientInfo> {
        self.present().map(|subscriber| (subscriber.member.id.to_string(), subscriber.shown())).collect()
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
        let stream = self.stream(namespace, now);
        if stream.is_outdated(new.version, &new.version_epoch) {
            return Kept::Outdated(stream.position());
        }
        stream.add(new, namespace, now);
        Kept::At(stream.position())
    }

    fn fan_out(&self, channel: &str, new: NewPublication, position: &Position) {
        if !self.subscribers.is_empty() {
            let publication = new.at(position);
            let tags = publication.tags.clone();
            let message = message::publication(channel, publication);
            self.push_to(&message, |subscriber| subscriber.lets_through(&tags));
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
    pub(super) fn stream(&mut self, namespace: &Namespace, now: Instant) -> &mut Stream {
        let stream = self.stream.get_or_insert_with(|| Box::new(Stream::new(self.seed)));
        stream.touch(namespace.history_meta_ttl, now);
        stream
    }

    pub(super) fn clear_history(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.clear();
        }
    }

    /// A position that someone relied on until now lives on from now.
    fn keep_position(&mut self, now: Instant) {
        if let Some(stream) = &mut self.stream {
            stream.touch_again(now);
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
            let stream = self.stream(namespace, now);
            let position = stream.position();
            (result.offset, result.epoch) = (position.offset, position.epoch);
            if let Some(recover) = subscription.recovery(namespace) {
                result.was_recovering = true;
                recover_from(stream, &recover, subscription, namespace.recovery_mode, recovery_limit, &mut result)?;
            }
        }
        Ok(result)
    }
}

fn recover_from(
    stream: &Stream,
    recover: &Recover,
    subscription: &Subscription,
    mode: RecoveryMode,
    limit: usize,
    result: &mut SubscribeResult,
) -> Result<(), ErrorCode> {
    let recovered = match mode {
        RecoveryMode::Stream => stream.recover(&recover.since, limit, subscription.tags_filter.as_ref()),
        RecoveryMode::Cache => stream.recover_latest(&recover.since, limit, subscription.tags_filter.as_ref()),
    };
    match recovered {
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
        let is_relied_on = self.positioned > 0;
        let lost = self.stream.take_if(|stream| !stream.expire(now, is_relied_on));
        self.has_lost_its_position |= lost.is_some_and(|stream| !stream.is_blank());
        self.keys.take_if(|keys| !keys.expire(now));
    }

    pub(super) fn due(&self) -> Option<Instant> {
        let stream = self.stream.as_ref().and_then(|stream| stream.due());
        let keys = self.keys.as_ref().and_then(|keys| keys.due());
        stream.into_iter().chain(keys).min()
    }

    pub(super) fn has_lost_its_position(&self) -> bool {
        self.has_lost_its_position
    }

    /// Lets the next stream have another epoch.
    pub(super) fn begin_anew(&mut self, seed: u64) {
        (self.seed, self.has_lost_its_position) = (seed, false);
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
            is_present: subscription.presence,
            emits_joins: subscription.join_leave,
            sees_joins: subscription.push_join_leave,
            extra: Extra { chan_info: subscription.chan_info, filter: subscription.tags_filter, shown: None }.boxed(),
        }
    }

    pub(super) fn user(&self) -> &str {
        &self.member.user
    }

    fn info(&self) -> ClientInfo {
        self.member.info(self.extra.as_ref().map(|extra| extra.chan_info.clone()).unwrap_or_default())
    }

    /// What presence shows of the subscriber.
    fn shown(&self) -> ClientInfo {
        let held = self.extra.as_ref().and_then(|extra| extra.shown.as_deref());
        held.cloned().unwrap_or_else(|| self.info())
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
    /// `None` if there is nothing in it.
    fn boxed(self) -> Option<Box<Self>> {
        let Self { chan_info, filter, shown } = &self;
        (!chan_info.is_empty() || filter.is_some() || shown.is_some()).then(|| Box::new(self))
    }
}
