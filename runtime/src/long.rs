//! The long way: tonic's own machinery, for whatever isn't one uncompressed message in one frame, and for what clients stream.

use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes};
use futures_util::future::TryFutureExt;
use http::Response;
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::answer::HEAD;
use crate::dispatch::Dispatch;
use crate::generated::{StreamSubscribeRequest, StreamSubscribeResponse, SubscribeRequest};
use crate::question::Question;

/// The answer to a question.
pub(crate) async fn answer(dispatch: Arc<Dispatch>, question: Question, request: http::Request<Body>) -> Response<Body> {
    let mut grpc = grpc(Raw, &dispatch);
    let asked = service_fn(move |request: Request<Bytes>| {
        let (metadata, extensions, message) = request.into_parts();
        let answered = question.answer(&dispatch, metadata.into_headers(), extensions, message);
        answered.map_ok(|frame| tonic::Response::new(frame.slice(HEAD..)))
    });
    grpc.unary(asked, request).await
}

/// The answer to a subscription to a stream.
pub(crate) async fn open(dispatch: Arc<Dispatch>, request: http::Request<Body>) -> Response<Body> {
    let mut grpc = grpc(ProstCodec::<StreamSubscribeResponse, SubscribeRequest>::default(), &dispatch);
    let asked = service_fn(move |request: Request<SubscribeRequest>| {
        let (metadata, extensions, message) = request.into_parts();
        dispatch.open(metadata.into_headers(), extensions, message).map_ok(tonic::Response::new)
    });
    grpc.server_streaming(asked, request).await
}

/// The same for a stream of both directions.
pub(crate) async fn open_bidirectional(dispatch: Arc<Dispatch>, request: http::Request<Body>) -> Response<Body> {
    let mut grpc = grpc(ProstCodec::<StreamSubscribeResponse, StreamSubscribeRequest>::default(), &dispatch);
    let asked = service_fn(move |request: Request<Streaming<StreamSubscribeRequest>>| {
        Arc::clone(&dispatch).open_bidirectional(request).map_ok(tonic::Response::new)
    });
    grpc.streaming(asked, request).await
}

fn grpc<C: Codec>(codec: C, dispatch: &Dispatch) -> Grpc<C> {
    let grpc = Grpc::new(codec).accept_compressed(CompressionEncoding::Gzip);
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
