use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::client::{Client, data};
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy, SubscriptionType};
use super::into_reply::{may_return, returns_bool, returns_reply};
use super::{Event, Expectation, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::channel;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::expiry::Expiry;
use crate::reply::filter::Filter;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::reply::subscription::{Overrides, subscription_methods};
use crate::wire;

/// A subscribe event: a client subscribes to a channel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Subscribe {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// Always empty: Centrifugo verifies the tokens of subscriptions itself.
    pub token: String,
    /// The data that the client sent with the subscription.
    pub data: Bytes,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`Subscribe`]: allows the subscription.
///
/// ```
/// use std::time::Duration;
/// use centrifugo::Subscribed;
///
/// Subscribed::new()
///     .expire_in(Duration::from_secs(300))
///     .join_leave(true)
///     .force_push_join_leave(true);
/// ```
#[derive(Debug, Default)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct Subscribed {
    expiry: Option<Expiry>,
    info: Payload,
    data: Payload,
    overrides: Overrides,
    tags_filter: Option<Filter>,
    allow: Vec<String>,
}

impl Subscribed {
    /// Allows the subscription with the options of the channel's namespace.
    pub fn new() -> Self {
        Self::default()
    }

    subscription_methods!();

    /// Sets the lifetime of the subscription, after which Centrifugo calls the sub_refresh handler. Where nothing refreshes
    /// the subscription, the call fails: the client would give it up permanently at that time.
    pub fn expire_in(mut self, lifetime: Duration) -> Self {
        self.expiry = Some(Expiry::after(lifetime));
        self
    }

    /// Sets the time at which Centrifugo calls the sub_refresh handler. It must be in the future, or the call fails:
    /// Centrifugo would refuse the client permanently, with 110 "expired".
    pub fn expire_at(mut self, time: SystemTime) -> Self {
        self.expiry = Some(Expiry::at(time));
        self
    }

    /// Allows an operation in the channel (`pub`, `prs`, `hst`). Centrifugo PRO; ignored by the open-source Centrifugo.
    pub fn allow(mut self, permission: impl Into<String>) -> Self {
        self.allow.push(permission.into());
        self
    }
}

impl Sealed for Subscribe {
    const FACTS: Facts = Facts {
        rpc: "Subscribe",
        attribute: "#[centrifugo::topic(\"..\")]",
        proxy: Some(Proxy::Channel("subscribe")),
        switch: Some("/subscribe_proxy_enabled"),
        // In namespaces of maps Centrifugo would send it, and then refuse the client, whatever the answer is.
        absent_from: &[SubscriptionType::Stream, SubscriptionType::Map],
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for Subscribe {
    const KIND: Kind = Kind::Subscribe;
    type Reply = Subscribed;
}

facets!(Subscribe: client, user, channel, data, refusing);

may_return!(Subscribe as SubscribeReturn, "a subscribe handler can't return `{Self}`", "write `bool`, `()` or `Subscribed`");
returns_reply!(Subscribe => Subscribed);
returns_bool!(Subscribe => Subscribed);

impl Subscribe {
    /// Decodes the request that this event shares with [`SubscribeStream`](super::SubscribeStream).
    pub(super) fn decode_as(kind: Kind, request: wire::SubscribeRequest) -> Result<Self, Malformed> {
        let wire::SubscribeRequest {
            client,
            transport,
            protocol,
            encoding,
            user,
            channel,
            token,
            data: raw,
            b64data,
            meta,
            labels,
        } = request;
        Ok(Self {
            client: Client::decode(kind, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            token,
            data: data(kind, raw, &b64data)?,
            meta,
            labels,
        })
    }
}

impl Wire for Subscribe {
    type Request = wire::SubscribeRequest;
    type Response = wire::SubscribeResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        Self::decode_as(Self::KIND, request)
    }

    fn check(&self, _: &Options) -> Result<(), Reject> {
        channel::require_valid(&self.channel)
    }

    fn no_match() -> Result<Subscribed, Reject> {
        Err(ErrorReply::PERMISSION_DENIED.into())
    }

    fn expectations(reply: &Subscribed) -> impl Iterator<Item = Expectation<'_>> {
        reply.expiry.map(|_| Expectation::SubRefresh).into_iter()
    }

    fn encode(reply: Subscribed, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (info, b64info) = reply.info.encode("info", PayloadFormat { json: true, ..format })?;
        let (data, b64data) = reply.data.encode("data", format)?;
        let result = wire::SubscribeResult {
            expire_at: reply.expiry.map(Expiry::unix).transpose()?.unwrap_or_default(),
            info,
            b64info,
            data,
            b64data,
            r#override: reply.overrides.encode(),
            allow: reply.allow,
            server_tags_filter: reply.tags_filter.map(Filter::encode),
        };
        Ok(wire::SubscribeResponse { result: Some(result), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::SubscribeResponse { result: None, error, disconnect })
    }
}

drafted!(Subscribe: SubscribeRequest(client, transport, protocol, encoding, user, channel, data, meta));
