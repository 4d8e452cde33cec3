use std::collections::HashMap;

use bytes::Bytes;
use serde::Serialize;

use super::client::{Client, data};
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy};
use super::into_reply::{IntoReply, may_return, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::names::id::UserId;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::wire;

/// An rpc event: a client calls a method.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rpc {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The method; any string, even an empty one.
    pub method: String,
    /// The data that the client sent; empty if it sent none.
    pub data: Bytes,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`Rpc`], for handlers that return something else than a serde value.
///
/// ```
/// use centrifugo::RpcReply;
///
/// RpcReply::json(&["a", "b"]);
/// RpcReply::raw(&b"\x00\x01"[..]); // for clients that speak protobuf
/// RpcReply::empty();
/// ```
#[derive(Debug, Default)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct RpcReply {
    data: Payload,
}

impl RpcReply {
    /// Creates a reply without data.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Creates a reply with a value, as JSON.
    #[inline(always)]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self { data: Payload::json(value) }
    }

    /// Creates a reply with any bytes. For a client that speaks JSON, bytes that aren't JSON fail the call: Centrifugo would
    /// close the client permanently.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self { data: Payload::raw(bytes) }
    }
}

impl Sealed for Rpc {
    const FACTS: Facts = Facts {
        rpc: "RPC",
        attribute: "#[centrifugo::rpc(\"..\")]",
        proxy: Some(Proxy::Rpc),
        switch: Some("/proxy_enabled"),
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.method)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for Rpc {
    const KIND: Kind = Kind::Rpc;
    type Reply = RpcReply;
}

facets!(Rpc: client, user, data, refusing);

may_return!(
    Rpc as RpcReturn,
    "an rpc handler can't return `{Self}`",
    "write a type that implements `serde::Serialize`, or `RpcReply`"
);
returns_reply!(Rpc => RpcReply);

impl<T: Serialize> IntoReply<Rpc> for T {
    fn into_reply(self) -> Result<RpcReply, Reject> {
        Ok(RpcReply::json(&self))
    }
}

impl Wire for Rpc {
    type Request = wire::RpcRequest;
    type Response = wire::RpcResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::RpcRequest { client, transport, protocol, encoding, user, method, data: raw, b64data, meta, labels } =
            request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            method,
            data: data(Self::KIND, raw, &b64data)?,
            meta,
            labels,
        })
    }

    fn no_match() -> Result<RpcReply, Reject> {
        Err(ErrorReply::METHOD_NOT_FOUND.into())
    }

    fn encode(reply: RpcReply, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (data, b64data) = reply.data.encode("data", format)?;
        Ok(wire::RpcResponse { result: Some(wire::RpcResult { data, b64data }), ..Default::default() })
    }

    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, disconnect) = refusal.split();
        Some(wire::RpcResponse { result: None, error, disconnect })
    }
}

drafted!(Rpc: RpcRequest(client, transport, protocol, encoding, user, method, data, meta));
