//! The connection that an event comes from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::Malformed;
use crate::event::kind::Kind;
use crate::names::id::ClientId;
use crate::reply::payload::PayloadFormat;

/// The connection that an event comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// The connection's id.
    pub id: ClientId,
    /// How the client is connected: `websocket`, `sse`, `http_stream`, `webtransport`, or one of these with `uni_` in front,
    /// or `uni_grpc`.
    pub transport: String,
    /// What the client speaks.
    pub protocol: Protocol,
    /// How Centrifugo hands over the client's bytes; the framework undoes it.
    pub encoding: Encoding,
}

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// JSON: all that the client sends is JSON, and all that it is sent must be.
    Json,
    /// Protobuf: the client sends and takes any bytes.
    Protobuf,
}

/// How Centrifugo hands over the client's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// As they are.
    Json,
    /// As base64, because the proxy has `binary_encoding`.
    Binary,
}

impl Client {
    pub(crate) fn decode(
        kind: Kind,
        id: String,
        transport: String,
        protocol: &str,
        encoding: &str,
    ) -> Result<Self, Malformed> {
        let protocol = match protocol {
            "json" => Protocol::Json,
            "protobuf" => Protocol::Protobuf,
            _ => return Err(Malformed { kind, what: "`protocol` is neither `json` nor `protobuf`" }),
        };
        let encoding = match encoding {
            "json" => Encoding::Json,
            "binary" => Encoding::Binary,
            _ => return Err(Malformed { kind, what: "`encoding` is neither `json` nor `binary`" }),
        };
        if id.is_empty() {
            return Err(Malformed { kind, what: "`client` is empty" });
        }
        Ok(Self { id: ClientId::new(id), transport, protocol, encoding })
    }

    /// How answers to this client are written.
    pub(crate) fn format(&self) -> PayloadFormat {
        PayloadFormat { json: self.protocol == Protocol::Json, base64: self.encoding == Encoding::Binary }
    }
}

/// The client's bytes, from whichever field Centrifugo put them in.
pub(crate) fn data(kind: Kind, raw: Bytes, base64: &str) -> Result<Bytes, Malformed> {
    if base64.is_empty() {
        return Ok(raw);
    }
    match STANDARD.decode(base64) {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(Malformed { kind, what: "`b64data` isn't base64" }),
    }
}
