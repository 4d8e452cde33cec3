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
    Message { stream: RecvStream, intake: Intake },
    /// The messages of a stream, which the call's task reads ahead.
    ReadAhead(Reader),
}

impl IncomingBody {
    /// The body of a call with a single message.
    pub(crate) fn message(stream: RecvStream, peer: Arc<Peer>) -> Self {
        Self::Message { stream, intake: Intake::new(false, peer) }
    }
}

impl RequestBody for IncomingBody {
    fn set_limits(&mut self, headers: &HeaderMap) {
        match self {
            Self::Message { intake, .. } => intake.set_limits(headers),
            Self::ReadAhead(reader) => reader.set_limits(headers),
        }
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let (stream, intake) = match &mut *self {
            Self::Message { stream, intake } => (stream, intake),
            Self::ReadAhead(reader) => return reader.poll_data(context).map(|data| Some(data?.map(Frame::data))),
        };
        match stream.poll_data(context) {
            Poll::Ready(Some(Ok(data))) => Poll::Ready(Some(take(stream, intake, data).map(Frame::data))),
            Poll::Ready(Some(Err(error))) => Poll::Ready(failure(error).map(Err)),
            Poll::Ready(None) => match stream.poll_trailers(context) {
                Poll::Ready(Ok(trailers)) => Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers)))),
                Poll::Ready(Err(error)) => Poll::Ready(failure(error).map(Err)),
                Poll::Pending => intake.poll_refused(context).map(|status| Some(Err(status.into()))),
            },
            Poll::Pending => intake.poll_refused(context).map(|status| Some(Err(status.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Message { stream, intake } => intake.is_over() || stream.is_end_stream(),
            Self::ReadAhead(reader) => reader.is_over(),
        }
    }
}

fn take(stream: &mut RecvStream, intake: &mut Intake, data: Bytes) -> Result<Bytes, BoxError> {
    // Opens the window for as many bytes.
    stream.flow_control().release_capacity(data.len())?;
    let is_last = stream.is_end_stream();
    intake.take(&data, is_last)?;
    Ok(data)
}
