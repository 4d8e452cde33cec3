//! The body of a request, as it comes from the connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http_body::{Body, Frame};

/// What the client of a connection sends with a call.
pub(crate) struct Received(pub(crate) RecvStream);

impl Body for Received {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        let stream = &mut self.0;
        Poll::Ready(match ready!(stream.poll_data(context)) {
            Some(Ok(data)) => {
                // What is read makes room for more.
                Some(stream.flow_control().release_capacity(data.len()).map(|()| Frame::data(data)))
            }
            Some(Err(error)) => failed(error),
            None => match ready!(stream.poll_trailers(context)) {
                Ok(trailers) => trailers.map(|trailers| Ok(Frame::trailers(trailers))),
                Err(error) => failed(error),
            },
        })
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }
}

/// A client that leaves is no failure: there is only no more to come.
fn failed(error: h2::Error) -> Option<Result<Frame<Bytes>, h2::Error>> {
    match error.reason() {
        Some(Reason::NO_ERROR | Reason::CANCEL) => None,
        _ => Some(Err(error)),
    }
}
