//! The body of a request, as it comes from the connection: for so long, and with so many bytes at a time.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http_body::{Body, Frame};
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tower::BoxError;

use crate::peer::Peer;

/// A flag and a length stand before each message.
const HEAD: usize = 5;

/// What the client of a connection sends with a call.
pub(crate) struct Received {
    stream: RecvStream,
    expected: Expected,
    /// What has been charged for it.
    charged: usize,
    /// Made when what is expected isn't there yet.
    timer: Option<Pin<Box<Sleep>>>,
    peer: Arc<Peer>,
}

/// What is still to come before the app can go on.
enum Expected {
    /// All of the body: a single message.
    All {
        held: usize,
    },
    /// A message, and then another one whenever the client publishes.
    Messages(Messages),
    Nothing,
}

/// Where the next message of a stream stands.
#[derive(Debug, Default)]
struct Messages {
    head: Vec<u8>,
    /// What is missing of the message behind the head.
    missing: usize,
    /// What has come of a message that isn't complete.
    held: usize,
    /// The first one has been complete.
    begun: bool,
}

impl Received {
    /// `goes_on`: after the first message others may come, at any time.
    pub(crate) fn new(stream: RecvStream, goes_on: bool, peer: Arc<Peer>) -> Self {
        let expected = if goes_on { Expected::Messages(Messages::default()) } else { Expected::All { held: 0 } };
        Self { stream, expected, charged: 0, timer: None, peer }
    }

    fn take(&mut self, data: Bytes) -> Result<Bytes, BoxError> {
        // What is read makes room for more.
        self.stream.flow_control().release_capacity(data.len())?;
        if self.stream.is_end_stream() {
            self.expected = Expected::Nothing;
        }
        self.expected.receive(&data);
        let held = self.expected.held();
        if !self.peer.unfinished.recharge(self.charged, held) {
            return Err(self.peer.too_much().into());
        }
        self.charged = held;
        if !self.expected.is_pending() {
            self.timer = None;
        }
        Ok(data)
    }

    /// Whether what is expected should have been here.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        if !self.expected.is_pending() {
            return Poll::Pending;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.peer.body_timeout())));
        timer.as_mut().poll(context).map(|()| self.peer.too_late())
    }
}

impl Expected {
    fn receive(&mut self, data: &[u8]) {
        match self {
            Self::All { held } => *held += data.len(),
            Self::Messages(messages) => messages.receive(data),
            Self::Nothing => {}
        }
    }

    /// How many bytes wait for the rest of their message.
    fn held(&self) -> usize {
        match self {
            Self::All { held } => *held,
            Self::Messages(messages) => messages.held,
            Self::Nothing => 0,
        }
    }

    fn is_pending(&self) -> bool {
        match self {
            Self::All { .. } => true,
            Self::Messages(messages) => messages.held > 0 || !messages.begun,
            Self::Nothing => false,
        }
    }
}

impl Messages {
    fn receive(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let wanted = if self.missing > 0 { self.missing } else { HEAD - self.head.len() };
            let (now, rest) = data.split_at(wanted.min(data.len()));
            self.held += now.len();
            if self.missing > 0 {
                self.missing -= now.len();
                self.end_if_complete();
            } else {
                self.head.extend_from_slice(now);
                self.begin_if_complete();
            }
            data = rest;
        }
    }

    fn begin_if_complete(&mut self) {
        if let [_, length @ ..] = self.head.as_slice()
            && let Ok(length) = <[u8; 4]>::try_from(length)
        {
            self.missing = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            self.head.clear();
            self.end_if_complete();
        }
    }

    fn end_if_complete(&mut self) {
        if self.missing == 0 {
            self.held = 0;
            self.begun = true;
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.peer.unfinished.recharge(self.charged, 0);
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.stream.poll_data(context) {
            Poll::Ready(Some(Ok(data))) => Poll::Ready(Some(self.take(data).map(Frame::data))),
            Poll::Ready(Some(Err(error))) => Poll::Ready(failed(error)),
            Poll::Ready(None) => match self.stream.poll_trailers(context) {
                Poll::Ready(Ok(trailers)) => Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers)))),
                Poll::Ready(Err(error)) => Poll::Ready(failed(error)),
                Poll::Pending => self.poll_late(context).map(|status| Some(Err(status.into()))),
            },
            Poll::Pending => self.poll_late(context).map(|status| Some(Err(status.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.expected, Expected::Nothing) || self.stream.is_end_stream()
    }
}

/// A client that leaves is no failure: there is only no more to come.
fn failed(error: h2::Error) -> Option<Result<Frame<Bytes>, BoxError>> {
    match error.reason() {
        Some(Reason::NO_ERROR | Reason::CANCEL) => None,
        _ => Some(Err(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is held after each of these pieces.
    fn held(pieces: &[&[u8]]) -> Vec<usize> {
        let mut messages = Messages::default();
        let after = |piece: &&[u8]| {
            messages.receive(piece);
            messages.held
        };
        pieces.iter().map(after).collect()
    }

    #[test]
    fn what_is_held_is_what_came_of_a_message_that_is_not_complete() {
        assert_eq!(held(&[b"\0\0\0\0\x03abc"]), [0]);
        assert_eq!(held(&[b"\0\0\0", b"\0\x03a", b"b", b"c"]), [3, 6, 7, 0]);
        assert_eq!(held(&[b"\0\0\0\0\0", b"\0\0\0\0\x01a\0\0\0\0\x02b", b"c\0"]), [0, 6, 1]);
        assert_eq!(held(&[b"\0\xff\xff\xff\xff", &[0; 100]]), [5, 105]);
    }
}
