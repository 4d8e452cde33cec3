//! Payloads: bytes for clients, written from serde values, or checked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use crate::reject::Internal;
use crate::reply::json;

/// The format of a response's payloads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PayloadFormat {
    /// Payloads must be JSON: Centrifugo would close a client that speaks JSON permanently for anything else.
    pub(crate) json: bool,
    /// Payloads are in base64, as in Centrifugo's request (`binary_encoding`).
    pub(crate) base64: bool,
}

/// The payload of a reply. Builders can't fail, so a value that can't be serialized fails when the reply is encoded.
#[derive(Debug, Clone, Default)]
pub(crate) enum Payload {
    #[default]
    Empty,
    Json(Bytes),
    Raw(Bytes),
    Failed(String),
}

impl PayloadFormat {
    /// The format for events without a client.
    pub(crate) const PLAIN: Self = Self { json: true, base64: false };
}

impl Payload {
    #[inline(always)]
    pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::written(json::to_vec(value))
    }

    /// Not generic, so it is compiled once.
    fn written(json: serde_json::Result<Vec<u8>>) -> Self {
        match json {
            Ok(json) => Self::Json(json.into()),
            Err(error) => Self::Failed(error.to_string()),
        }
    }

    pub(crate) fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::Raw(bytes.into())
    }

    /// Encodes to bytes and to base64, one of which is empty. `what` names the field in the log.
    pub(crate) fn encode(self, what: &str, format: PayloadFormat) -> Result<(Bytes, String), Internal> {
        let bytes = self.into_bytes(what, format.json)?;
        Ok(if format.base64 { (Bytes::new(), STANDARD.encode(&bytes)) } else { (bytes, String::new()) })
    }

    /// Encodes to bytes, for a field that has no base64 form.
    pub(crate) fn into_bytes(self, what: &str, json: bool) -> Result<Bytes, Internal> {
        match self {
            Self::Empty => Ok(Bytes::new()),
            Self::Json(bytes) => Ok(bytes),
            Self::Raw(bytes) if !json || bytes.is_empty() || json::is_json(&bytes) => Ok(bytes),
            Self::Raw(_) => Err(Internal::new(format!(
                "the {what} isn't JSON: Centrifugo would close every client that speaks JSON and receives it"
            ))),
            Self::Failed(error) => Err(Internal::new(format!("the {what} can't be written as JSON: {error}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_json_never_reach_a_json_client() {
        assert!(Payload::raw(&b"\xff"[..]).encode("data", PayloadFormat::PLAIN).is_err());
        assert!(Payload::raw(&b"\"\xff\""[..]).encode("data", PayloadFormat::PLAIN).is_err());
        assert!(Payload::raw(&b"{\"a\":"[..]).encode("data", PayloadFormat::PLAIN).is_err());
        assert!(Payload::raw(&b"{\"a\":1} {}"[..]).encode("data", PayloadFormat::PLAIN).is_err());
        assert!(Payload::raw(&b"{\"a\":1}"[..]).encode("data", PayloadFormat::PLAIN).is_ok());
        assert!(Payload::raw(&b"\xff"[..]).encode("data", PayloadFormat { json: false, ..PayloadFormat::PLAIN }).is_ok());
    }

    #[test]
    fn a_response_to_base64_is_in_base64() {
        let (raw, base64) =
            Payload::json("hi").encode("data", PayloadFormat { base64: true, ..PayloadFormat::PLAIN }).unwrap();
        assert_eq!((raw.as_ref(), base64.as_str()), (&b""[..], "ImhpIg=="));
    }

    #[test]
    fn a_value_that_has_no_json_form_fails_with_the_field_s_name() {
        let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
        let error = Payload::json(&unwritable).encode("info", PayloadFormat::PLAIN).unwrap_err();
        assert!(error.to_string().starts_with("the info can't be written as JSON"), "{error}");
    }
}
