//! The time limit of a request: a little less than Centrifugo waits, so that the bridge still logs the reason.

use std::time::Duration;

use http::HeaderMap;

use crate::handler::grpc_timeout;

/// Centrifugo's default, for a caller that sends no timeout.
const DEFAULT: Duration = Duration::from_secs(1);

/// Nine tenths of the time that the caller waits, or the time that the app has set, whichever is less.
pub(crate) fn of(metadata: &HeaderMap, own: Option<Duration>) -> Duration {
    let allowed = grpc_timeout::of(metadata).unwrap_or(DEFAULT) / 10 * 9;
    own.map_or(allowed, |own| own.min(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: Option<&str>, own: Option<u64>) -> Duration {
        let mut metadata = HeaderMap::new();
        if let Some(text) = text {
            metadata.insert("grpc-timeout", text.parse().unwrap());
        }
        of(&metadata, own.map(Duration::from_millis))
    }

    #[test]
    fn a_request_ends_before_centrifugo_gives_up() {
        assert_eq!(of_text(Some("998543u"), None), Duration::from_nanos(898_688_700));
        assert_eq!(of_text(Some("5S"), None), Duration::from_millis(4500));
        assert_eq!(of_text(None, None), Duration::from_millis(900));
        assert_eq!(of_text(Some("99999999H"), Some(50)), Duration::from_millis(50));
        assert_eq!(of_text(Some("1S"), Some(5000)), Duration::from_millis(900));
    }
}
