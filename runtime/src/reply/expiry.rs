//! Points in time as Centrifugo counts them: whole Unix seconds, in the future.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::reject::Internal;

/// When something expires.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiry(SystemTime);

impl Expiry {
    pub(crate) fn at(time: SystemTime) -> Self {
        Self(time)
    }

    /// A lifetime too long for the clock is as good as the longest one; none at all is no time in the future.
    pub(crate) fn after(lifetime: Duration) -> Self {
        const YEARS_1000: Duration = Duration::from_secs(1000 * 365 * 86_400);
        if lifetime.is_zero() {
            return Self(UNIX_EPOCH);
        }
        Self(SystemTime::now() + lifetime.min(YEARS_1000))
    }

    /// Unix seconds, rounded up: a lifetime is never cut short.
    ///
    /// # Errors
    ///
    /// If that isn't in the future. Centrifugo takes 0 as "never" or as "expired", depending on the event, and a past time as
    /// "expired": none of them is ever meant by a time.
    pub(crate) fn unix(self) -> Result<i64, Internal> {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let expiry = since(self.0);
        let seconds = expiry.as_secs() + u64::from(expiry.subsec_nanos() > 0);
        if seconds <= since(SystemTime::now()).as_secs() {
            return Err(Internal::new("the expiry isn't in the future: answer `expired()` to end it now"));
        }
        i64::try_from(seconds).map_err(Internal::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_not_in_the_future_is_refused() {
        assert!(Expiry::at(UNIX_EPOCH).unix().is_err());
        assert!(Expiry::at(SystemTime::now() - Duration::from_secs(1)).unix().is_err());
        assert!(Expiry::at(UNIX_EPOCH - Duration::from_secs(1)).unix().is_err());
        assert!(Expiry::after(Duration::ZERO).unix().is_err());
        assert!(Expiry::after(Duration::from_millis(1)).unix().is_ok());
    }

    #[test]
    fn the_longest_lifetime_does_not_overflow() {
        assert!(Expiry::after(Duration::MAX).unix().is_ok());
    }
}
