//! Calls through tonic's codec: messages that are compressed or come in several frames, and streams of both directions.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::TryFutureExt;
use futures_util::stream::StreamExt;
use http::Response;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::server::Grpc;
use tonic::{Request, Status, Streaming};
use tower::service_fn;

use crate::dispatch::message::PREFIX;
use crate::dispatch::stream::Responses;
use crate::dispatch::{Dispatch, Head};
use crate::grpc::bytes_codec::BytesCodec;
use crate::grpc::method::Unary;

/// A call with one message and one response.
pub(crate) async fn unary(
    dispatch: Arc<Dispatch>,
    method: Unary,
    request: http::Request<Body>,
    arrived: Instant,
) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let service = service_fn(|request: Request<Bytes>| {
        let (head, message) = split(request, arrived);
        let framed = method.call(Arc::clone(&dispatch), head, message);
        framed.map_ok(|frame| tonic::Response::new(unframed(frame)))
    });
    noted(&dispatch, grpc.unary(service, request).await)
}

/// A subscription to a stream of one direction.
pub(crate) async fn stream(dispatch: Arc<Dispatch>, request: http::Request<Body>, arrived: Instant) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let service = service_fn(|request: Request<Bytes>| {
        let (head, message) = split(request, arrived);
        let dispatch = Arc::clone(&dispatch);
        async move { Ok(unframed_messages(dispatch.open_stream(head, dispatch.decode(message)?).await?)) }
    });
    noted(&dispatch, grpc.server_streaming(service, request).await)
}

/// A subscription to a stream of both directions.
pub(crate) async fn bidirectional_stream(
    dispatch: Arc<Dispatch>,
    request: http::Request<Body>,
    arrived: Instant,
) -> Response<Body> {
    let mut grpc = grpc(&dispatch);
    let service = service_fn(|request: Request<Streaming<Bytes>>| {
        let (head, messages) = split(request, arrived);
        Arc::clone(&dispatch).open_bidirectional_stream(head, messages).map_ok(unframed_messages)
    });
    noted(&dispatch, grpc.streaming(service, request).await)
}

/// The response, after a look whether it refuses a message that is too long.
fn noted(dispatch: &Dispatch, response: Response<Body>) -> Response<Body> {
    if let Some(status) = Status::from_header_map(response.headers()) {
        dispatch.note_refused(&status);
    }
    response
}

fn split<T>(request: Request<T>, arrived: Instant) -> (Head, T) {
    let (metadata, extensions, message) = request.into_parts();
    (Head::new(metadata.into_headers(), extensions, arrived), message)
}

/// The message without its flag and length, which tonic writes itself.
fn unframed(frame: Bytes) -> Bytes {
    frame.slice(PREFIX..)
}

type Messages = futures_util::stream::Map<Responses, fn(Result<Bytes, Status>) -> Result<Bytes, Status>>;

fn unframed_messages(responses: Responses) -> tonic::Response<Messages> {
    tonic::Response::new(responses.map(|message| message.map(unframed)))
}

fn grpc(dispatch: &Dispatch) -> Grpc<BytesCodec> {
    let max = dispatch.max_message_size();
    let grpc = Grpc::new(BytesCodec).accept_compressed(CompressionEncoding::Gzip);
    grpc.max_decoding_message_size(max).max_encoding_message_size(max)
}
