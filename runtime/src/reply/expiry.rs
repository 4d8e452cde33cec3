//! Expiries, in whole Unix seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::reject::Internal;

/// The time at which a connection or a subscription expires.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiry(SystemTime);

impl Expiry {
    pub(crate) fn at(time: SystemTime) -> Self {
        Self(time)
    }

    /// A lifetime that is too long for the clock is cut to 1000 years; one of zero is never in the future.
    pub(crate) fn after(lifetime: Duration) -> Self {
        const YEARS_1000: Duration = Duration::from_secs(1000 * 365 * 86_400);
        if lifetime.is_zero() {
            return Self(UNIX_EPOCH);
        }
        Self(SystemTime::now() + lifetime.min(YEARS_1000))
    }

    /// The Unix seconds, rounded up, so that a lifetime is never cut short.
    ///
    /// # Errors
    ///
    /// If the time isn't in the future. Centrifugo reads 0 as "never" or as "expired", depending on the event, and a past
    /// time as "expired": a handler that sets a time means neither.
    pub(crate) fn unix(self) -> Result<i64, Internal> {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let expiry = since(self.0);
        let seconds = expiry.as_secs() + u64::from(expiry.subsec_nanos() > 0);
        if seconds <= since(SystemTime::now()).as_secs() {
            return Err(Internal::new("the expiry isn't in the future: return `expired()` to end it now"));
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
