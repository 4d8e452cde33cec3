use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tonic::Status;

use super::client::{Client, data};
use super::{Event, HasChannel, HasData, HasUser, Malformed, Refusal, Refusing, Sealed, Wire};
use crate::audit::Audit;
use crate::channel;
use crate::code::ErrorReply;
use crate::expiry::Expiry;
use crate::generated as wire;
use crate::grant::{Filter, Overrides, grant_methods};
use crate::handler::Options;
use crate::id::{Channel, UserId};
use crate::kind::Kind;
use crate::payload::{Form, Payload};
use crate::reject::Reject;
use crate::router::{Routes, Table};

/// A client subscribes to a channel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Subscribe {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// Always empty: Centrifugo judges subscriptions with a token itself.
    pub token: String,
    /// What the client sent with the subscription.
    pub data: Bytes,
    /// What `connect` put aside; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// Allows a subscription.
///
/// ```
/// use std::time::Duration;
/// use centrifugo::Subscribed;
///
/// Subscribed::new().expire_in(Duration::from_secs(300)).join_leave(true);
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
    /// Allowed, with the options of the channel's namespace.
    pub fn new() -> Self {
        Self::default()
    }

    grant_methods!();

    /// How long the subscription lives until the sub_refresh handler is asked.
    pub fn expire_in(mut self, lifetime: Duration) -> Self {
        self.expiry = Some(Expiry::after(lifetime));
        self
    }

    /// When the sub_refresh handler is asked: in the future, or the call fails. Centrifugo would tell the client "expired"
    /// (110) for good.
    pub fn expire_at(mut self, time: SystemTime) -> Self {
        self.expiry = Some(Expiry::at(time));
        self
    }

    /// What the client may do in the channel (`pub`, `prs`, `hst`). Centrifugo PRO; ignored by the open-source Centrifugo.
    pub fn allow(mut self, permission: impl Into<String>) -> Self {
        self.allow.push(permission.into());
        self
    }
}

impl Sealed for Subscribe {}

impl Event for Subscribe {
    const KIND: Kind = Kind::Subscribe;
    type Reply = Subscribed;

    fn client(&self) -> &Client {
        &self.client
    }
}

impl Refusing for Subscribe {}

impl HasUser for Subscribe {
    fn user(&self) -> &UserId {
        &self.user
    }

    fn meta(&self) -> &Bytes {
        &self.meta
    }
}

impl HasChannel for Subscribe {
    fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl HasData for Subscribe {
    fn data(&self) -> &Bytes {
        &self.data
    }
}

impl Wire for Subscribe {
    type Request = wire::SubscribeRequest;
    type Response = wire::SubscribeResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
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
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            token,
            data: data(Self::KIND, raw, &b64data)?,
            meta,
            labels,
        })
    }

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn table(routes: &Routes) -> &Table<Self> {
        &routes.subscribe
    }

    fn admit(&self, _: &Options) -> Result<(), Reject> {
        channel::admit(&self.channel)
    }

    fn no_match() -> Result<Self::Response, Status> {
        Ok(wire::SubscribeResponse { error: Some((&ErrorReply::PERMISSION_DENIED).into()), ..Default::default() })
    }

    fn audit(reply: &Subscribed, audit: &Audit) {
        if reply.expiry.is_some() {
            audit.subscription_expires();
        }
    }

    fn encode(reply: Subscribed, form: Form) -> Result<Self::Response, Reject> {
        let (info, b64info) = reply.info.encode("info", Form { json: true, ..form })?;
        let (data, b64data) = reply.data.encode("data", form)?;
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
