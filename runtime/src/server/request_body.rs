//! The body of a request, as it arrives on a connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::RecvStream;
use http::HeaderMap;
use http_body::{Body, Frame};
use tower::BoxError;

use crate::grpc::single_frame::RequestBody;
use crate::server::intake::Intake;
use crate::server::peer::Peer;
use crate::server::read_ahead::{Reader, failure};

/// The body of a request.
pub(crate) enum IncomingBody {
    /// A single message, read from the connection when it is polled.
    Message(MessageBody),
    /// The messages of a stream, which the call's task reads ahead.
    ReadAhead(Reader),
}

/// The body of a call with a single message.
pub(crate) struct MessageBody {
    stream: RecvStream,
    peer: Arc<Peer>,
    /// `None` as long as nothing had to be waited for: nearly every message is complete when its call begins.
    intake: Option<Box<Intake>>,
}

impl IncomingBody {
    /// The body of a call with a single message.
    pub(crate) fn message(stream: RecvStream, peer: Arc<Peer>) -> Self {
        Self::Message(MessageBody { stream, peer, intake: None })
    }
}

impl RequestBody for IncomingBody {
    fn set_limits(&mut self, headers: &HeaderMap) {
        match self {
            Self::Message(body) => body.intake().set_limits(headers),
            Self::ReadAhead(reader) => reader.set_limits(headers),
        }
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Message(body) => body.poll_frame(context),
            Self::ReadAhead(reader) => reader.poll_data(context).map(|data| Some(data?.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message(body) => body.is_over(),
            Self::ReadAhead(reader) => reader.is_over(),
        }
    }
}

impl MessageBody {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.stream.poll_data(context) {
            Poll::Ready(Some(Ok(data))) => Poll::Ready(Some(self.take(data).map(Frame::data))),
            Poll::Ready(Some(Err(error))) => Poll::Ready(failure(error).map(Err)),
            Poll::Ready(None) => match self.stream.poll_trailers(context) {
                Poll::Ready(Ok(trailers)) => Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers)))),
                Poll::Ready(Err(error)) => Poll::Ready(failure(error).map(Err)),
                Poll::Pending => self.poll_refused(context),
            },
            Poll::Pending => self.poll_refused(context),
        }
    }

    fn take(&mut self, data: Bytes) -> Result<Bytes, BoxError> {
        // Opens the window for as many bytes.
        self.stream.flow_control().release_capacity(data.len())?;
        let is_last = self.stream.is_end_stream();
        if self.intake.is_some() || !is_last {
            self.intake().take(&data, is_last)?;
        }
        Ok(data)
    }

    fn poll_refused(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.intake().poll_refused(context).map(|status| Some(Err(status.into())))
    }

    fn intake(&mut self) -> &mut Intake {
        self.intake.get_or_insert_with(|| Box::new(Intake::new(false, Arc::clone(&self.peer))))
    }

    fn is_over(&self) -> bool {
        self.stream.is_end_stream() || self.intake.as_ref().is_some_and(|intake| intake.is_over())
    }
}
