//! The body of an answer, as it goes onto the connection: messages behind their heads, and how the call went.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use crate::dispatch::stream::Responses;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const OK: HeaderValue = HeaderValue::from_static("0");

/// The body of an answer.
#[derive(Default)]
pub(crate) enum Answer {
    /// A message, and how the call went.
    Message(Bytes),
    /// All messages of a stream, and how it went.
    Messages(Box<Responses>),
    /// How the call went: well.
    Trailers,
    /// Nothing more. A status stands in the headers then, if it is a failure.
    #[default]
    End,
    /// What tonic says.
    Long(tonic::body::Body),
}

impl Answer {
    /// A call's only message, framed.
    pub(crate) fn message(frame: Bytes) -> Response<Self> {
        respond(Self::Message(frame))
    }

    /// All that there is of an answer that comes in one piece; or the answer as it was.
    pub(crate) fn whole(self) -> Result<(Bytes, HeaderMap), Self> {
        match self {
            Self::Message(frame) => Ok((frame, went_well())),
            other => Err(other),
        }
    }

    /// The messages of a stream.
    pub(crate) fn messages(responses: Responses) -> Response<Self> {
        respond(Self::Messages(Box::new(responses)))
    }
}

fn respond(answer: Answer) -> Response<Answer> {
    let mut response = Response::new(answer);
    response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
    response
}

/// The trailers of a call that went well.
fn went_well() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(Status::GRPC_STATUS, OK);
    trailers
}

/// The trailers of one that didn't.
fn failed(status: &Status) -> Result<HeaderMap, Status> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(trailers)
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let (sent, rest) = match &mut *self {
            Self::Message(frame) => (Ok(Frame::data(std::mem::take(frame))), Self::Trailers),
            Self::Messages(responses) => match ready!(responses.poll_next_unpin(context)) {
                Some(Ok(frame)) => return Poll::Ready(Some(Ok(Frame::data(frame)))),
                Some(Err(status)) => (failed(&status).map(Frame::trailers), Self::End),
                None => (Ok(Frame::trailers(went_well())), Self::End),
            },
            Self::Trailers => (Ok(Frame::trailers(went_well())), Self::End),
            Self::End => return Poll::Ready(None),
            Self::Long(body) => return Pin::new(body).poll_frame(context),
        };
        *self = rest;
        Poll::Ready(Some(sent))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message(_) | Self::Messages(_) | Self::Trailers => false,
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
