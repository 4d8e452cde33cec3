//! The intake of a call: the memory that an incomplete message holds, and the time that it may take.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::{Sleep, sleep};
use tonic::Status;

use crate::dispatch::message::PREFIX;
use crate::grpc::single_frame::is_whole;
use crate::handler::grpc_timeout;
use crate::server::peer::{Full, Peer};

/// The memory of a call while its message is incomplete, without the message: h2's stream, headers, a task, and the buffer
/// that the first bytes were read into. Measured with 20,000 calls.
const CALL: usize = 8 << 10;
/// The part of it that is for headers.
const HEADERS: usize = 1 << 10;

/// The time that a call may wait for its message when there is no room. Headers and message are often read one by one.
const MOMENT: Duration = Duration::from_millis(250);

/// The intake of a call: charges the peer for the memory of an incomplete message, and limits its time.
pub(crate) struct Intake {
    expected: Expected,
    /// The bytes of the call's headers.
    headers: usize,
    /// The bytes that the peer is charged for now.
    charged: usize,
    time_limit: TimeLimit,
    peer: Arc<Peer>,
}

/// The time limit of a message. It runs from when the message is polled and hasn't arrived.
enum TimeLimit {
    /// It doesn't run yet. The time is the call's deadline, if it has one.
    Off(Option<Duration>),
    /// The call waits until others make room. It keeps its deadline for later.
    NoRoom(Pin<Box<Sleep>>, Option<Duration>),
    Running(Pin<Box<Sleep>>),
}

/// The part of the body that the app still waits for.
enum Expected {
    /// The body: a single message.
    All {
        held: usize,
    },
    /// The end of the body: the message has gone to its handler.
    End {
        taken: usize,
    },
    /// A message, and then another one whenever the client publishes.
    Messages(Box<Messages>),
    Nothing,
}

/// The state of the next message of a stream.
#[derive(Debug, Default)]
struct Messages {
    /// The flag and the length, as far as they have arrived.
    prefix: Vec<u8>,
    /// The missing bytes of the message, once its length is known.
    missing: usize,
    /// The bytes of an incomplete message that have arrived.
    held: usize,
    /// The first message has been complete.
    begun: bool,
}

impl Intake {
    /// `is_stream`: more messages may come after the first one, at any time.
    pub(crate) fn new(is_stream: bool, peer: Arc<Peer>) -> Self {
        let expected = if is_stream { Expected::Messages(Box::default()) } else { Expected::All { held: 0 } };
        Self { expected, headers: 0, charged: 0, time_limit: TimeLimit::Off(None), peer }
    }

    /// Sets the limits by the call's headers: they take memory, and may have a deadline, which also holds for the message.
    pub(crate) fn set_limits(&mut self, headers: &HeaderMap) {
        self.time_limit = TimeLimit::Off(grpc_timeout::of(headers));
        self.headers = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    }

    /// The memory of the call without its message.
    fn call(&self) -> usize {
        CALL + self.headers.saturating_sub(HEADERS)
    }

    /// Takes a part of the body. `is_last`: nothing comes after it. `Err`: there is no room for it.
    pub(crate) fn take(&mut self, data: &[u8], is_last: bool) -> Result<(), Status> {
        if is_last {
            self.expected = Expected::Nothing;
        }
        let completes = self.expected.receive(data);
        let held = self.expected.held();
        // The next message has a time of its own.
        if completes || !self.expected.is_pending() {
            self.time_limit = TimeLimit::Off(None);
        }
        self.charge(if held > 0 { self.call() + held } else { 0 }).map_err(|_| self.peer.too_much())
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Full> {
        self.peer.unfinished.recharge(self.charged, bytes)?;
        self.charged = bytes;
        Ok(())
    }

    /// Adds the time in which the handler didn't read: the window may have been full, so the peer is not to blame.
    pub(crate) fn extend(&mut self, time: Duration) {
        if let TimeLimit::Running(timer) = &mut self.time_limit {
            let end = timer.deadline() + time;
            timer.as_mut().reset(end);
        }
    }

    /// Ends the intake: nothing more is expected, and the peer is charged for nothing.
    pub(crate) fn end(&mut self) {
        (self.expected, self.time_limit) = (Expected::Nothing, TimeLimit::Off(None));
        // Charging for less never fails.
        let _ = self.charge(0);
    }

    /// Whether nothing more is expected.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.expected, Expected::Nothing)
    }

    /// Ready with the status of a call whose message takes too long, or of one that may not wait because there is no room.
    pub(crate) fn poll_refused(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        if !self.expected.is_pending() {
            return Poll::Pending;
        }
        if self.charged < self.call() && self.charge(self.call()).is_err() {
            // A call with long headers holds too much memory to wait for others to make room.
            let waited = if self.call() > CALL { Poll::Ready(()) } else { self.time_limit.poll_moment(context) };
            return waited.map(|()| self.peer.too_much());
        }
        self.time_limit.poll_over(self.peer.body_timeout(), context).map(|()| self.peer.too_late())
    }
}

impl TimeLimit {
    /// Ready when the call has waited long enough for others to make room.
    fn poll_moment(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Self::Off(limit) = *self {
            *self = Self::NoRoom(Box::pin(sleep(MOMENT)), limit);
        }
        self.poll_timer(context)
    }

    /// Ready when the message has taken too long.
    fn poll_over(&mut self, longest: Duration, context: &mut Context<'_>) -> Poll<()> {
        if let Self::Off(limit) | Self::NoRoom(_, limit) = *self {
            *self = Self::Running(Box::pin(sleep(limit.map_or(longest, |limit| limit.min(longest)))));
        }
        self.poll_timer(context)
    }

    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Running(timer) | Self::NoRoom(timer, _) => timer.as_mut().poll(context),
            Self::Off(_) => Poll::Pending,
        }
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.end();
    }
}

impl Expected {
    /// Takes a part of the body. Returns whether it completes a message of a stream.
    fn receive(&mut self, data: &[u8]) -> bool {
        match self {
            Self::All { held: 0 } if is_whole(data, usize::MAX) => *self = Self::End { taken: data.len() },
            Self::All { held } => *held += data.len(),
            Self::End { taken } => *self = Self::All { held: *taken + data.len() },
            Self::Messages(messages) => return messages.receive(data),
            Self::Nothing => {}
        }
        false
    }

    /// The bytes of an incomplete message that have arrived.
    fn held(&self) -> usize {
        match self {
            Self::All { held } => *held,
            Self::Messages(messages) => messages.held,
            Self::End { .. } | Self::Nothing => 0,
        }
    }

    /// Whether the app waits for a message.
    fn is_pending(&self) -> bool {
        match self {
            Self::All { .. } => true,
            Self::Messages(messages) => messages.held > 0 || !messages.begun,
            Self::End { .. } | Self::Nothing => false,
        }
    }
}

impl Messages {
    /// Takes a part of the body. Returns whether it completes a message.
    fn receive(&mut self, mut data: &[u8]) -> bool {
        let mut completes = false;
        while !data.is_empty() {
            let wanted = if self.missing > 0 { self.missing } else { PREFIX - self.prefix.len() };
            let (now, rest) = data.split_at(wanted.min(data.len()));
            self.held += now.len();
            if self.missing > 0 {
                self.missing -= now.len();
                self.end_if_complete();
            } else {
                self.prefix.extend_from_slice(now);
                self.begin_if_complete();
            }
            completes |= self.held == 0;
            data = rest;
        }
        completes
    }

    fn begin_if_complete(&mut self) {
        if let [_, length @ ..] = self.prefix.as_slice()
            && let Ok(length) = <[u8; 4]>::try_from(length)
        {
            self.missing = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            self.prefix.clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that are held after each of these parts.
    fn held(parts: &[&[u8]]) -> Vec<usize> {
        let mut messages = Messages::default();
        let after = |part: &&[u8]| {
            messages.receive(part);
            messages.held
        };
        parts.iter().map(after).collect()
    }

    #[test]
    fn the_bytes_of_an_incomplete_message_are_held() {
        assert_eq!(held(&[b"\0\0\0\0\x03abc"]), [0]);
        assert_eq!(held(&[b"\0\0\0", b"\0\x03a", b"b", b"c"]), [3, 6, 7, 0]);
        assert_eq!(held(&[b"\0\0\0\0\0", b"\0\0\0\0\x01a\0\0\0\0\x02b", b"c\0"]), [0, 6, 1]);
        assert_eq!(held(&[b"\0\xff\xff\xff\xff", &[0; 100]]), [5, 105]);
    }
}
