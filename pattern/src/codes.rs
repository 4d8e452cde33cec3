//! The rules for the codes and texts that Centrifugo passes on to clients, as errors and as disconnects.
//!
//! Centrifugo 6.9.1 checks none of them, so what breaks a rule goes wrong in the client.

use std::fmt;

/// The longest reason of a disconnect that Centrifugo documents, in bytes.
const MAX_REASON: usize = 32;

/// Why a code or its text can't be sent to a client.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCode {
    /// Applications have the error codes 400..=1999.
    ErrorCode,
    /// An error needs a message, which isn't blank.
    EmptyMessage,
    /// Applications have the disconnect codes 4000..=4499 (SDKs connect again) and 4500..=4999 (they stay away).
    DisconnectCode,
    /// A disconnect needs a reason, which isn't blank: the JavaScript SDK ignores the code beside an empty one.
    EmptyReason,
    /// A reason has at most 32 bytes.
    LongReason,
    /// A reason is printable ASCII.
    ReasonCharacters,
    /// The JavaScript SDK obeys a reason that is JSON instead of the code.
    JsonReason,
}

impl InvalidCode {
    /// The broken rule, in one line.
    pub const fn message(self) -> &'static str {
        match self {
            Self::ErrorCode => "an error's code is within 400..=1999",
            Self::EmptyMessage => "an error's message needs text",
            Self::DisconnectCode => {
                "a disconnect's code is within 4000..=4499 (the client connects again) or 4500..=4999 (it stays away)"
            }
            Self::EmptyReason => "a disconnect's reason needs text: SDKs ignore the code of an empty one",
            Self::LongReason => "a disconnect's reason has at most 32 bytes",
            Self::ReasonCharacters => "a disconnect's reason is printable ASCII",
            Self::JsonReason => "a disconnect's reason can't be JSON: SDKs obey it instead of the code",
        }
    }
}

impl fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

// `main` prints it so.
impl fmt::Debug for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InvalidCode {}

/// Checks an error.
///
/// # Errors
///
/// The first rule that the code or the message breaks.
pub const fn check_error(code: u32, message: &str) -> Result<(), InvalidCode> {
    match check_error_code(code) {
        Ok(()) => check_message(message),
        fault => fault,
    }
}

/// Checks a disconnect.
///
/// # Errors
///
/// The first rule that the code or the reason breaks.
pub const fn check_disconnect(code: u32, reason: &str) -> Result<(), InvalidCode> {
    match check_disconnect_code(code) {
        Ok(()) => check_reason(reason),
        fault => fault,
    }
}

/// Checks the code of an error.
///
/// # Errors
///
/// [`InvalidCode::ErrorCode`].
pub const fn check_error_code(code: u32) -> Result<(), InvalidCode> {
    if matches!(code, 400..=1999) { Ok(()) } else { Err(InvalidCode::ErrorCode) }
}

/// Checks the message of an error.
///
/// # Errors
///
/// [`InvalidCode::EmptyMessage`].
pub const fn check_message(message: &str) -> Result<(), InvalidCode> {
    if message.trim_ascii().is_empty() { Err(InvalidCode::EmptyMessage) } else { Ok(()) }
}

/// Checks the code of a disconnect.
///
/// # Errors
///
/// [`InvalidCode::DisconnectCode`].
pub const fn check_disconnect_code(code: u32) -> Result<(), InvalidCode> {
    if matches!(code, 4000..=4999) { Ok(()) } else { Err(InvalidCode::DisconnectCode) }
}

/// Whether SDKs connect again after a disconnect with this code.
pub const fn reconnects(code: u32) -> bool {
    code < 4500
}

/// Checks the reason of a disconnect.
///
/// # Errors
///
/// The first broken rule: a reason has text, of printable ASCII characters, at most 32, and is no JSON.
pub const fn check_reason(reason: &str) -> Result<(), InvalidCode> {
    let text = reason.trim_ascii().as_bytes();
    if text.is_empty() {
        Err(InvalidCode::EmptyReason)
    } else if !is_printable(reason.as_bytes()) {
        Err(InvalidCode::ReasonCharacters)
    } else if reason.len() > MAX_REASON {
        Err(InvalidCode::LongReason)
    } else if may_be_json(text) {
        Err(InvalidCode::JsonReason)
    } else {
        Ok(())
    }
}

const fn is_printable(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if !matches!(text[at], b' '..=b'~') {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a JSON parser could accept the text. Stricter than JSON, because a `const fn` has no parser: all text that starts
/// as a number, string, array or object does, is refused.
const fn may_be_json(text: &[u8]) -> bool {
    match text {
        [b'"' | b'[' | b'{', ..] | b"true" | b"false" | b"null" => true,
        [b'-', b'0'..=b'9', ..] | [b'0'..=b'9', ..] => !has_letter_or_space(text),
        _ => false,
    }
}

/// Whether the text is more than a number: `4 strikes` and `2nd login`, not `1`, `-1.5` and `1e3`.
const fn has_letter_or_space(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if matches!(text[at], b' ' | b'a'..=b'd' | b'f'..=b'z' | b'A'..=b'D' | b'F'..=b'Z') {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_parses_as_json_is_refused() {
        for reason in ["1", "-1.5", "1e3", "true", "null", "\"x\"", "{}", "[1]", " 1 ", "{\"reconnect\": true}"] {
            assert!(serde_json::from_str::<serde_json::Value>(reason).is_ok());
            assert_eq!(check_reason(reason), Err(InvalidCode::JsonReason), "{reason}");
        }
    }

    #[test]
    fn words_that_only_look_like_json_are_reasons() {
        for reason in ["2nd login", "4 strikes", "nullified", "truely", "-"] {
            assert!(serde_json::from_str::<serde_json::Value>(reason).is_err());
            assert_eq!(check_reason(reason), Ok(()), "{reason}");
        }
    }

    #[test]
    fn a_reason_is_1_to_32_printable_characters() {
        for blank in ["", " ", "  ", "\t"] {
            assert_eq!(check_reason(blank), Err(InvalidCode::EmptyReason), "{blank:?}");
        }
        for reason in ["é", "a\nb", "\u{a0}", &"é".repeat(20)] {
            assert_eq!(check_reason(reason), Err(InvalidCode::ReasonCharacters), "{reason}");
        }
        assert_eq!(check_reason(&"x".repeat(32)), Ok(()));
        assert_eq!(check_reason(&"x".repeat(33)), Err(InvalidCode::LongReason));
    }

    #[test]
    fn a_message_has_text() {
        assert_eq!(check_message("grüße {}"), Ok(()));
        for blank in ["", " ", "\n"] {
            assert_eq!(check_message(blank), Err(InvalidCode::EmptyMessage), "{blank:?}");
        }
    }

    #[test]
    fn codes_stay_in_the_ranges_of_applications() {
        for code in [0, 100, 399, 2000, u32::MAX] {
            assert_eq!(check_error_code(code), Err(InvalidCode::ErrorCode));
        }
        for code in [0, 403, 3999, 5000, 69_000] {
            assert_eq!(check_disconnect_code(code), Err(InvalidCode::DisconnectCode));
        }
        for (error, disconnect) in [(400, 4000), (1999, 4999)] {
            assert_eq!((check_error_code(error), check_disconnect_code(disconnect)), (Ok(()), Ok(())));
        }
        assert!(reconnects(4499) && !reconnects(4500));
    }
}
