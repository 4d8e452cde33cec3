//! Dates of claims: seconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

/// A date: a number, with a fraction if need be, or a string that holds one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date(f64);

/// The first date that overflows in Centrifugo, which then counts it as one of a distant past: Go's times begin so many
/// seconds before 1970.
const TOO_FAR: f64 = (i64::MAX - 62_135_596_800) as f64;

impl Date {
    pub(super) fn is_after(self, time: SystemTime) -> bool {
        self.0 > fraction(time)
    }

    pub(super) fn is_before(self, time: SystemTime) -> bool {
        self.0 < fraction(time)
    }

    /// Whole seconds, rounded down.
    pub(super) fn seconds(self) -> i64 {
        self.0.floor() as i64
    }
}

/// Whole seconds of `time`.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn fraction(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        let text = value.get();
        let number = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        match serde_json::from_str(number) {
            Ok(seconds) if !number.starts_with(char::is_whitespace) => {
                Ok(Self(if seconds < TOO_FAR { seconds } else { f64::MIN }))
            }
            _ => Err(D::Error::custom("a date is neither a number nor a string that holds one")),
        }
    }
}
