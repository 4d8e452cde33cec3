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
use crate::names::id::{Channel, Key, UserId};
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::key_mode::KeyMode;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::reply::typed::typed;
use crate::wire;

/// A map_publish event: a client sets a key of a map channel.
///
/// Centrifugo has checked that the namespace has maps, and not that the client is subscribed. Only the handler decides.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MapPublish {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// The key; it may be empty.
    pub key: Key,
    /// The value.
    pub data: Bytes,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`MapPublish`]: sets the key to the client's value, or to another one.
///
/// ```
/// use centrifugo::{KeyMode, MapPublished};
///
/// fn cursor() -> MapPublished {
///     let position = serde_json::json!({ "x": 1 });
///     MapPublished::new().key("cursor.ann").data(&position).key_mode(KeyMode::IfNew)
/// }
/// ```
///
/// `MapPublished<Board>` is for a [typed channel](macro@crate::channel), as [`Published`](crate::Published) is.
#[must_use = "a reply does nothing until the handler returns it"]
pub struct MapPublished<C = Channel> {
    fields: Fields,
    channel: PhantomData<fn() -> C>,
}

typed!(MapPublished has Fields);

#[derive(Debug, Default)]
pub(crate) struct Fields {
    key: String,
    data: Payload,
    tags: HashMap<String, String>,
    key_mode: KeyMode,
    idempotency_key: String,
    delta: bool,
    version: u64,
    version_epoch: String,
    score: i64,
    stream_data: Payload,
}

impl<C> MapPublished<C> {
    /// Sets the key to the value that the client sent. On a typed channel with `from_client` that fails the call, unless
    /// [`data`](Self::data) follows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets this value instead of the client's, as JSON.
    pub fn data<T: Serialize + DataOf<C> + ?Sized>(mut self, data: &T) -> Self {
        self.fields.data = Payload::json(data);
        self
    }

    /// Sets this key instead of the client's. An empty key stands for the client's; if that is empty as well, Centrifugo
    /// refuses it with error 107.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.fields.key = key.into();
        self
    }

    /// Sets the condition under which the key is set; [`KeyMode::Replace`] by default.
    pub fn key_mode(mut self, mode: KeyMode) -> Self {
        self.fields.key_mode = mode;
        self
    }

    /// Sets the key's place in an ordered map. The schema has it; Centrifugo v6.9.1 doesn't read it.
    pub fn score(mut self, score: i64) -> Self {
        self.fields.score = score;
        self
    }

    /// Sets the data for the channel's stream instead of the value, as JSON. The schema has it; Centrifugo v6.9.1 doesn't
    /// read it.
    pub fn stream_data<T: Serialize + DataOf<C> + ?Sized>(mut self, data: &T) -> Self {
        self.fields.stream_data = Payload::json(data);
        self
    }
}

publication_reply! {
    MapPublish => MapPublished:
    /// Sets these bytes instead of the client's value. Empty bytes fail the call: Centrifugo would set the client's value.
    /// So do bytes that aren't JSON, unless the handler is declared `binary`.
    raw_data;
    /// Adds a tag, which subscribers receive with the value.
    tag;
    /// Sets the idempotency key. Centrifugo ignores a second publication with the same one.
    idempotency_key;
    /// Sends subscribers that negotiated deltas the difference to the last value.
    delta;
    /// Sets the version of the value. In the modes `recoverable` and `persistent`, Centrifugo drops a value whose version
    /// isn't newer than the last. In the mode `ephemeral`, which the generated configuration has, a version fails the call.
    version;
    /// Sets the epoch of the version: versions are compared only within one epoch.
    version_epoch;
}

impl Sealed for MapPublish {
    const FACTS: Facts = Facts {
        rpc: "MapPublish",
        attribute: "#[centrifugo::map_publish(\"..\")]",
        writes: true,
        proxy: Some(Proxy::Channel("map_publish")),
        switch: Some("/map/publish_proxy_enabled"),
        subscription_type: Some(SubscriptionType::Map),
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for MapPublish {
    const KIND: Kind = Kind::MapPublish;
    type Reply = MapPublished;
}

facets!(MapPublish: client, user, channel, data, key, refusing);

may_return!(
    MapPublish as MapPublishReturn,
    "a map_publish handler can't return `{Self}`",
    "write `bool`, `()` or `MapPublished`"
);
returns_bool!(MapPublish => MapPublished);
publishes!(MapPublish => MapPublished);
publishes_as_sent!(MapPublish);

impl Wire for MapPublish {
    type Request = wire::MapPublishRequest;
    type Response = wire::MapPublishResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::MapPublishRequest {
            client,
            transport,
            protocol,
            encoding,
            user,
            channel,
            key,
            data: raw,
            b64data,
            meta,
            labels,
        } = request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            key: Key::new(key),
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
            "the value isn't JSON; `#[map_publish(.., binary)]` accepts it, for channels without JSON subscribers",
        )
    }

    fn format(&self, options: &Options) -> PayloadFormat {
        published_data::format(&self.client, options)
    }

    fn no_match() -> Result<MapPublished, Reject> {
        Err(ErrorReply::PERMISSION_DENIED.into())
    }

    fn encode(MapPublished { fields: reply, .. }: MapPublished, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (data, b64data) = published_data::encode(reply.data, format)?;
        let (stream_data, b64stream_data) = reply.stream_data.encode("stream data", format)?;
        let result = wire::MapPublishResult {
            key: reply.key,
            data,
            b64data,
            tags: reply.tags,
            score: reply.score,
            key_mode: reply.key_mode.name().to_owned(),
            stream_data,
            b64stream_data,
            idempotency_key: reply.idempotency_key,
            delta: reply.delta,
            version: reply.version,
            version_epoch: reply.version_epoch,
        };
        Ok(wire::MapPublishResponse { result: Some(result), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::MapPublishResponse { result: None, error, disconnect })
    }
}

drafted!(MapPublish: MapPublishRequest(client, transport, protocol, encoding, user, channel, key, data, meta), without data "null");
