//! Requests with any path, metadata and frames.

use std::convert::Infallible;

use arbitrary::Arbitrary;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Request};
use http_body::Frame as Piece;
use http_body_util::StreamBody;
use prost::Message;
use tonic::Status;
use tonic::body::Body;

use crate::exchange::{Reply, call};
use crate::message::{Field, frame, message};
use crate::wire;

/// The names of metadata that something reads.
const NAMES: [&str; 10] = [
    "content-type",
    "te",
    "grpc-timeout",
    "grpc-encoding",
    "grpc-accept-encoding",
    "x-centrifugo-user",
    "x-trace",
    "x-secret",
    "authorization",
    "content-length",
];

/// Values of them.
const VALUES: [&str; 9] =
    ["application/grpc", "application/grpc+proto", "trailers", "gzip", "identity", "1S", "5m", "99999999H", "0n"];

/// A method's name; whether a message is its response; and whether it is a stream, which has any number of them.
type Method = (&'static str, fn(&Bytes) -> bool, bool);

/// The service's methods.
const METHODS: [Method; 13] = [
    ("Connect", is::<wire::ConnectResponse>, false),
    ("Refresh", is::<wire::RefreshResponse>, false),
    ("Subscribe", is::<wire::SubscribeResponse>, false),
    ("Publish", is::<wire::PublishResponse>, false),
    ("RPC", is::<wire::RpcResponse>, false),
    ("SubRefresh", is::<wire::SubRefreshResponse>, false),
    ("SubscribeUnidirectional", is::<wire::StreamSubscribeResponse>, true),
    ("SubscribeBidirectional", is::<wire::StreamSubscribeResponse>, true),
    ("MapPublish", is::<wire::MapPublishResponse>, false),
    ("MapRemove", is::<wire::MapRemoveResponse>, false),
    ("SharedPollRefresh", is::<wire::SharedPollRefreshResponse>, false),
    ("NotifyCacheEmpty", is::<wire::NotifyCacheEmptyResponse>, false),
    ("NotifyChannelState", is::<wire::NotifyChannelStateResponse>, false),
];

fn is<M: Message + Default>(message: &Bytes) -> bool {
    M::decode(message.clone()).is_ok()
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    method: u8,
    /// Another path than the method's.
    path: Option<&'a str>,
    /// The headers that gRPC demands are missing.
    is_bare: bool,
    metadata: Vec<(Text<'a>, Text<'a>)>,
    frames: Vec<Frame<'a>>,
    /// The lengths of the pieces in which the body arrives, but for the last one.
    pieces: Vec<u8>,
    end: End,
}

/// A name or a value of metadata.
#[derive(Debug, Arbitrary)]
enum Text<'a> {
    Known(u8),
    Any(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
enum Frame<'a> {
    Message(Vec<Field<'a>>),
    Flagged(u8, Vec<Field<'a>>),
    Lie(u16, &'a [u8]),
    Bytes(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
enum End {
    Complete,
    Trailers,
    Broken,
}

pub(crate) fn check(input: Input<'_>) {
    let (method, is_response, is_stream) = METHODS[usize::from(input.method) % METHODS.len()];
    let is_known = input.path.is_none();
    let Some(request) = request(method, &input) else { return };
    let Reply { status, messages } = call(request);
    if !is_known {
        return;
    }
    assert!(messages.iter().all(is_response), "{method} returns what is no response: {messages:?}");
    let expected = usize::from(status == 0);
    assert!(is_stream || messages.len() == expected, "{method}: {} messages with status {status}", messages.len());
}

/// The request. `None`: HTTP itself forbids it.
fn request(method: &str, input: &Input<'_>) -> Option<Request<Body>> {
    let path = format!("/centrifugal.centrifugo.proxy.CentrifugoProxy/{method}");
    let mut request = Request::post(input.path.map_or(path, str::to_owned));
    if !input.is_bare {
        request = request.header("content-type", "application/grpc").header("te", "trailers");
    }
    for (name, value) in &input.metadata {
        let name = HeaderName::from_bytes(name.of(&NAMES)).ok()?;
        request = request.header(name, HeaderValue::from_bytes(value.of(&VALUES)).ok()?);
    }
    request.body(body(input)).ok()
}

fn body(input: &Input<'_>) -> Body {
    let mut bytes = Bytes::from(input.frames.iter().flat_map(Frame::bytes).collect::<Vec<_>>());
    let mut pieces: Vec<Result<Piece<Bytes>, Status>> = Vec::new();
    for length in &input.pieces {
        pieces.push(Ok(Piece::data(bytes.split_to(bytes.len().min((*length).into())))));
    }
    pieces.push(Ok(Piece::data(bytes)));
    match input.end {
        End::Complete => {}
        End::Trailers => pieces.push(Ok(Piece::trailers(Default::default()))),
        End::Broken => pieces.push(Err(Status::cancelled("the peer has left"))),
    }
    Body::new(StreamBody::new(stream::iter(pieces)))
}

impl Text<'_> {
    fn of<'t>(&'t self, known: &[&'static str]) -> &'t [u8] {
        match self {
            Self::Known(at) => known[usize::from(*at) % known.len()].as_bytes(),
            Self::Any(text) => text,
        }
    }
}

impl Frame<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Message(fields) => framed(0, &message(fields)),
            Self::Flagged(flag, fields) => framed(*flag, &message(fields)),
            Self::Lie(length, bytes) => frame(0, usize::from(*length), bytes),
            Self::Bytes(bytes) => bytes.to_vec(),
        }
    }
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    frame(flag, message.len(), message)
}

/// The body of a request with whole messages.
pub(crate) fn whole(messages: impl IntoIterator<Item = Vec<u8>>) -> Body {
    let bytes: Vec<u8> = messages.into_iter().flat_map(|message| framed(0, &message)).collect();
    let piece: Result<_, Infallible> = Ok(Piece::data(Bytes::from(bytes)));
    Body::new(StreamBody::new(stream::iter([piece])))
}
