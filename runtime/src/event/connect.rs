use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::Serialize;

use super::client::{Client, data};
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy};
use super::into_reply::{may_return, returns_reply};
use super::{Event, Expectation, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::names::channel::{InvalidChannel, ToChannel};
use crate::names::id::UserId;
use crate::reject::Reject;
use crate::reply::capability::{Capability, capabilities};
use crate::reply::expiry::Expiry;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::reply::subscription::SubscribeOptions;
use crate::wire;

/// A connect event: a client connects without a token.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Connect {
    /// The new connection.
    pub client: Client,
    /// The data that the client sent with the connect command.
    pub data: Bytes,
    /// The client application's name, if the client sent one. Unverified.
    pub name: String,
    /// The client application's version, if the client sent one. Unverified.
    pub version: String,
    /// Server-side channels that the client requests, unverified. The handler grants them by naming them in the reply.
    pub channels: Vec<String>,
}

/// The reply to [`Connect`]: accepts the connection, and says whose it is.
///
/// ```
/// use std::time::Duration;
/// use centrifugo::Connected;
///
/// let reply = Connected::user(42)
///     .expire_in(Duration::from_secs(60)) // then Centrifugo calls the refresh handler
///     .info(&serde_json::json!({ "name": "Ann" }))
///     .subscribe("news");
/// ```
#[derive(Debug, Default)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct Connected(Box<Fields>);

/// The fields of the reply. Boxed, as replies are moved many times.
#[derive(Debug, Default)]
struct Fields {
    user: String,
    expiry: Option<Expiry>,
    info: Payload,
    data: Payload,
    meta: Payload,
    channels: Vec<String>,
    options: HashMap<String, SubscribeOptions>,
    capabilities: Vec<Capability>,
    labels: HashMap<String, String>,
    fault: Option<InvalidChannel>,
}

impl Connected {
    /// Accepts the connection of a user. An empty id is the same as [`anonymous`](Self::anonymous).
    pub fn user(id: impl ToString) -> Self {
        Self(Box::new(Fields { user: id.to_string(), ..Fields::default() }))
    }

    /// Accepts an anonymous connection.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Subscribes the client to a channel on the server's side, with the options of the channel's namespace.
    ///
    /// Centrifugo checks only that the namespace exists; if it doesn't, the whole connect fails with error 102. No subscribe
    /// event follows.
    pub fn subscribe(mut self, channel: impl ToChannel) -> Self {
        match channel.to_channel() {
            Ok(channel) => self.0.channels.push(channel.into_string()),
            Err(fault) => self.0.fault = self.0.fault.or(Some(fault)),
        }
        self
    }

    /// Like [`subscribe`](Self::subscribe), with options that override the namespace's.
    pub fn subscribe_with(mut self, channel: impl ToChannel, options: SubscribeOptions) -> Self {
        match channel.to_channel() {
            Ok(channel) => {
                self.0.options.insert(channel.into_string(), options);
            }
            Err(fault) => self.0.fault = self.0.fault.or(Some(fault)),
        }
        self
    }

    /// Sets the lifetime of the connection, after which Centrifugo calls the refresh handler. Centrifugo cuts it to 365
    /// days. Where nothing refreshes the connection, the call fails: the client would stop permanently at that time.
    pub fn expire_in(mut self, lifetime: Duration) -> Self {
        self.0.expiry = Some(Expiry::after(lifetime));
        self
    }

    /// Sets the time at which Centrifugo calls the refresh handler. It must be in the future, or the call fails.
    pub fn expire_at(mut self, time: SystemTime) -> Self {
        self.0.expiry = Some(Expiry::at(time));
        self
    }

    /// Sets the info that others receive about this connection (presence, join and leave, publications), as JSON.
    pub fn info<T: Serialize + ?Sized>(mut self, info: &T) -> Self {
        self.0.info = Payload::json(info);
        self
    }

    /// Sets the data that the client receives with the connect reply, as JSON.
    pub fn data<T: Serialize + ?Sized>(mut self, data: &T) -> Self {
        self.0.data = Payload::json(data);
        self
    }

    /// Sets the data that the client receives with the connect reply. For a client that speaks JSON, bytes that aren't JSON
    /// fail the call.
    pub fn raw_data(mut self, data: impl Into<Bytes>) -> Self {
        self.0.data = Payload::raw(data);
        self
    }

    /// Sets the connection's meta, as JSON: later events of the connection have it, and handlers take it as
    /// [`Meta`](crate::Meta). The client never receives it.
    pub fn meta<T: Serialize + ?Sized>(mut self, meta: &T) -> Self {
        self.0.meta = Payload::json(meta);
        self
    }

    /// Like [`meta`](Self::meta), from bytes. Bytes that aren't JSON fail the call.
    pub fn raw_meta(mut self, meta: impl Into<Bytes>) -> Self {
        self.0.meta = Payload::raw(meta);
        self
    }

    /// Adds a capability: operations that the client may perform in some channels. Centrifugo PRO; ignored by the
    /// open-source Centrifugo.
    pub fn capability(mut self, capability: Capability) -> Self {
        self.0.capabilities.push(capability);
        self
    }

    /// Adds a label to the connection. Centrifugo PRO; ignored by the open-source Centrifugo.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.labels.insert(key.into(), value.into());
        self
    }
}

impl Sealed for Connect {
    const FACTS: Facts = Facts {
        rpc: "Connect",
        attribute: "#[centrifugo::connect]",
        proxy: Some(Proxy::Client("connect")),
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        None
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), None)
    }
}

impl Event for Connect {
    const KIND: Kind = Kind::Connect;
    type Reply = Connected;
}

facets!(Connect: client, data, refusing);

may_return!(Connect as ConnectReturn, "a connect handler can't return `{Self}`", "write `Connected`");
returns_reply!(Connect => Connected);

impl Wire for Connect {
    type Request = wire::ConnectRequest;
    type Response = wire::ConnectResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::ConnectRequest { client, transport, protocol, encoding, data: raw, b64data, name, version, channels } =
            request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            data: data(Self::KIND, raw, &b64data)?,
            name,
            version,
            channels,
        })
    }

    fn no_match() -> Result<Connected, Reject> {
        Err(Reject::internal("no connect handler"))
    }

    fn expectations(Connected(reply): &Connected) -> impl Iterator<Item = Expectation<'_>> {
        let granted = reply.channels.iter().chain(reply.options.keys()).map(|channel| Expectation::Namespace(channel));
        granted.chain(reply.expiry.map(|_| Expectation::Refresh))
    }

    fn encode(Connected(reply): Connected, format: PayloadFormat) -> Result<Self::Response, Reject> {
        if let Some(fault) = reply.fault {
            return Err(fault.into());
        }
        let (info, b64info) = reply.info.encode("info", PayloadFormat { json: true, ..format })?;
        let (data, b64data) = reply.data.encode("data", format)?;
        let subs = reply
            .options
            .into_iter()
            .map(|(channel, options)| Ok((channel, options.encode(format)?)))
            .collect::<Result<_, Reject>>()?;
        let result = wire::ConnectResult {
            user: reply.user,
            expire_at: reply.expiry.map(Expiry::unix).transpose()?.unwrap_or_default(),
            info,
            b64info,
            data,
            b64data,
            channels: reply.channels,
            subs,
            meta: reply.meta.into_bytes("meta", true)?,
            caps: capabilities(reply.capabilities),
            labels: reply.labels,
        };
        Ok(wire::ConnectResponse { result: Some(Box::new(result)), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::ConnectResponse { result: None, error, disconnect })
    }
}

drafted!(Connect: ConnectRequest(client, transport, protocol, encoding, data));
