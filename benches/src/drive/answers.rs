//! The calls that are made, and the responses that are correct.

use bytes::Bytes;
use prost::Message;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire;
use crate::Result;

/// A call to which all peers return the same response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Call {
    Connect,
    Rpc,
    Subscribe,
    /// An RPC that takes 50 ms.
    Slow,
}

impl Call {
    /// The calls that don't wait in the handler.
    pub(crate) const QUICK: [Self; 3] = [Self::Connect, Self::Rpc, Self::Subscribe];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Rpc => "rpc",
            Self::Subscribe => "subscribe",
            Self::Slow => "slow rpc",
        }
    }

    /// The method of the gRPC service.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::Rpc | Self::Slow => "RPC",
            Self::Subscribe => "Subscribe",
        }
    }

    /// The path over HTTP/1.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Connect => "/connect",
            Self::Rpc | Self::Slow => "/rpc",
            Self::Subscribe => "/subscribe",
        }
    }

    /// The fields of the request, as Centrifugo sends them.
    pub(super) fn fields(self) -> Fields {
        match self {
            Self::Connect => Fields { data: r#"{"token":"secret"}"#, ..Fields::default() },
            Self::Rpc => Fields { user: "42", method: "ping", ..Fields::default() },
            Self::Slow => Fields { user: "42", method: "slow", ..Fields::default() },
            Self::Subscribe => Fields { user: "42", channel: "room:17", ..Fields::default() },
        }
    }

    /// Whether these bytes are the right response: JSON over the HTTP proxy protocol, protobuf over gRPC.
    pub(super) fn check(self, answer: &Answer) -> Result<()> {
        let wanted = match self {
            Self::Connect => json!({ "user": "42", "data": { "a": 1 }, "channels": ["news"] }),
            Self::Rpc => json!({ "data": "pong" }),
            Self::Slow => json!({ "data": "slow" }),
            Self::Subscribe => json!({}),
        };
        let got = answer.read(self)?;
        if got == json!({ "result": wanted }) { Ok(()) } else { Err(format!("{} returned {got}", self.name()).into()) }
    }
}

/// The fields that differ between requests.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields {
    pub(super) user: &'static str,
    pub(super) data: &'static str,
    pub(super) method: &'static str,
    pub(super) channel: &'static str,
}

const CLIENT: &str = "0b5d2a5e-2c8e-4f53-9a4c-3f3c0e5d7a10";

impl Fields {
    /// Encodes the request as protobuf.
    pub(super) fn encode(self, call: Call) -> Vec<u8> {
        let Self { data, method, channel, .. } = self;
        let (client, transport) = (CLIENT.to_owned(), "websocket".to_owned());
        let (protocol, encoding) = ("json".to_owned(), "json".to_owned());
        let data = Bytes::from_static(data.as_bytes());
        match call {
            Call::Connect => {
                wire::ConnectRequest { client, transport, protocol, encoding, data, ..Default::default() }.encode_to_vec()
            }
            Call::Rpc | Call::Slow => self.rpc(method).encode_to_vec(),
            Call::Subscribe => self.subscription(channel).encode_to_vec(),
        }
    }

    pub(super) fn rpc(self, method: &str) -> wire::RpcRequest {
        let (client, transport) = (CLIENT.to_owned(), "websocket".to_owned());
        let (protocol, encoding, method) = ("json".to_owned(), "json".to_owned(), method.to_owned());
        let user = self.user.to_owned();
        wire::RpcRequest { client, transport, protocol, encoding, user, method, ..Default::default() }
    }

    pub(super) fn subscription(self, channel: &str) -> wire::SubscribeRequest {
        let (client, transport) = (CLIENT.to_owned(), "websocket".to_owned());
        let (protocol, encoding, channel) = ("json".to_owned(), "json".to_owned(), channel.to_owned());
        let user = self.user.to_owned();
        wire::SubscribeRequest { client, transport, protocol, encoding, user, channel, ..Default::default() }
    }

    /// Encodes the request as JSON. Centrifugo leaves out empty fields.
    pub(super) fn json(self) -> String {
        let Self { user, data, method, channel } = self;
        let mut body = json!({ "client": CLIENT, "transport": "websocket", "protocol": "json", "encoding": "json" });
        for (name, value) in [("user", user), ("method", method), ("channel", channel)] {
            if !value.is_empty() {
                body[name] = value.into();
            }
        }
        if !data.is_empty() {
            body["data"] = serde_json::from_str(data).unwrap_or_default();
        }
        body.to_string()
    }
}

/// The bytes of a response.
pub(super) enum Answer {
    Grpc(Bytes),
    Json(Vec<u8>),
}

impl Answer {
    /// Returns the response in the form of the HTTP proxy protocol.
    pub(super) fn read(&self, call: Call) -> Result<Value> {
        let bytes = match self {
            Self::Json(bytes) => return Ok(serde_json::from_slice(bytes)?),
            Self::Grpc(bytes) => bytes.clone(),
        };
        let (result, error) = match call {
            Call::Connect => {
                let wire::ConnectResponse { result, error, .. } = wire::ConnectResponse::decode(bytes)?;
                let result = result.map(|result| -> Result<Value> {
                    let data: Value = serde_json::from_slice(&result.data)?;
                    Ok(json!({ "user": result.user, "data": data, "channels": result.channels }))
                });
                (result.transpose()?, error)
            }
            Call::Rpc | Call::Slow => {
                let wire::RpcResponse { result, error, .. } = wire::RpcResponse::decode(bytes)?;
                let result = result.map(|result| -> Result<Value> {
                    Ok(json!({ "data": serde_json::from_slice::<Value>(&result.data)? }))
                });
                (result.transpose()?, error)
            }
            Call::Subscribe => {
                let wire::SubscribeResponse { result, error, .. } = wire::SubscribeResponse::decode(bytes)?;
                (result.map(|_| json!({})), error)
            }
        };
        Ok(match (result, error) {
            (Some(result), None) => json!({ "result": result }),
            (None, Some(error)) => json!({ "error": { "code": error.code, "message": error.message } }),
            _ => json!({}),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Call};

    fn json(text: &str) -> Answer {
        Answer::Json(text.into())
    }

    #[test]
    fn a_right_response_passes_in_any_order_and_spacing() {
        let answer = json(r#"{ "result": { "channels": ["news"], "user": "42", "data": { "a": 1 } } }"#);
        assert!(Call::Connect.check(&answer).is_ok());
    }

    #[test]
    fn a_response_without_its_channel_is_refused() {
        let answer = json(r#"{"result":{"user":"42","data":{"a":1}}}"#);
        let error = Call::Connect.check(&answer).expect_err("a channel is missing");
        assert!(error.to_string().starts_with("connect returned "), "{error}");
    }

    #[test]
    fn an_empty_response_accepts_no_subscription() {
        assert!(Call::Subscribe.check(&Answer::Grpc(Vec::new().into())).is_err());
    }
}
