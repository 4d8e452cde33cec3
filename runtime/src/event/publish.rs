use std::collections::HashMap;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use super::client::{Client, data};
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy, SubscriptionType};
use super::into_reply::{may_return, returns_bool};
use super::published_data::{self, publication_reply};
use super::typed::{publishes, publishes_as_sent};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::channel_data::DataOf;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::reply::typed::typed;
use crate::wire;

/// A publish event: a client publishes to a channel.
///
/// Centrifugo has checked that the namespace exists, and neither that the client is subscribed nor that anyone could be.
/// Only the handler decides.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Publish {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// The data of the publication.
    pub data: Bytes,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`Publish`]: publishes what the client sent, or other data in its place.
///
/// ```
/// use centrifugo::Published;
///
/// fn greeting() -> Published {
///     let message = serde_json::json!({ "text": "hi", "author": "Ann" });
///     Published::new().data(&message).tag("kind", "chat")
/// }
/// ```
///
/// `Published<ChatRoom>` is for a [typed channel](macro@crate::channel): its data has the type that the channel declares.
/// The handler's return type determines the channel.
#[must_use = "a reply does nothing until the handler returns it"]
pub struct Published<C = Channel> {
    fields: Fields,
    channel: PhantomData<fn() -> C>,
}

typed!(Published has Fields);

#[derive(Debug, Default)]
pub(crate) struct Fields {
    data: Payload,
    skip_history: bool,
    tags: HashMap<String, String>,
    idempotency_key: String,
    delta: bool,
    version: u64,
    version_epoch: String,
}

impl<C> Published<C> {
    /// Publishes the data as the client sent it. On a typed channel with `from_client` that fails the call, unless
    /// [`data`](Self::data) follows: the client's data has another type than the channel's.
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes this instead of the client's data, as JSON. On a typed channel with `data`, it has that type.
    pub fn data<T: Serialize + DataOf<C> + ?Sized>(mut self, data: &T) -> Self {
        self.fields.data = Payload::json(data);
        self
    }

    /// Keeps the publication out of the channel's history.
    pub fn skip_history(mut self) -> Self {
        self.fields.skip_history = true;
        self
    }
}

publication_reply! {
    Publish => Published:
    /// Publishes these bytes instead of the client's data. A typed channel doesn't check their type. Empty bytes fail the
    /// call: Centrifugo would publish the client's data. So do bytes that aren't JSON, unless the handler is declared
    /// `binary`: Centrifugo would close every subscriber that speaks JSON, permanently, while the publisher receives "ok".
    raw_data;
    /// Adds a tag, which subscribers receive with the data.
    tag;
    /// Sets the idempotency key. Centrifugo doesn't publish a second publication with the same key; its publisher receives
    /// "ok" all the same.
    idempotency_key;
    /// Sends subscribers that negotiated deltas the difference to the last publication.
    delta;
    /// Sets the version of the data. Centrifugo drops a publication whose version isn't newer than the last one's; its
    /// publisher receives "ok" all the same.
    version;
    /// Sets the epoch of the version: versions are compared only within one epoch.
    version_epoch;
}

impl Sealed for Publish {
    const FACTS: Facts = Facts {
        rpc: "Publish",
        attribute: "#[centrifugo::publish(\"..\")]",
        writes: true,
        proxy: Some(Proxy::Channel("publish")),
        switch: Some("/publish_proxy_enabled"),
        absent_from: &[SubscriptionType::Stream],
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for Publish {
    const KIND: Kind = Kind::Publish;
    type Reply = Published;
}

facets!(Publish: client, user, channel, data, refusing);

may_return!(Publish as PublishReturn, "a publish handler can't return `{Self}`", "write `bool`, `()` or `Published`");
returns_bool!(Publish => Published);
publishes!(Publish => Published);
publishes_as_sent!(Publish);

impl Wire for Publish {
    type Request = wire::PublishRequest;
    type Response = wire::PublishResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::PublishRequest { client, transport, protocol, encoding, user, channel, data: raw, b64data, meta, labels } =
            request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            data: data(Self::KIND, raw, &b64data)?,
            meta,
            labels,
        })
    }

    fn check(&self, options: &Options) -> Result<(), Reject> {
        published_data::check(
            &self.channel,
            &self.data,
            options,
            "the publication isn't JSON; `#[publish(.., binary)]` accepts it, for channels without JSON subscribers",
        )
    }

    fn format(&self, options: &Options) -> PayloadFormat {
        published_data::format(&self.client, options)
    }

    fn no_match() -> Result<Published, Reject> {
        Err(ErrorReply::PERMISSION_DENIED.into())
    }

    fn encode(Published { fields: reply, .. }: Published, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (data, b64data) = published_data::encode(reply.data, format)?;
        let result = wire::PublishResult {
            data,
            b64data,
            skip_history: reply.skip_history,
            tags: reply.tags,
            idempotency_key: reply.idempotency_key,
            delta: reply.delta,
            version: reply.version,
            version_epoch: reply.version_epoch,
        };
        Ok(wire::PublishResponse { result: Some(result), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::PublishResponse { result: None, error, disconnect })
    }
}

drafted!(Publish: PublishRequest(client, transport, protocol, encoding, user, channel, data, meta), without data "null");
