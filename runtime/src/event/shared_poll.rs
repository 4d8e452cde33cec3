use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use super::client::Client;
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy, SubscriptionType};
use super::into_reply::may_return;
use super::typed::{Publishes, publishes};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::into_reply::IntoReply;
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::channel;
use crate::names::channel_data::{DataOf, Untyped};
use crate::names::id::{Channel, UserId};
use crate::reject::{Internal, Reject};
use crate::reply::json;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::reply::typed::typed;
use crate::wire;

/// A shared_poll event: Centrifugo polls the keys of a channel that clients track.
///
/// Each node of Centrifugo polls for all of its clients together, every `shared_poll.refresh_interval` (10 s by default),
/// with up to `refresh_batch_size` keys in a call (1000 by default). It polls a newly tracked key at once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SharedPoll {
    /// The channel.
    pub channel: Channel,
    /// The keys, each with its version.
    pub items: Vec<PollItem>,
}

/// A polled key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollItem {
    /// The key.
    pub key: String,
    /// The version that Centrifugo has; 0 if it has none, and always in the mode `versionless`.
    pub version: u64,
}

/// The reply to [`SharedPoll`]: the values that have changed. A key without an item keeps its value.
///
/// ```
/// use centrifugo::{Polled, PolledItem};
///
/// fn prices() -> Polled {
///     Polled::new()
///         .item(PolledItem::new("ACME", &42).version(7))
///         .item(PolledItem::removed("GONE"))
/// }
/// ```
///
/// `Polled<Prices>` is for a [typed channel](macro@crate::channel): the values have the type of its data.
#[must_use = "a reply does nothing until the handler returns it"]
pub struct Polled<C = Channel> {
    fields: Fields,
    channel: PhantomData<fn() -> C>,
}

typed!(Polled has Fields);

#[derive(Debug, Default)]
pub(crate) struct Fields {
    items: Vec<Item>,
    epoch: String,
}

/// An item of a poll's reply: the value of a key, or its removal.
#[must_use = "an item does nothing until it is in the reply"]
pub struct PolledItem<C = Channel> {
    fields: Item,
    channel: PhantomData<fn() -> C>,
}

typed!(PolledItem has Item);

#[derive(Debug, Default)]
pub(crate) struct Item {
    key: String,
    data: Payload,
    version: u64,
    removed: bool,
    previous: Payload,
}

impl<C> Polled<C> {
    /// Creates a reply without items: no value has changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an item.
    pub fn item(mut self, item: PolledItem<C>) -> Self {
        self.fields.items.push(item.fields);
        self
    }

    /// Sets the epoch of the versions. An epoch that differs from the last one resets the channel: Centrifugo unsubscribes
    /// all clients with 2500, and they subscribe again.
    pub fn epoch(mut self, epoch: impl Into<String>) -> Self {
        self.fields.epoch = epoch.into();
        self
    }
}

impl<C> FromIterator<PolledItem<C>> for Polled<C> {
    fn from_iter<I: IntoIterator<Item = PolledItem<C>>>(items: I) -> Self {
        Self::of(Fields { items: items.into_iter().map(|item| item.fields).collect(), epoch: String::new() })
    }
}

impl<C> Extend<PolledItem<C>> for Polled<C> {
    fn extend<I: IntoIterator<Item = PolledItem<C>>>(&mut self, items: I) {
        self.fields.items.extend(items.into_iter().map(|item| item.fields));
    }
}

impl<C> PolledItem<C> {
    /// Creates an item with the key's value, as JSON. The mode `versioned` needs a [`version`](Self::version), too.
    pub fn new<T: Serialize + DataOf<C> + ?Sized>(key: impl Into<String>, data: &T) -> Self {
        Self::of(Item { key: key.into(), data: Payload::json(data), ..Item::default() })
    }

    /// Creates an item with the key's value, as bytes. Centrifugo delivers bytes that aren't JSON only to clients that speak
    /// protobuf. Bytes that only look like JSON (with invalid UTF-8 within a string, for example) fail the call: Centrifugo
    /// would deliver them to clients that speak JSON.
    pub fn raw(key: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self::of(Item { key: key.into(), data: Payload::raw(data), ..Item::default() })
    }

    /// Creates an item that removes the key: clients receive the removal, and Centrifugo doesn't poll it any more.
    pub fn removed(key: impl Into<String>) -> Self {
        Self::of(Item { key: key.into(), removed: true, ..Item::default() })
    }

    /// Sets the value's version, for the mode `versioned`: 1 or more, and increasing. Centrifugo delivers nothing for
    /// version 0.
    pub fn version(mut self, version: u64) -> Self {
        self.fields.version = version;
        self
    }

    /// Sets the previous value, as JSON, for subscribers that negotiated deltas.
    pub fn previous<T: Serialize + DataOf<C> + ?Sized>(mut self, data: &T) -> Self {
        self.fields.previous = Payload::json(data);
        self
    }
}

impl Sealed for SharedPoll {
    const FACTS: Facts = Facts {
        rpc: "SharedPollRefresh",
        attribute: "#[centrifugo::shared_poll(\"..\")]",
        has_client: false,
        proxy: Some(Proxy::Channel("shared_poll_refresh")),
        switch: Some("/subscription_type"),
        subscription_type: Some(SubscriptionType::SharedPoll),
        required_key: Some("/shared_poll/hmac_secret_key"),
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (None, None)
    }
}

impl Event for SharedPoll {
    const KIND: Kind = Kind::SharedPoll;
    type Reply = Polled;
}

facets!(SharedPoll: channel, refusing);

may_return!(
    SharedPoll as SharedPollReturn,
    "a shared_poll handler can't return `{Self}`",
    "write `Polled` or `Vec<PolledItem>`"
);
publishes!(SharedPoll => Polled);

impl<C> Publishes<C, SharedPoll> for Vec<PolledItem<C>> {}
impl<C: Untyped> Publishes<C, SharedPoll> for Vec<PolledItem<Channel>> {}

impl<C> IntoReply<SharedPoll> for Polled<C> {
    fn into_reply(self) -> Result<Polled, Reject> {
        Ok(Polled::of(self.fields))
    }
}

impl<C> IntoReply<SharedPoll> for Vec<PolledItem<C>> {
    fn into_reply(self) -> Result<Polled, Reject> {
        self.into_iter().collect::<Polled<C>>().into_reply()
    }
}

impl Item {
    fn encode(self) -> Result<wire::SharedPollRefreshResultItem, Reject> {
        let data = polled("data", self.data)?;
        let prev_data = polled("previous data", self.previous)?;
        Ok(wire::SharedPollRefreshResultItem {
            key: self.key,
            data,
            version: self.version,
            removed: self.removed,
            prev_data,
        })
    }
}

/// Encodes a value. Bytes that aren't JSON are allowed, as Centrifugo doesn't deliver them to clients that speak JSON. Bytes
/// that only Centrifugo's check takes for JSON are refused.
fn polled(what: &str, data: Payload) -> Result<Bytes, Internal> {
    let looks_like_json = matches!(&data, Payload::Raw(bytes) if json::passes_for_json(bytes));
    data.into_bytes(what, looks_like_json)
}

impl Wire for SharedPoll {
    type Request = wire::SharedPollRefreshRequest;
    type Response = wire::SharedPollRefreshResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let item = |wire::SharedPollRefreshItem { key, version }| PollItem { key, version };
        Ok(Self { channel: Channel::new(request.channel), items: request.items.into_iter().map(item).collect() })
    }

    fn check(&self, _: &Options) -> Result<(), Reject> {
        channel::require_valid(&self.channel)
    }

    // No handler matches the channel: its keys keep their values.
    fn no_match() -> Result<Polled, Reject> {
        Ok(Polled::new())
    }

    fn encode(Polled { fields: reply, .. }: Polled, _: PayloadFormat) -> Result<Self::Response, Reject> {
        let items = reply.items.into_iter().map(Item::encode).collect::<Result<_, _>>()?;
        let result = wire::SharedPollRefreshResult { items, epoch: reply.epoch };
        Ok(wire::SharedPollRefreshResponse { result: Some(result), error: None })
    }

    // The event has no client that could be disconnected.
    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, _) = refusal.split();
        error.map(|error| wire::SharedPollRefreshResponse { result: None, error: Some(error) })
    }
}

drafted!(SharedPoll: SharedPollRefreshRequest(channel, items));
