//! The word that tells Centrifugo from everybody else who can reach the port.

use http::{HeaderMap, HeaderName};
use subtle::ConstantTimeEq;

/// A metadata entry that only the operator's Centrifugo sends (`grpc.credentials_key`, `grpc.credentials_value`).
pub(crate) struct Secret {
    name: HeaderName,
    value: String,
}

impl Secret {
    pub(crate) fn new(name: HeaderName, value: String) -> Self {
        Self { name, value }
    }

    pub(crate) fn name(&self) -> &HeaderName {
        &self.name
    }

    /// Whether the metadata has it, once. Centrifugo appends a client's header of the same name, if it is listed, so a
    /// second value may be anybody's.
    pub(crate) fn is_in(&self, metadata: &HeaderMap) -> bool {
        let mut values = metadata.get_all(&self.name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.as_bytes().ct_eq(self.value.as_bytes()).into(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const NAME: HeaderName = HeaderName::from_static("x-secret");

    fn admits(values: &[&'static str]) -> bool {
        let mut metadata = HeaderMap::new();
        for value in values {
            metadata.append(NAME, HeaderValue::from_static(value));
        }
        Secret::new(NAME, "open sesame".into()).is_in(&metadata)
    }

    #[test]
    fn exactly_one_right_value_is_let_in() {
        assert!(admits(&["open sesame"]));
    }

    #[test]
    fn none_a_wrong_one_or_a_second_one_is_not() {
        assert!(!admits(&[]));
        assert!(!admits(&["open"]));
        assert!(!admits(&["open sesame", "open sesame"]));
        assert!(!admits(&["mine", "open sesame"]));
    }
}
