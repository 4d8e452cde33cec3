//! The opening handshake of WebSocket (RFC 6455), and the format that the client chooses by it.

use axum::extract::Request;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::client;
use crate::codec::Format;

use super::query;

/// The subprotocols, which decide the format.
const SUBPROTOCOLS: [(&str, Format); 2] = [("centrifuge-json", Format::Json), ("centrifuge-protobuf", Format::Protobuf)];

/// A valid handshake.
pub(super) struct Handshake {
    accept: String,
    /// The client's first subprotocol that the engine has.
    subprotocol: Option<&'static str>,
    format: Format,
    has_native_pings: bool,
}

impl Handshake {
    /// `Err`: the status of a request that is no handshake, by Centrifugo's checks in their order.
    pub(super) fn of(request: &Request) -> Result<Self, StatusCode> {
        let headers = request.headers();
        if !has_token(headers, &CONNECTION, "upgrade") || !has_token(headers, &UPGRADE, "websocket") {
            return Err(StatusCode::BAD_REQUEST);
        }
        if request.method() != Method::GET {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| is_key(key.as_bytes()));
        let key = key.filter(|_| has_token(headers, &SEC_WEBSOCKET_VERSION, "13")).ok_or(StatusCode::BAD_REQUEST)?;
        // Centrifugo reads the first line of them alone.
        let chosen = tokens(headers.get(SEC_WEBSOCKET_PROTOCOL))
            .find_map(|offered| SUBPROTOCOLS.into_iter().find(|(subprotocol, _)| *subprotocol == offered));
        let query = request.uri().query().unwrap_or_default();
        let asks_for_protobuf = query::has(query, "format", "protobuf") || query::has(query, "cf_protocol", "protobuf");
        let format = match chosen {
            Some((_, format)) if !asks_for_protobuf => format,
            _ if asks_for_protobuf => Format::Protobuf,
            _ => Format::Json,
        };
        Ok(Self {
            accept: derive_accept_key(key.as_bytes()),
            subprotocol: chosen.map(|(subprotocol, _)| subprotocol),
            format,
            has_native_pings: query::has(query, "cf_ws_frame_ping_pong", "true"),
        })
    }

    pub(super) fn response(&self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = HeaderValue::from_str(&self.accept) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
        if let Some(subprotocol) = self.subprotocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(subprotocol));
        }
        response
    }

    /// The response to a request that is no handshake, or that is refused. Its text is for people.
    pub(super) fn refusal(status: StatusCode) -> axum::response::Response {
        let version = [(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))];
        (status, version, status.canonical_reason().unwrap_or_default()).into_response()
    }

    /// What the connection knows of the request.
    pub(super) fn request(&self, headers: HeaderMap, extensions: Extensions) -> client::Request {
        client::Request { format: self.format, headers, extensions, has_native_pings: self.has_native_pings }
    }
}

/// Whether it is 16 bytes in Base64.
fn is_key(key: &[u8]) -> bool {
    key.len() == 24 && BASE64_STANDARD.decode(key).is_ok_and(|key| key.len() == 16)
}

/// The comma-separated values of a header's lines.
fn tokens<'h>(lines: impl IntoIterator<Item = &'h HeaderValue>) -> impl Iterator<Item = &'h str> {
    let lines = lines.into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers.get_all(name)).any(|found| found.eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, protocols: &[&str]) -> Request {
        let request = http::Request::get(uri)
            .header(CONNECTION, "keep-alive, Upgrade")
            .header(UPGRADE, "WebSocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==");
        let request = protocols.iter().fold(request, |request, line| request.header(SEC_WEBSOCKET_PROTOCOL, *line));
        request.body(axum::body::Body::empty()).expect("a request")
    }

    #[test]
    fn any_way_of_choosing_protobuf_is_enough() {
        let cases: [(&str, &[&str], Format, Option<&str>); 9] = [
            ("/", &[], Format::Json, None),
            ("/?format=protobuf", &[], Format::Protobuf, None),
            ("/?a=b&cf_protocol=protobuf", &[], Format::Protobuf, None),
            ("/", &["centrifuge-protobuf"], Format::Protobuf, Some("centrifuge-protobuf")),
            ("/?format=json", &["centrifuge-protobuf"], Format::Protobuf, Some("centrifuge-protobuf")),
            ("/?format=protobuf", &["centrifuge-json"], Format::Protobuf, Some("centrifuge-json")),
            ("/", &["other, centrifuge-json", "centrifuge-protobuf"], Format::Json, Some("centrifuge-json")),
            ("/", &["other"], Format::Json, None),
            ("/", &["other", "centrifuge-protobuf"], Format::Json, None),
        ];
        for (uri, protocols, format, subprotocol) in cases {
            let handshake = Handshake::of(&request(uri, protocols)).expect("a handshake");
            assert_eq!((handshake.format, handshake.subprotocol), (format, subprotocol), "{uri} {protocols:?}");
        }
    }

    #[test]
    fn the_response_has_the_key_that_the_rfc_computes() {
        let response = Handshake::of(&request("/", &[])).expect("a handshake").response();
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_request_without_one_of_the_headers_is_no_handshake() {
        for header in [CONNECTION, UPGRADE, SEC_WEBSOCKET_VERSION, SEC_WEBSOCKET_KEY] {
            let mut request = request("/", &[]);
            request.headers_mut().remove(&header);
            assert_eq!(Handshake::of(&request).err(), Some(StatusCode::BAD_REQUEST), "{header}");
        }
        for key in ["", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSBpcyBz"] {
            let mut request = request("/", &[]);
            request.headers_mut().insert(SEC_WEBSOCKET_KEY, HeaderValue::from_static(key));
            assert_eq!(Handshake::of(&request).err(), Some(StatusCode::BAD_REQUEST), "{key}");
        }
        let mut request = request("/", &[]);
        *request.method_mut() = Method::POST;
        assert_eq!(Handshake::of(&request).err(), Some(StatusCode::METHOD_NOT_ALLOWED));
    }
}
