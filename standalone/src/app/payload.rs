//! Payloads of the app's replies, which have two fields each: the bytes, or the same in base64.

use bytes::Bytes;

use crate::base64;

/// A `b64*` field that isn't base64 with the standard alphabet and padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadBase64;

/// The payload: base64 wins if both are set.
pub(crate) fn payload(data: Bytes, b64: &str) -> Result<Bytes, BadBase64> {
    if b64.is_empty() { Ok(data) } else { decode(b64) }
}

/// The payload of a publication: the bytes win if both are set.
pub(crate) fn published(data: Bytes, b64: &str) -> Result<Bytes, BadBase64> {
    if data.is_empty() && !b64.is_empty() { decode(b64) } else { Ok(data) }
}

fn decode(b64: &str) -> Result<Bytes, BadBase64> {
    base64::standard(b64).ok_or_else(|| {
        tracing::warn!("a reply of the app has a field that is not base64 with the standard alphabet and padding");
        BadBase64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_wins_but_for_publications() {
        let data = Bytes::from_static(b"1");
        assert_eq!(payload(data.clone(), "Mg=="), Ok(Bytes::from_static(b"2")));
        assert_eq!(published(data.clone(), "Mg=="), Ok(data.clone()));
        assert_eq!(published(Bytes::new(), "Mg=="), Ok(Bytes::from_static(b"2")));
        assert_eq!(payload(data.clone(), ""), Ok(data));
    }

    #[test]
    fn base64_of_another_alphabet_is_refused() {
        for b64 in ["Mg", "_-8=", "%"] {
            assert_eq!(payload(Bytes::new(), b64), Err(BadBase64), "{b64}");
        }
    }
}
