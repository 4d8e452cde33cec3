//! What a call has sent of its messages: how much of it waits for the rest, and for how long.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::{Sleep, sleep};
use tonic::Status;

use crate::grpc::single_frame::is_whole;
use crate::handler::deadline;
use crate::server::peer::{Full, Peer};

/// A flag and a length stand before each message.
const HEAD: usize = 5;
/// What a call takes while its message isn't complete, besides the message: h2's stream, headers, a task, and the buffer that the first bytes were
/// read into. Measured with 20,000 of them.
const CALL: usize = 8 << 10;
/// How much of that is for headers.
const HEADERS: usize = 1 << 10;

/// How long a call may wait for its message when there is no room for more that wait. Headers and message are often read one after the other.
const MOMENT: Duration = Duration::from_millis(250);

/// Charges a call's peer for what has come of a message that isn't complete, and watches the clock.
pub(crate) struct Intake {
    expected: Expected,
    /// How long the call's headers are.
    headers: usize,
    /// What has been charged for it.
    charged: usize,
    clock: Clock,
    peer: Arc<Peer>,
}

/// How long what is expected may take.
enum Clock {
    /// As long as that, once it isn't there when it is looked for; or as long as any peer's.
    Off(Option<Duration>),
    /// Until others make room; then as long as the limit that comes along.
    NoRoom(Pin<Box<Sleep>>, Option<Duration>),
    Running(Pin<Box<Sleep>>),
}

/// What is still to come before the app can go on.
enum Expected {
    /// All of the body: a single message.
    All {
        held: usize,
    },
    /// Nothing but the end of the body: the message has gone to its handler.
    End {
        taken: usize,
    },
    /// A message, and then another one whenever the client publishes.
    Messages(Box<Messages>),
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

impl Intake {
    /// `goes_on`: after the first message others may come, at any time.
    pub(crate) fn new(goes_on: bool, peer: Arc<Peer>) -> Self {
        let expected = if goes_on { Expected::Messages(Box::default()) } else { Expected::All { held: 0 } };
        Self { expected, headers: 0, charged: 0, clock: Clock::Off(None), peer }
    }

    /// The call has these headers: they are held with it, and may have a deadline, which is one for its message, too.
    pub(crate) fn set_limits(&mut self, headers: &HeaderMap) {
        self.clock = Clock::Off(deadline::of(headers));
        self.headers = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    }

    /// What the call takes besides its message.
    fn call(&self) -> usize {
        CALL + self.headers.saturating_sub(HEADERS)
    }

    /// Takes a piece. `is_last`: nothing comes after it. `Err`: there is no room for it.
    pub(crate) fn take(&mut self, data: &[u8], is_last: bool) -> Result<(), Status> {
        if is_last {
            self.expected = Expected::Nothing;
        }
        let completes = self.expected.receive(data);
        let held = self.expected.held();
        // The beginning of the next message has a time of its own.
        if completes || !self.expected.is_pending() {
            self.clock = Clock::Off(None);
        }
        self.charge(if held > 0 { self.call() + held } else { 0 }).map_err(|_| self.peer.too_much())
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Full> {
        self.peer.unfinished.recharge(self.charged, bytes)?;
        self.charged = bytes;
        Ok(())
    }

    /// What came was not read for so long, so there may have been no room for more: that is not the peer's time.
    pub(crate) fn extend(&mut self, time: Duration) {
        if let Clock::Running(timer) = &mut self.clock {
            let end = timer.deadline() + time;
            timer.as_mut().reset(end);
        }
    }

    /// Nothing more is expected, and nothing is held.
    pub(crate) fn end(&mut self) {
        (self.expected, self.clock) = (Expected::Nothing, Clock::Off(None));
        // Less always has room.
        let _ = self.charge(0);
    }

    /// Whether nothing more is expected.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.expected, Expected::Nothing)
    }

    /// Ready when what is expected should have been here, or when so many calls wait for the rest of their messages that this one can't.
    pub(crate) fn poll_refused(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        if !self.expected.is_pending() {
            return Poll::Pending;
        }
        if self.charged < self.call() && self.charge(self.call()).is_err() {
            // One with long headers holds too much to wait for a moment.
            let waited = if self.call() > CALL { Poll::Ready(()) } else { self.clock.poll_moment(context) };
            return waited.map(|()| self.peer.too_much());
        }
        self.clock.poll_over(self.peer.body_timeout(), context).map(|()| self.peer.too_late())
    }
}

impl Clock {
    /// Ready when a call has waited long enough for others to make room.
    fn poll_moment(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Self::Off(limit) = *self {
            *self = Self::NoRoom(Box::pin(sleep(MOMENT)), limit);
        }
        self.poll_timer(context)
    }

    /// Ready when what is expected has taken too long.
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
    /// Whether that completes one of many messages.
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

    /// How many bytes wait for the rest of their message.
    fn held(&self) -> usize {
        match self {
            Self::All { held } => *held,
            Self::Messages(messages) => messages.held,
            Self::End { .. } | Self::Nothing => 0,
        }
    }

    fn is_pending(&self) -> bool {
        match self {
            Self::All { .. } => true,
            Self::Messages(messages) => messages.held > 0 || !messages.begun,
            Self::End { .. } | Self::Nothing => false,
        }
    }
}

impl Messages {
    /// Whether that completes a message.
    fn receive(&mut self, mut data: &[u8]) -> bool {
        let mut completes = false;
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
            completes |= self.held == 0;
            data = rest;
        }
        completes
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
