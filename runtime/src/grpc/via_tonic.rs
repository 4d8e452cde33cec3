//! The long way: tonic's own machinery, for whatever isn't one uncompressed message in one frame, and for what clients stream.

use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf, BufMut, Bytes};
use futures_util::future::TryFutureExt;
use futures_util::stream::StreamExt;
use http::Response;
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;
use tonic::{Request, Status, Streaming};
use tower::service_fn;

use crate::dispatch::message::HEAD;
use crate::dispatch::message::decode;
use crate::dispatch::stream::Responses;
use crate::dispatch::{Dispatch, Head};
use crate::grpc::method::Unary;

/// The answer to a question.
pub(crate) async fn answer(
    dispatch: Arc<Dispatch>,
    method: Unary,
    request: http::Request<Body>,
    arrived: Instant,
) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let asked = service_fn(move |request: Request<Bytes>| {
        let (head, message) = split(request, arrived);
        let answered = method.answer(&dispatch, head, message);
        answered.map_ok(|frame| tonic::Response::new(unframed(frame)))
    });
    grpc.unary(asked, request).await
}

/// The answer to a subscription to a stream.
pub(crate) async fn open(dispatch: Arc<Dispatch>, request: http::Request<Body>, arrived: Instant) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let asked = service_fn(move |request: Request<Bytes>| {
        let (head, message) = split(request, arrived);
        let dispatch = Arc::clone(&dispatch);
        async move { Ok(messages(dispatch.open(head, decode(message)?).await?)) }
    });
    grpc.server_streaming(asked, request).await
}

/// The same for a stream of both directions.
pub(crate) async fn open_bidirectional(
    dispatch: Arc<Dispatch>,
    request: http::Request<Body>,
    arrived: Instant,
) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let asked = service_fn(move |request: Request<Streaming<Bytes>>| {
        let (head, received) = split(request, arrived);
        Arc::clone(&dispatch).open_bidirectional(head, received).map_ok(messages)
    });
    grpc.streaming(asked, request).await
}

fn split<T>(request: Request<T>, arrived: Instant) -> (Head, T) {
    let (metadata, extensions, message) = request.into_parts();
    (Head { metadata: metadata.into_headers(), extensions, arrived }, message)
}

/// tonic puts its own head before a message.
fn unframed(frame: Bytes) -> Bytes {
    frame.slice(HEAD..)
}

type Messages = futures_util::stream::Map<Responses, fn(Result<Bytes, Status>) -> Result<Bytes, Status>>;

fn messages(responses: Responses) -> tonic::Response<Messages> {
    tonic::Response::new(responses.map(|message| message.map(unframed)))
}

fn grpc(dispatch: &Dispatch) -> Grpc<Raw> {
    let grpc = Grpc::new(Raw).accept_compressed(CompressionEncoding::Gzip);
    grpc.max_decoding_message_size(dispatch.max_message_size).max_encoding_message_size(dispatch.max_message_size)
}

/// Messages as bytes: what they say is for others to know.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
