//! The short way of a unary call: one frame in, one frame out.
//!
//! Centrifugo sends a request as one uncompressed message, which nearly always comes in one HTTP/2 frame. Such a message is read where it lies,
//! and its answer is written behind its own head. Whatever is otherwise (gzip, several frames, bytes that are no message, a stream) goes the long
//! way, through tonic's own machinery, with nothing lost: a test holds both to the same answers.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, BodyStream, StreamBody};
use prost::Message;
use tonic::Status;
use tower::BoxError;

use crate::dispatch::Dispatch;
use crate::event::Wire;

/// A flag and a length stand before each message.
const HEAD: usize = 5;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const OK: HeaderValue = HeaderValue::from_static("0");

/// What a request's body has to be.
pub(crate) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static {}

impl<B: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static> RequestBody for B {}

/// The only frame of a request's body; or the body as it came, for the long way.
pub(crate) async fn only_frame<B: RequestBody>(mut body: B, max: usize) -> Result<Bytes, tonic::body::Body> {
    let first = body.frame().await;
    let mut second = None;
    if let Some(Ok(frame)) = &first
        && let Some(data) = frame.data_ref()
        && is_whole(data, max)
    {
        if !body.is_end_stream() {
            second = body.frame().await;
        }
        if second.is_none() {
            return Ok(data.clone());
        }
    }
    let frames = stream::iter(first.into_iter().chain(second)).chain(BodyStream::new(body));
    Err(tonic::body::Body::new(StreamBody::new(frames)))
}

/// Whether the data is one uncompressed message, and nothing else.
fn is_whole(data: &Bytes, max: usize) -> bool {
    let Some(mut head) = data.get(..HEAD) else { return false };
    let (compressed, length) = (head.get_u8(), head.get_u32() as usize);
    compressed == 0 && length == data.len() - HEAD && length <= max
}

/// The message in a frame; `None` if it is none of this kind, which the long way has to say.
pub(crate) fn message<M: Message + Default>(data: &Bytes) -> Option<M> {
    M::decode(data.slice(HEAD..)).ok()
}

/// The answer to a message.
pub(crate) fn answer<E>(
    dispatch: &Dispatch,
    parts: Parts,
    message: E::Request,
    max: usize,
) -> impl Future<Output = Response<Answer>>
where
    E: Wire<Response: Message>,
{
    let response = dispatch.dispatch::<E>(parts.headers, parts.extensions, message);
    response.map(move |response| match response.and_then(|response| frame(&response, max)) {
        Ok(frame) => Answer::message(frame),
        Err(status) => status.into_http(),
    })
}

/// The message behind its head.
fn frame(message: &impl Message, max: usize) -> Result<Bytes, Status> {
    let length = message.encoded_len();
    let Ok(head) = u32::try_from(length.min(max.saturating_add(1))) else {
        return Err(Status::out_of_range("the answer is longer than gRPC's 4 GiB"));
    };
    if length > max {
        return Err(Status::out_of_range(format!("the answer has {length} bytes, and the limit is {max}")));
    }
    let mut frame = BytesMut::with_capacity(HEAD + length);
    frame.put_u8(0);
    frame.put_u32(head);
    message.encode_raw(&mut frame);
    Ok(frame.freeze())
}

/// The body of an answer.
#[derive(Default)]
pub(crate) enum Answer {
    /// A message, and how the call went.
    Message(Bytes),
    /// How the call went.
    Trailers,
    /// Nothing more. A status stands in the headers then, if it is a failure.
    #[default]
    End,
    /// What the long way says.
    Long(tonic::body::Body),
}

impl Answer {
    fn message(frame: Bytes) -> Response<Self> {
        let mut response = Response::new(Self::Message(frame));
        response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
        response
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match &mut *self {
            Self::Message(frame) => {
                let frame = std::mem::take(frame);
                *self = Self::Trailers;
                Poll::Ready(Some(Ok(Frame::data(frame))))
            }
            Self::Trailers => {
                *self = Self::End;
                Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::from_iter([(Status::GRPC_STATUS, OK)])))))
            }
            Self::End => Poll::Ready(None),
            Self::Long(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message(_) | Self::Trailers => false,
            Self::End => true,
            Self::Long(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Long(body) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}
