//! The client's connection, and its bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::Malformed;
use crate::event::kind::Kind;
use crate::names::id::ClientId;
use crate::reply::payload::PayloadFormat;

/// The connection of the client that an event comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// The connection's id.
    pub id: ClientId,
    /// The transport: `websocket`, `sse`, `http_stream`, `webtransport`, one of these after `uni_`, or `uni_grpc`.
    pub transport: String,
    /// The protocol that the client speaks.
    pub protocol: Protocol,
    /// The encoding of the client's bytes in Centrifugo's request. The framework decodes it.
    pub encoding: Encoding,
}

/// The protocol of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// JSON: the client sends nothing but JSON, and must receive nothing else.
    Json,
    /// Protobuf: the client sends and receives any bytes.
    Protobuf,
}

/// The encoding of the client's bytes in Centrifugo's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// The bytes as they are.
    Json,
    /// Base64: the proxy has `binary_encoding`.
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

    /// The format of payloads for this client.
    pub(crate) fn format(&self) -> PayloadFormat {
        PayloadFormat { json: self.protocol == Protocol::Json, base64: self.encoding == Encoding::Binary }
    }
}

/// Decodes the client's bytes, from the field that Centrifugo has set.
pub(crate) fn data(kind: Kind, raw: Bytes, base64: &str) -> Result<Bytes, Malformed> {
    if base64.is_empty() {
        return Ok(raw);
    }
    match STANDARD.decode(base64) {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(Malformed { kind, what: "`b64data` isn't base64" }),
    }
}
