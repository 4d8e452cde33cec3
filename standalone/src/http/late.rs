//! The ends of connections whose peers are too slow.

use std::error::Error as _;
use std::io;

/// The limit that a peer has reached. It is the cause of the error that the socket fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.line())]
pub(super) enum Late {
    Head,
    Reader,
}

impl Late {
    /// The limit that has ended a connection, if one has.
    pub(super) fn of(error: &hyper::Error) -> Option<Self> {
        error.source()?.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref().copied()
    }

    /// The line for the log.
    pub(super) fn line(self) -> &'static str {
        match self {
            Self::Head => "closing a connection: its request is not complete within `client.stale_close_delay`",
            Self::Reader => "closing a connection: nothing of its responses has been read for `client.stale_close_delay`",
        }
    }
}

impl From<Late> for io::Error {
    fn from(late: Late) -> Self {
        Self::new(io::ErrorKind::TimedOut, late)
    }
}
