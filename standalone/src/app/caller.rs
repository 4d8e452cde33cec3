//! The facts of a connection that each call of the app has, and how a proxy's options change them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Extensions, HeaderMap};

use crate::config::options::ProxyOptions;

/// The facts of a connection that calls of the app have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    pub(crate) client: String,
    pub(crate) user: String,
    /// `json` or `protobuf`.
    pub(crate) protocol: &'static str,
    /// The headers of the WebSocket's HTTP request.
    pub(crate) headers: HeaderMap,
    /// The extensions of that request, by its server's layers.
    pub(crate) extensions: Extensions,
    /// `headers` of the connect command.
    pub(crate) emulated: HashMap<String, String>,
    pub(crate) meta: Bytes,
}

/// The transport of all connections of the engine.
const TRANSPORT: &str = "websocket";

/// A payload in one of its two fields.
pub(crate) struct PayloadFields {
    pub(crate) data: Bytes,
    pub(crate) b64data: String,
}

impl ProxyOptions {
    /// `encoding` of the calls.
    pub(crate) fn encoding(&self) -> &'static str {
        if self.binary_encoding { "binary" } else { "json" }
    }

    /// Puts a payload into the field that the app expects it in.
    pub(crate) fn payload_fields(&self, data: Bytes) -> PayloadFields {
        if self.binary_encoding {
            PayloadFields { data: Bytes::new(), b64data: STANDARD.encode(data) }
        } else {
            PayloadFields { data, b64data: String::new() }
        }
    }

    /// The connection's meta, if calls have it.
    pub(crate) fn meta(&self, caller: &Caller) -> Bytes {
        if self.include_connection_meta { caller.meta.clone() } else { Bytes::new() }
    }
}

impl Caller {
    pub(crate) fn transport(&self) -> String {
        TRANSPORT.to_owned()
    }
}
