use std::collections::HashMap;

use bytes::Bytes;

use super::client::Client;
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy, SubscriptionType};
use super::into_reply::{may_return, returns_bool, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::channel;
use crate::names::id::{Channel, Key, UserId};
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::payload::PayloadFormat;
use crate::wire;

/// A map_remove event: a client removes a key of a map channel.
///
/// Centrifugo has checked that the namespace has maps, and not that the client is subscribed. Only the handler decides.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MapRemove {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// The key; it may be empty.
    pub key: Key,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`MapRemove`]: removes the client's key, or another one.
///
/// ```
/// centrifugo::MapRemoved::new().tag("by", "ann");
/// ```
#[derive(Debug, Default)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct MapRemoved {
    key: String,
    tags: HashMap<String, String>,
    idempotency_key: String,
}

impl MapRemoved {
    /// Removes the key that the client sent.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes this key instead of the client's. An empty key stands for the client's.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// Adds a tag, which subscribers receive with the removal.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// Sets the idempotency key. Centrifugo ignores a second removal with the same one.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = key.into();
        self
    }
}

impl Sealed for MapRemove {
    const FACTS: Facts = Facts {
        rpc: "MapRemove",
        attribute: "#[centrifugo::map_remove(\"..\")]",
        writes: true,
        proxy: Some(Proxy::Channel("map_remove")),
        switch: Some("/map/remove_proxy_enabled"),
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

impl Event for MapRemove {
    const KIND: Kind = Kind::MapRemove;
    type Reply = MapRemoved;
}

facets!(MapRemove: client, user, channel, key, refusing);

may_return!(
    MapRemove as MapRemoveReturn,
    "a map_remove handler can't return `{Self}`",
    "write `bool`, `()` or `MapRemoved`"
);
returns_reply!(MapRemove => MapRemoved);
returns_bool!(MapRemove => MapRemoved);

impl Wire for MapRemove {
    type Request = wire::MapRemoveRequest;
    type Response = wire::MapRemoveResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::MapRemoveRequest { client, transport, protocol, encoding, user, channel, key, meta, labels } = request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            key: Key::new(key),
            meta,
            labels,
        })
    }

    fn check(&self, _: &Options) -> Result<(), Reject> {
        channel::require_valid(&self.channel)
    }

    fn no_match() -> Result<MapRemoved, Reject> {
        Err(ErrorReply::PERMISSION_DENIED.into())
    }

    fn encode(reply: MapRemoved, _: PayloadFormat) -> Result<Self::Response, Reject> {
        let MapRemoved { key, tags, idempotency_key } = reply;
        let result = wire::MapRemoveResult { key, tags, idempotency_key };
        Ok(wire::MapRemoveResponse { result: Some(result), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::MapRemoveResponse { result: None, error, disconnect })
    }
}

drafted!(MapRemove: MapRemoveRequest(client, transport, protocol, encoding, user, channel, key, meta));
