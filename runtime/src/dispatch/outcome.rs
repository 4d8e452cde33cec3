//! The ends of calls and of streams, by the names that metrics and spans have for them.

use crate::dispatch::failure::is_panic;
use crate::dispatch::late::is_late;
use crate::reject::Reject;

/// The way in which a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Replied,
    /// The client received an error.
    Refused,
    /// The client was disconnected.
    Disconnected,
    /// No pattern matches, which is an error for the client.
    NoMatch,
    Failed,
    Panicked,
    TimedOut,
    /// The caller dropped the call before its deadline.
    Abandoned,
    /// The app stopped before the handler returned.
    Stopped,
}

impl Outcome {
    pub(super) const ALL: [Self; 9] = [
        Self::Replied,
        Self::Refused,
        Self::Disconnected,
        Self::NoMatch,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
        Self::Abandoned,
        Self::Stopped,
    ];

    /// The outcome of a handler that has ended.
    pub(super) fn of(reject: Option<&Reject>) -> Self {
        match reject {
            None => Self::Replied,
            Some(reject) if reject.error().is_some() => Self::Refused,
            Some(reject) if reject.disconnect().is_some() => Self::Disconnected,
            Some(reject) if is_late(reject) => Self::TimedOut,
            Some(reject) if is_panic(reject) => Self::Panicked,
            Some(_) => Self::Failed,
        }
    }

    /// The name of its gRPC status.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Replied | Self::Refused | Self::Disconnected | Self::NoMatch => "OK",
            Self::Failed | Self::Panicked => "INTERNAL",
            Self::TimedOut => "DEADLINE_EXCEEDED",
            Self::Abandoned => "CANCELLED",
            Self::Stopped => "UNAVAILABLE",
        }
    }

    /// Whether the call has failed, as OpenTelemetry defines it for servers.
    pub(super) fn is_error(self) -> bool {
        !matches!(self.status(), "OK" | "CANCELLED")
    }

    /// Its label in metrics, and its field in spans.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Refused => "refused",
            Self::Disconnected => "disconnected",
            Self::NoMatch => "no_match",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timeout",
            Self::Abandoned => "abandoned",
            Self::Stopped => "stopped",
        }
    }
}

/// The reason for the end of an open stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamEnd {
    /// The client has left, or Centrifugo.
    Left,
    /// The app's stream has no more publications.
    Finished,
    /// The app's stream ended with an error or a disconnect.
    Refused,
    Failed,
    Panicked,
    /// The caller's deadline is over.
    TimedOut,
    /// A message of the client can't be read.
    Malformed,
    /// The app stops.
    Stopped,
}

impl StreamEnd {
    pub(super) const ALL: [Self; 8] = [
        Self::Left,
        Self::Finished,
        Self::Refused,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
        Self::Malformed,
        Self::Stopped,
    ];

    /// The end of a stream that yielded this, and nothing after it.
    pub(super) fn of(reject: &Reject) -> Self {
        match reject {
            reject if !reject.is_internal() => Self::Refused,
            reject if is_panic(reject) => Self::Panicked,
            _ => Self::Failed,
        }
    }

    /// Whether the stream has failed.
    pub(super) fn is_error(self) -> bool {
        matches!(self, Self::Failed | Self::Panicked | Self::TimedOut | Self::Malformed)
    }

    /// Its label in metrics, and its field in spans.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Finished => "finished",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timeout",
            Self::Malformed => "malformed",
            Self::Stopped => "stopped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reject::guard::guard;
    use crate::{Disconnect, ErrorReply};

    #[test]
    fn each_outcome_has_its_place_in_the_list_and_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Outcome::ALL.map(Outcome::name).into();
        assert_eq!(names.len(), Outcome::ALL.len());
        assert!(Outcome::ALL.iter().enumerate().all(|(at, outcome)| *outcome as usize == at));
        let names: std::collections::BTreeSet<_> = StreamEnd::ALL.map(StreamEnd::name).into();
        assert_eq!(names.len(), StreamEnd::ALL.len());
        assert!(StreamEnd::ALL.iter().enumerate().all(|(at, end)| *end as usize == at));
    }

    #[test]
    fn a_reject_is_a_refusal_or_a_failure_by_what_the_client_receives() {
        let panic = || guard(|| panic!("on purpose")).unwrap_err();
        let of = |reject: Reject| (Outcome::of(Some(&reject)).name(), StreamEnd::of(&reject).name());
        assert_eq!(of(ErrorReply::new(403, "no").into()), ("refused", "refused"));
        assert_eq!(of(Disconnect::new(4501, "no").into()), ("disconnected", "refused"));
        assert_eq!(of(Reject::internal("the database is gone")), ("failed", "failed"));
        assert_eq!(of(panic()), ("panicked", "panicked"));
        assert_eq!(Outcome::of(None).name(), "replied");
    }
}
