//! The body of a request, as it comes from the connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http::HeaderMap;
use http_body::{Body, Frame};
use tower::BoxError;

use crate::grpc::single_frame::RequestBody;
use crate::server::intake::Intake;
use crate::server::peer::Peer;
use crate::server::read_ahead::Reader;

/// What the client of a connection sends with a call.
pub(crate) enum Received {
    /// Read when it is asked for.
    Message { stream: RecvStream, intake: Intake },
    /// Read ahead, beside the answer.
    Ahead(Reader),
}

impl Received {
    /// A single message.
    pub(crate) fn message(stream: RecvStream, peer: Arc<Peer>) -> Self {
        Self::Message { stream, intake: Intake::new(false, peer) }
    }
}

impl RequestBody for Received {
    fn set_limits(&mut self, headers: &HeaderMap) {
        match self {
            Self::Message { intake, .. } => intake.set_limits(headers),
            Self::Ahead(reader) => reader.set_limits(headers),
        }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let (stream, intake) = match &mut *self {
            Self::Message { stream, intake } => (stream, intake),
            Self::Ahead(reader) => return reader.poll_data(context).map(|data| Some(data?.map(Frame::data))),
        };
        match stream.poll_data(context) {
            Poll::Ready(Some(Ok(data))) => Poll::Ready(Some(take(stream, intake, data).map(Frame::data))),
            Poll::Ready(Some(Err(error))) => Poll::Ready(failed(error).map(Err)),
            Poll::Ready(None) => match stream.poll_trailers(context) {
                Poll::Ready(Ok(trailers)) => Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers)))),
                Poll::Ready(Err(error)) => Poll::Ready(failed(error).map(Err)),
                Poll::Pending => intake.poll_refused(context).map(|status| Some(Err(status.into()))),
            },
            Poll::Pending => intake.poll_refused(context).map(|status| Some(Err(status.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message { stream, intake } => intake.is_over() || stream.is_end_stream(),
            Self::Ahead(reader) => reader.is_over(),
        }
    }
}

fn take(stream: &mut RecvStream, intake: &mut Intake, data: Bytes) -> Result<Bytes, BoxError> {
    // What is read makes room for more.
    stream.flow_control().release_capacity(data.len())?;
    let is_last = stream.is_end_stream();
    intake.take(&data, is_last)?;
    Ok(data)
}

/// A client that leaves is no failure: there is only no more to come.
pub(crate) fn failed(error: h2::Error) -> Option<BoxError> {
    match error.reason() {
        Some(Reason::NO_ERROR | Reason::CANCEL) => None,
        _ => Some(error.into()),
    }
}
