//! The HTTP bridge: the request that a method and its data become.

use arbitrary::Arbitrary;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::percent_decode_str;
use prost::Message;
use url::Url;

use crate::app::bridged;
use crate::exchange::call;
use crate::json::is_strict;
use crate::requests::whole;
use crate::wire::RpcRequest;

/// Parts of methods with a meaning for some server, proxy or browser.
const PARTS: [&str; 24] = [
    "get:",
    "head:",
    "post:",
    "PUT:",
    "a",
    "/",
    "//",
    ".",
    "..",
    "%2e",
    "%2F",
    "%5c",
    "\\",
    "@",
    ":",
    "http:",
    "evil.test",
    "?",
    "#",
    "%",
    "%25",
    ";",
    " ",
    "%0a",
];

/// Names of metadata that could name another user, or change the request's form.
const NAMES: [&str; 8] = [
    "x-centrifugo-user",
    "x_centrifugo_user",
    "x.centrifugo.user",
    "x-centrifugo-client",
    "host",
    "content-length",
    "transfer-encoding",
    "accept",
];

/// Headers of HTTP/1 that a server takes for the form of the request.
const FORBIDDEN: [&str; 6] = ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade"];

/// Data that becomes a query or a body.
const DATA: [&str; 6] = ["", "null", r#"{"a":1}"#, r#"{"a":["b","&"]}"#, "[1]", r#"{"":null}"#];

/// Ids of users and clients.
const IDS: [&str; 4] = ["ann", "", "1", "é"];

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    verb: u8,
    user: Part<'a>,
    client: Part<'a>,
    data: Part<'a>,
    method: Vec<Part<'a>>,
    headers: Vec<(Name<'a>, &'a [u8])>,
}

#[derive(Debug, Arbitrary)]
enum Part<'a> {
    Known(u8),
    Any(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Name<'a> {
    Known(u8),
    Any(&'a [u8]),
}

pub(crate) fn check(input: Input<'_>) {
    // Most methods begin with a verb, or else few would become a request.
    let parts = input.method.iter().map(|part| part.of(&PARTS));
    let method: String = PARTS.get(usize::from(input.verb) % 5).into_iter().copied().chain(parts).collect();
    let Some(request) = request(&method, &input) else { return };
    drop(bridged());
    call(request);
    for request in bridged() {
        check_line(&request);
        check_headers(&request, &input);
        let has_json = request.headers().get("content-type").is_some_and(|value| value == "application/json");
        assert_eq!(has_json, !request.body().is_empty(), "{request:?}");
        assert!(request.body().is_empty() || is_strict(request.body()), "{request:?}");
    }
}

fn request(method: &str, input: &Input<'_>) -> Option<Request<tonic::body::Body>> {
    let message = RpcRequest {
        client: input.client.of(&IDS).to_owned(),
        protocol: "json".to_owned(),
        encoding: "json".to_owned(),
        user: input.user.of(&IDS).to_owned(),
        method: method.to_owned(),
        data: Bytes::copy_from_slice(input.data.of(&DATA).as_bytes()),
        ..RpcRequest::default()
    };
    let mut request = Request::post("/centrifugal.centrifugo.proxy.CentrifugoProxy/RPC");
    request = request.header("content-type", "application/grpc").header("te", "trailers");
    for (name, value) in &input.headers {
        request = request.header(name.name()?, HeaderValue::from_bytes(value).ok()?);
    }
    request.body(whole([message.encode_to_vec()])).ok()
}

/// The request line is valid, and stays below the base to which a server's client appends it.
fn check_line(request: &Request<Bytes>) {
    let uri = request.uri().to_string();
    assert!(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&request.method().as_str()), "{request:?}");
    assert!(uri.starts_with('/') && uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri:?}");
    let whole = format!("http://ours.test/api{uri}");
    let url = Url::parse(&whole).expect("a URL");
    assert_eq!((url.host_str(), url.port(), url.username(), url.fragment()), (Some("ours.test"), None, "", None), "{uri:?}");
    assert!(url.path().starts_with("/api/"), "{uri:?}");
    assert_eq!(url.as_str(), whole, "a parser repairs the path");
    let mut path = request.uri().path().to_owned();
    for _ in 0..8 {
        check_segments(&path);
        path = percent_decode_str(&path).decode_utf8().expect("UTF-8").into_owned();
    }
}

/// No reader of the path sees a step upwards, or another host.
fn check_segments(path: &str) {
    assert!(!path.starts_with("//") && !path.contains('\\') && !path.contains(char::is_control), "{path:?}");
    let is_step = |segment: &str| matches!(segment.split(';').next().map(str::trim), Some("." | ".."));
    assert!(!path.split('/').any(is_step), "{path:?}");
}

/// The user and the client are those of Centrifugo, however the peer spells their names.
fn check_headers(request: &Request<Bytes>, input: &Input<'_>) {
    for (name, id) in [("x-centrifugo-user", &input.user), ("x-centrifugo-client", &input.client)] {
        let id = id.of(&IDS);
        let spelled = |header: &HeaderName| header.as_str().replace(['_', '.'], "-") == name;
        let values: Vec<_> = request.headers().iter().filter(|(header, _)| spelled(header)).collect();
        let is_absent = id.is_empty() && name == "x-centrifugo-user";
        assert_eq!(values.len(), usize::from(!is_absent), "{name} in {request:?}");
        assert!(values.iter().all(|(_, value)| value.as_bytes() == id.as_bytes()), "{name} in {request:?}");
    }
    assert!(FORBIDDEN.iter().all(|name| !request.headers().contains_key(*name)), "{request:?}");
}

impl Part<'_> {
    fn of(&self, known: &[&'static str]) -> &str {
        match self {
            Self::Known(at) => known[usize::from(*at) % known.len()],
            Self::Any(text) => text,
        }
    }
}

impl Name<'_> {
    fn name(&self) -> Option<HeaderName> {
        match self {
            Self::Known(at) => Some(HeaderName::from_static(NAMES[usize::from(*at) % NAMES.len()])),
            Self::Any(name) => HeaderName::from_bytes(name).ok(),
        }
    }
}
