//! The failure of a call that missed a deadline, and whose deadline that was.

use std::fmt;
use std::time::Duration;

use crate::reject::Reject;

/// The longest time of a call, and who has set it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    pub(super) time: Duration,
    pub(super) by: Limit,
}

/// The owner of a deadline.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// The caller, by `grpc-timeout`.
    Caller,
    /// The handler, by the option `timeout` of its attribute.
    Handler,
    /// The app, by [`App::timeout`](crate::App::timeout).
    App,
}

/// A missed deadline, at which the handler was dropped.
#[derive(Debug, thiserror::Error)]
#[error("dropped after {}: {allowed}", Rounded(*.elapsed))]
pub(super) struct Late {
    elapsed: Duration,
    allowed: Allowed,
}

impl Late {
    pub(super) fn reject(elapsed: Duration, allowed: Allowed) -> Reject {
        Reject::internal(Self { elapsed, allowed })
    }
}

/// The limit by the name of its setting.
impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Rounded(self.time);
        match self.by {
            Limit::Caller => write!(f, "Centrifugo waits {time} for the response (`timeout` of the proxy)"),
            Limit::Handler => write!(f, "`timeout = \"{time}\"` of the handler is over"),
            Limit::App => write!(f, "the {time} of `App::timeout` are over"),
        }
    }
}

/// A duration, written to the millisecond.
pub(super) struct Rounded(pub(super) Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Duration::from_millis(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// Whether a failure is a missed deadline.
pub(super) fn is_late(reject: &Reject) -> bool {
    reject.cause().is_some_and(|cause| cause.is::<Late>())
}
