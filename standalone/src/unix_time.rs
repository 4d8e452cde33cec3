//! Unix time, in which Centrifugo's protocols have expiries.

use std::time::{SystemTime, UNIX_EPOCH};

/// The longest time until an expiry, in seconds: a year. Later expiries are cut to it.
const MAX_TTL: i64 = 365 * 24 * 3600;

/// Unix seconds.
pub(crate) fn now() -> i64 {
    now_ms() / 1000
}

/// Unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// An expiry within the longest time. 0: there is none.
pub(crate) fn expiry(at: i64) -> i64 {
    if at <= 0 { 0 } else { at.min(now() + MAX_TTL) }
}

/// The seconds until an expiry. `None`: it is past.
pub(crate) fn seconds_until(at: i64) -> Option<u32> {
    u32::try_from(at - now()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_at_most_a_year_away() {
        assert_eq!((expiry(0), expiry(-1)), (0, 0));
        assert_eq!(expiry(now() + 60) - now(), 60);
        assert!(expiry(i64::MAX) - now() <= MAX_TTL);
    }

    #[test]
    fn a_past_expiry_has_no_time_left() {
        assert_eq!(seconds_until(now() - 5), None);
        assert!(seconds_until(now() + 60).is_some_and(|left| (59..=60).contains(&left)));
    }
}
