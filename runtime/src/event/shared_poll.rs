use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use super::client::Client;
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

/// Centrifugo polls keys of a channel that clients track.
///
/// It does so for all of them together, every `shared_poll.refresh_interval` (10 s by default), up to `refresh_batch_size` (1000) keys a
/// call, from every node by itself; and at once for a key that nobody tracked before.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SharedPoll {
    /// The channel.
    pub channel: Channel,
    /// What is polled.
    pub items: Vec<PollItem>,
}

/// A key that is polled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollItem {
    /// The key.
    pub key: String,
    /// The version that Centrifugo has; 0 for none, and always in the mode `versionless`.
    pub version: u64,
}

/// Answers a poll. A key that is left out hasn't changed.
///
/// ```
/// use centrifugo::{Polled, PolledItem};
///
/// fn prices() -> Polled {
///     Polled::new().item(PolledItem::new("ACME", &42).version(7)).item(PolledItem::removed("GONE"))
/// }
/// ```
///
/// `Polled<Prices>` is for a [typed channel](macro@crate::channel), whose data the values of its keys are.
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

/// The value of a key, or that it is gone.
#[must_use = "an item says nothing until it is in the reply"]
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
    /// Nothing has changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says something of a key.
    pub fn item(mut self, item: PolledItem<C>) -> Self {
        self.fields.items.push(item.fields);
        self
    }

    /// What versions are compared within. Another epoch than before resets the channel: everybody is unsubscribed with 2500, and comes
    /// back.
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
    /// The key's value, as JSON. In the mode `versioned` it has to have a [`version`](Self::version), too.
    pub fn new<T: Serialize + DataOf<C> + ?Sized>(key: impl Into<String>, data: &T) -> Self {
        Self::of(Item { key: key.into(), data: Payload::json(data), ..Item::default() })
    }

    /// The key's value. Bytes that aren't JSON are delivered to clients that speak protobuf alone. What only looks like JSON (invalid UTF-8
    /// within a string, say) fails the call: Centrifugo would deliver it to clients that speak JSON.
    pub fn raw(key: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self::of(Item { key: key.into(), data: Payload::raw(data), ..Item::default() })
    }

    /// The key is gone: clients are told, and it is polled no more.
    pub fn removed(key: impl Into<String>) -> Self {
        Self::of(Item { key: key.into(), removed: true, ..Item::default() })
    }

    /// The value's version, in the mode `versioned`: 1 or more, and growing. Centrifugo delivers nothing for version 0 there.
    pub fn version(mut self, version: u64) -> Self {
        self.fields.version = version;
        self
    }

    /// The value before, as JSON, for subscribers that asked for deltas.
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

    fn subject(&self) -> Option<&str> {
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

may_return!(SharedPoll, "`{Self}` is no answer to a shared_poll event", "write `Polled` or `Vec<PolledItem>`");
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

/// Bytes that are no JSON at all are harmless here: Centrifugo leaves the JSON clients out. Those that only its own check takes for JSON
/// would reach them.
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

    fn admit(&self, _: &Options) -> Result<(), Reject> {
        channel::admit(&self.channel)
    }

    // Nobody knows these keys: they stay as they are.
    fn no_match() -> Result<Polled, Reject> {
        Ok(Polled::new())
    }

    fn encode(Polled { fields: reply, .. }: Polled, _: PayloadFormat) -> Result<Self::Response, Reject> {
        let items = reply.items.into_iter().map(Item::encode).collect::<Result<_, _>>()?;
        let result = wire::SharedPollRefreshResult { items, epoch: reply.epoch };
        Ok(wire::SharedPollRefreshResponse { result: Some(result), error: None })
    }

    // There is nobody to be disconnected.
    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, _) = refusal.split();
        error.map(|error| wire::SharedPollRefreshResponse { result: None, error: Some(error) })
    }
}
