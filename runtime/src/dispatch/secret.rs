//! The app's secret, which distinguishes Centrifugo from everybody else who can reach the port.

use std::iter;

use http::{HeaderMap, HeaderName, Request};
use subtle::{Choice, ConstantTimeEq};
use tonic::Status;

use crate::dispatch::Dispatch;
use crate::reject::logged::Logged;

/// A metadata entry that only the app's own Centrifugo sends (`grpc.credentials_key`, `grpc.credentials_value`).
#[derive(Clone)]
pub(crate) struct Secret {
    name: HeaderName,
    /// The value in Centrifugo's configuration.
    current: String,
    /// Values that are accepted as well, while the secret is replaced.
    previous: Vec<String>,
}

impl Secret {
    pub(crate) fn new(name: HeaderName, current: String, previous: Vec<String>) -> Self {
        Self { name, current, previous }
    }

    pub(crate) fn name(&self) -> &HeaderName {
        &self.name
    }

    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// Whether the metadata has the secret exactly once. Centrifugo appends a client's header of the same name, if the
    /// configuration lists it, so a second value may be anybody's.
    pub(crate) fn is_in(&self, metadata: &HeaderMap) -> bool {
        let mut values = metadata.get_all(&self.name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => self.accepts(value.as_bytes()).into(),
            _ => false,
        }
    }

    /// Compares with every value, also after one that is equal: the time depends on nothing but the values' lengths.
    fn accepts(&self, value: &[u8]) -> Choice {
        let accepted = iter::once(&self.current).chain(&self.previous);
        accepted.fold(Choice::from(0), |equal, accepted| equal | accepted.as_bytes().ct_eq(value))
    }
}

impl Dispatch {
    /// Whether a call has the secret, if the app has one.
    pub(crate) fn has_secret<B>(&self, request: &Request<B>) -> bool {
        self.secret.as_ref().is_none_or(|secret| secret.is_in(request.headers()))
    }

    /// Checks that a call has the secret, if the app has one, before its message is read.
    pub(crate) fn check_secret<B>(&self, request: &Request<B>) -> Result<(), Status> {
        let Some(secret) = &self.secret else { return Ok(()) };
        if secret.is_in(request.headers()) {
            return Ok(());
        }
        self.counters.secrets_refused.increment();
        if let Some(more) = self.foreign_calls.pass() {
            let path = Logged(request.uri().path());
            tracing::warn!(%path, "refused: the call has not exactly one `{}` with the secret{more}", secret.name());
        }
        Err(Status::unauthenticated("the secret is missing or wrong"))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const NAME: HeaderName = HeaderName::from_static("x-secret");

    fn has_secret(values: &[&'static str]) -> bool {
        let mut metadata = HeaderMap::new();
        for value in values {
            metadata.append(NAME, HeaderValue::from_static(value));
        }
        Secret::new(NAME, "open sesame".into(), vec!["open barley".into(), "open oats".into()]).is_in(&metadata)
    }

    #[test]
    fn a_call_with_exactly_one_right_value_has_the_secret() {
        for value in ["open sesame", "open barley", "open oats"] {
            assert!(has_secret(&[value]), "{value}");
        }
    }

    #[test]
    fn a_call_without_the_right_value_or_with_two_values_has_no_secret() {
        assert!(!has_secret(&[]));
        for value in ["", "open", "open rye", "open sesame "] {
            assert!(!has_secret(&[value]), "{value}");
        }
        assert!(!has_secret(&["open sesame", "open sesame"]));
        assert!(!has_secret(&["open sesame", "open barley"]));
        assert!(!has_secret(&["mine", "open sesame"]));
    }
}
