//! gRPC's header `grpc-timeout`: the time that a caller waits for the response.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The timeout in `grpc-timeout`. `None`: the header is missing, or not in gRPC's format.
pub(crate) fn of(metadata: &HeaderMap) -> Option<Duration> {
    parse(metadata.get(&TIMEOUT)?.to_str().ok()?)
}

/// The header's value for a timeout, in whole milliseconds.
pub(crate) fn value(timeout: Duration) -> HeaderValue {
    let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).clamp(1, 99_999_999);
    HeaderValue::from_str(&format!("{millis}m")).unwrap_or_else(|_| HeaderValue::from_static("1S"))
}

/// Parses gRPC's format: one to eight digits, and a unit.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount =
        digits.parse::<u32>().ok().filter(|_| digits.len() <= 8 && digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    let unit = match unit {
        "H" => Duration::from_secs(3600),
        "M" => Duration::from_secs(60),
        "S" => Duration::from_secs(1),
        "m" => Duration::from_millis(1),
        "u" => Duration::from_micros(1),
        "n" => Duration::from_nanos(1),
        _ => return None,
    };
    Some(unit * amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(parse("998543u"), Some(Duration::from_micros(998_543)));
        assert_eq!(parse("5S"), Some(Duration::from_secs(5)));
        assert_eq!(parse("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for text in ["", "S", "1", "1x", "-1S", "+1S", "123456789S", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
