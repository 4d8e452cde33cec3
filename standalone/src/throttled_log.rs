//! Log lines that clients can cause as fast as they send.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tonic::Status;

/// The shortest time between two lines with the same text.
const PAUSE: Duration = Duration::from_secs(1);

/// A log that writes each text at most once a second, with the number of lines that it left out.
#[derive(Debug, Default)]
pub(crate) struct ThrottledLog(Mutex<HashMap<&'static str, Line>>);

#[derive(Debug)]
struct Line {
    at: Instant,
    left_out: u64,
}

/// The number of lines that were left out before this one.
#[derive(Debug, PartialEq, Eq)]
struct More(u64);

impl ThrottledLog {
    /// Logs a line, unless it has done so a moment ago.
    pub(crate) fn info(&self, line: &'static str) {
        if let Some(more) = self.pass(line) {
            tracing::info!("{line}{more}");
        }
    }

    /// Logs a line with an instance of its kind, which a client has sent: it is escaped, and cut after 100 characters.
    pub(crate) fn info_of(&self, line: &'static str, instance: &str) {
        if let Some(more) = self.pass(line) {
            tracing::info!("{line}: {:?}{more}", cut(instance));
        }
    }

    /// Logs why a call of the app has failed. Each kind of call has its own lines.
    pub(crate) fn warn_of_call(&self, call: &'static str, status: &Status) {
        if let Some(more) = self.pass(call) {
            tracing::warn!(call, code = ?status.code(), "the app has not responded: {}{more}", status.message());
        }
    }

    fn pass(&self, line: &'static str) -> Option<More> {
        let now = Instant::now();
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = lines.get_mut(line) else {
            lines.insert(line, Line { at: now, left_out: 0 });
            return Some(More(0));
        };
        if now.duration_since(last.at) < PAUSE {
            last.left_out += 1;
            return None;
        }
        last.at = now;
        Some(More(std::mem::take(&mut last.left_out)))
    }
}

/// The first 100 characters.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(100).map_or(text.len(), |(end, _)| end);
    &text[..end]
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
    fn what_a_client_has_sent_is_cut() {
        assert_eq!(cut("https://a.example"), "https://a.example");
        assert_eq!(cut(&"ä".repeat(1_000)), "ä".repeat(100));
    }

    #[tokio::test(start_paused = true)]
    async fn each_line_is_logged_once_a_second() {
        let log = ThrottledLog::default();
        assert_eq!([log.pass("a"), log.pass("a"), log.pass("b")], [Some(More(0)), None, Some(More(0))]);
        tokio::time::advance(PAUSE).await;
        assert_eq!([log.pass("a"), log.pass("a")], [Some(More(1)), None]);
        assert_eq!(More(1).to_string(), " (and 1 more since the last line of this kind)");
    }
}
