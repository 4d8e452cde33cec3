//! A limit for log lines that a peer can cause as fast as it sends.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shortest time between two lines of a kind.
const PAUSE: Duration = Duration::from_secs(1);

/// A limit for log lines of one kind: passes one a second, and counts the others.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    dropped: u64,
}

/// The number of lines that were left out before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct More(u64);

impl Throttle {
    /// `Some`: a line may be written now, and ends with the number of those that were left out.
    pub(crate) fn pass(&self) -> Option<More> {
        self.pass_at(Instant::now())
    }

    fn pass_at(&self, now: Instant) -> Option<More> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            state.dropped += 1;
            return None;
        }
        state.last = Some(now);
        Some(More(std::mem::take(&mut state.dropped)))
    }
}

impl fmt::Display for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            more => write!(f, " (and {more} more since the last line of this kind)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_passes_a_second_and_counts_the_others() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let line = |after| throttle.pass_at(start + Duration::from_millis(after)).map(|more| more.to_string());
        assert_eq!(line(0).as_deref(), Some(""));
        assert_eq!(line(1), None);
        assert_eq!(line(999), None);
        assert_eq!(line(1000).as_deref(), Some(" (and 2 more since the last line of this kind)"));
        assert_eq!(line(2000).as_deref(), Some(""));
    }
}
