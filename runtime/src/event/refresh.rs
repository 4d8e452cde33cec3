use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::Serialize;

use super::client::Client;
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy};
use super::into_reply::{may_return, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::names::id::UserId;
use crate::reject::Reject;
use crate::reply::capability::{Capability, capabilities};
use crate::reply::expiry::Expiry;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::wire;

/// A refresh event: a connection expires, at the time that `connect` or an earlier refresh has set.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Refresh {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`Refresh`]: extends the connection's lifetime, or ends the connection.
///
/// ```
/// use centrifugo::Refreshed;
///
/// Refreshed::for_secs(60); // Centrifugo calls again in a minute
/// Refreshed::expired();    // closed with 3005; the SDK connects again, and `connect` refuses it
/// ```
#[derive(Debug)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct Refreshed {
    expiry: Option<Expiry>,
    info: Payload,
    meta: Payload,
    capabilities: Vec<Capability>,
}

impl Refreshed {
    /// Extends the lifetime by so many seconds, after which Centrifugo calls again. 0 fails the call.
    pub fn for_secs(seconds: u64) -> Self {
        Self::for_duration(Duration::from_secs(seconds))
    }

    /// Extends the lifetime by a duration, rounded up to whole seconds, after which Centrifugo calls again.
    pub fn for_duration(lifetime: Duration) -> Self {
        Self::expiring(Some(Expiry::after(lifetime)))
    }

    /// Extends the lifetime to a time. It must be in the future, or the call fails: Centrifugo would read a past time as
    /// "expired".
    pub fn until(time: SystemTime) -> Self {
        Self::expiring(Some(Expiry::at(time)))
    }

    /// Ends the connection: it is closed with 3005. SDKs connect again at once, so `connect` must refuse the user, too.
    pub fn expired() -> Self {
        Self::expiring(None)
    }

    fn expiring(expiry: Option<Expiry>) -> Self {
        Self { expiry, info: Payload::Empty, meta: Payload::Empty, capabilities: Vec::new() }
    }

    /// Replaces the info that others receive about this connection, as JSON.
    pub fn info<T: Serialize + ?Sized>(mut self, info: &T) -> Self {
        self.info = Payload::json(info);
        self
    }

    /// Replaces the connection's meta, which handlers take as [`Meta`](crate::Meta), as JSON.
    pub fn meta<T: Serialize + ?Sized>(mut self, meta: &T) -> Self {
        self.meta = Payload::json(meta);
        self
    }

    /// Like [`meta`](Self::meta), from bytes. Empty bytes leave it unchanged; bytes that aren't JSON fail the call.
    pub fn raw_meta(mut self, meta: impl Into<Bytes>) -> Self {
        self.meta = Payload::raw(meta);
        self
    }

    /// Adds a capability; those of the reply replace the connection's. Centrifugo PRO; ignored by the open-source
    /// Centrifugo.
    pub fn capability(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }
}

impl Sealed for Refresh {
    const FACTS: Facts = Facts {
        rpc: "Refresh",
        attribute: "#[centrifugo::refresh]",
        proxy: Some(Proxy::Client("refresh")),
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        None
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for Refresh {
    const KIND: Kind = Kind::Refresh;
    type Reply = Refreshed;
}

facets!(Refresh: client, user);

may_return!(Refresh as RefreshReturn, "a refresh handler can't return `{Self}`", "write `Refreshed`");
returns_reply!(Refresh => Refreshed);

impl Wire for Refresh {
    type Request = wire::RefreshRequest;
    type Response = wire::RefreshResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::RefreshRequest { client, transport, protocol, encoding, user, meta, labels } = request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            meta,
            labels,
        })
    }

    fn no_match() -> Result<Refreshed, Reject> {
        Err(Reject::internal("no refresh handler"))
    }

    fn encode(reply: Refreshed, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (info, b64info) = reply.info.encode("info", PayloadFormat { json: true, ..format })?;
        let result = wire::RefreshResult {
            expired: reply.expiry.is_none(),
            expire_at: reply.expiry.map(Expiry::unix).transpose()?.unwrap_or_default(),
            info,
            b64info,
            meta: reply.meta.into_bytes("meta", true)?,
            caps: capabilities(reply.capabilities),
        };
        Ok(wire::RefreshResponse { result: Some(result), ..Default::default() })
    }

    // Centrifugo would read it as "no result" and end the connection; after a failed call it calls again.
    fn refuse(_: Refusal) -> Option<Self::Response> {
        None
    }
}

drafted!(Refresh: RefreshRequest(client, transport, protocol, encoding, user, meta));
