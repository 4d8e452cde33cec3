//! The body of a response: framed messages, then trailers with the status of the call.

use std::convert::Infallible;
use std::future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::StreamBody;
use tonic::Status;

use crate::dispatch::stream::Responses;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const OK: HeaderValue = HeaderValue::from_static("0");

/// The body of a response.
#[derive(Default)]
pub(crate) enum ResponseBody {
    /// The message of a unary call, before its trailers.
    Message(Bytes),
    /// The messages of a stream, before its trailers.
    Messages(Box<Responses>),
    /// The trailers of a unary call that succeeded.
    Trailers,
    /// The end. The body of a call that failed before its first message has nothing else: its status is in the headers.
    #[default]
    End,
    /// The body of a response that tonic's codec wrote.
    Tonic(tonic::body::Body),
}

impl ResponseBody {
    /// The response of a unary call. The message is framed.
    pub(crate) fn message(frame: Bytes) -> Response<Self> {
        response(Self::Message(frame))
    }

    /// The response of a stream.
    pub(crate) fn messages(responses: Responses) -> Response<Self> {
        response(Self::Messages(Box::new(responses)))
    }

    /// The response of a stream that never fails. Its messages are framed.
    pub(crate) fn infallible(messages: impl Stream<Item = Bytes> + Send + 'static) -> Response<Self> {
        let trailers = stream::once(future::ready(Frame::trailers(succeeded())));
        let frames = messages.map(Frame::data).chain(trailers).map(Ok::<_, Infallible>);
        response(Self::Tonic(tonic::body::Body::new(StreamBody::new(frames))))
    }

    /// The message and the trailers of a unary call, to send both at once; `Err`: any other body.
    pub(crate) fn into_whole(self) -> Result<(Bytes, HeaderMap), Self> {
        match self {
            Self::Message(frame) => Ok((frame, succeeded())),
            other => Err(other),
        }
    }
}

fn response(body: ResponseBody) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
    response
}

/// The trailers of a call that succeeded.
fn succeeded() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(Status::GRPC_STATUS, OK);
    trailers
}

/// The trailers of a call that failed.
fn failed(status: &Status) -> Result<HeaderMap, Status> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(trailers)
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let (sent, rest) = match &mut *self {
            Self::Message(frame) => (Ok(Frame::data(std::mem::take(frame))), Self::Trailers),
            Self::Messages(responses) => match ready!(responses.poll_next_unpin(context)) {
                Some(Ok(frame)) => return Poll::Ready(Some(Ok(Frame::data(frame)))),
                Some(Err(status)) => (failed(&status).map(Frame::trailers), Self::End),
                None => (Ok(Frame::trailers(succeeded())), Self::End),
            },
            Self::Trailers => (Ok(Frame::trailers(succeeded())), Self::End),
            Self::End => return Poll::Ready(None),
            Self::Tonic(body) => return Pin::new(body).poll_frame(context),
        };
        *self = rest;
        Poll::Ready(Some(sent))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message(_) | Self::Messages(_) | Self::Trailers => false,
            Self::End => true,
            Self::Tonic(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Tonic(body) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}
