//! Codes and texts that Centrifugo passes on to the client: checked where they are made, most of them when compiled.

use std::borrow::Cow;
use std::fmt;

/// An error that the client is told, as Centrifugo's `error { code, message }`.
///
/// * `code`: 400 to 1999, the range that Centrifugo leaves to applications. Codes below 100 make SDKs retry, the others
///   up to 399 belong to Centrifugo itself.
/// * `message`: shown to the client as it is; never empty. It takes no part in an SDK's decisions.
/// * [`temporary`](Self::temporary): the SDK tries again, with backoff.
///
/// ```
/// use centrifugo::ErrorReply;
///
/// const NOT_MEMBER: ErrorReply = ErrorReply::new(403, "not a member"); // checked when compiled
/// assert_eq!(NOT_MEMBER.code(), 403);
/// assert!(ErrorReply::try_new(99, "too low").is_err());
/// ```
///
/// ```compile_fail
/// const TOO_LOW: centrifugo::ErrorReply = centrifugo::ErrorReply::new(99, "not a code for applications");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorReply {
    code: u32,
    message: Cow<'static, str>,
    temporary: bool,
}

impl ErrorReply {
    /// 400: the request can't be understood.
    pub const BAD_REQUEST: Self = Self::new(400, "bad request");
    /// 403: the request is understood and refused.
    pub const PERMISSION_DENIED: Self = Self::new(403, "permission denied");
    /// 404: there is no such thing.
    pub const NOT_FOUND: Self = Self::new(404, "not found");
    /// 404: what a client gets that calls a method which no pattern matches.
    pub const METHOD_NOT_FOUND: Self = Self::new(404, "method not found");

    /// An error reply, checked when it initialises a `const`.
    ///
    /// # Panics
    ///
    /// If the code is not within 400..=1999, or the message is empty; for values known only at run time there is
    /// [`try_new`](Self::try_new).
    pub const fn new(code: u32, message: &'static str) -> Self {
        if let Err(fault) = check_error(code, message) {
            panic!("{}", fault.text());
        }
        Self { code, message: Cow::Borrowed(message), temporary: false }
    }

    /// An error reply from values known only at run time.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`], if the code is not within 400..=1999, or the message is empty.
    pub fn try_new(code: u32, message: impl Into<Cow<'static, str>>) -> Result<Self, InvalidCode> {
        let message = message.into();
        check_error(code, &message)?;
        Ok(Self { code, message, temporary: false })
    }

    /// Tells the SDK to try again: connect and subscribe are repeated with backoff.
    #[must_use]
    pub const fn temporary(mut self) -> Self {
        self.temporary = true;
        self
    }

    /// The code, 400..=1999.
    pub const fn code(&self) -> u32 {
        self.code
    }

    /// The message that the client sees.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the SDK is told to try again.
    pub const fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: {}", self.code, self.message)
    }
}

/// Closes the client's connection, with a code and a reason that its SDK acts upon.
///
/// * `code`: 4000 to 4499, the SDK connects again; 4500 to 4999, it stays away. No other code is the application's:
///   403, say, is no valid close code of a WebSocket, so the client would see 1006 and connect again for ever.
/// * `reason`: 1 to 32 printable ASCII characters that aren't JSON. The official JavaScript SDK looks at the
///   code only when there is a reason, and obeys a reason that parses as JSON (`1`, `true`, ..) instead of the code. A
///   reason over 123 bytes fits no close frame at all.
///
/// ```
/// use centrifugo::Disconnect;
///
/// const BANNED: Disconnect = Disconnect::new(4502, "banned"); // checked when compiled
/// assert!(!BANNED.reconnects());
/// assert!(Disconnect::try_new(403, "no close code").is_err());
/// assert!(Disconnect::try_new(4502, "").is_err());
/// ```
///
/// ```compile_fail
/// const BANNED: centrifugo::Disconnect = centrifugo::Disconnect::new(403, "banned");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disconnect {
    code: u32,
    reason: Cow<'static, str>,
}

impl Disconnect {
    /// A disconnect, checked when it initialises a `const`.
    ///
    /// # Panics
    ///
    /// If the code is not within 4000..=4999, or the reason isn't one that all SDKs take as text (see [`Disconnect`]); for
    /// values known only at run time there is [`try_new`](Self::try_new).
    pub const fn new(code: u32, reason: &'static str) -> Self {
        if let Err(fault) = check_disconnect(code, reason) {
            panic!("{}", fault.text());
        }
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// A disconnect from values known only at run time.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`], if the code or the reason breaks a rule of [`Disconnect`].
    pub fn try_new(code: u32, reason: impl Into<Cow<'static, str>>) -> Result<Self, InvalidCode> {
        let reason = reason.into();
        check_disconnect(code, &reason)?;
        Ok(Self { code, reason })
    }

    /// The code, 4000..=4999.
    pub const fn code(&self) -> u32 {
        self.code
    }

    /// The reason that the client sees.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether SDKs connect again after this code.
    pub const fn reconnects(&self) -> bool {
        self.code < 4500
    }
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disconnect {}: {}", self.code, self.reason)
    }
}

/// Why a code or its text can't be sent to a client.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCode {
    /// Applications have the error codes 400..=1999.
    ErrorCode,
    /// An error needs a message.
    EmptyMessage,
    /// Applications have the disconnect codes 4000..=4499 (SDKs connect again) and 4500..=4999 (they stay away).
    DisconnectCode,
    /// The JavaScript SDK ignores the code of a disconnect without a reason.
    EmptyReason,
    /// A reason has at most 32 bytes.
    LongReason,
    /// A reason is printable ASCII.
    ReasonCharacters,
    /// The JavaScript SDK obeys a reason that is JSON instead of the code.
    JsonReason,
}

impl InvalidCode {
    const fn text(self) -> &'static str {
        match self {
            Self::ErrorCode => "an error's code is within 400..=1999",
            Self::EmptyMessage => "an error's message can't be empty",
            Self::DisconnectCode => {
                "a disconnect's code is within 4000..=4499 (the client connects again) or 4500..=4999 (it stays away)"
            }
            Self::EmptyReason => "a disconnect's reason can't be empty: SDKs would ignore the code",
            Self::LongReason => "a disconnect's reason has at most 32 bytes",
            Self::ReasonCharacters => "a disconnect's reason is printable ASCII",
            Self::JsonReason => "a disconnect's reason can't be JSON: SDKs would obey it instead of the code",
        }
    }
}

impl fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

// `main` prints it so.
impl fmt::Debug for InvalidCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InvalidCode {}

const fn check_error(code: u32, message: &str) -> Result<(), InvalidCode> {
    match code {
        400..=1999 if message.is_empty() => Err(InvalidCode::EmptyMessage),
        400..=1999 => Ok(()),
        _ => Err(InvalidCode::ErrorCode),
    }
}

const fn check_disconnect(code: u32, reason: &str) -> Result<(), InvalidCode> {
    let bytes = reason.as_bytes();
    if !matches!(code, 4000..=4999) {
        return Err(InvalidCode::DisconnectCode);
    }
    if bytes.is_empty() {
        return Err(InvalidCode::EmptyReason);
    }
    if bytes.len() > 32 {
        return Err(InvalidCode::LongReason);
    }
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], b' '..=b'~') {
            return Err(InvalidCode::ReasonCharacters);
        }
        at += 1;
    }
    if may_be_json(bytes.trim_ascii()) { Err(InvalidCode::JsonReason) } else { Ok(()) }
}

/// Whether a JSON parser could take the text. Stricter than JSON, because a `const fn` has no parser: everything that starts
/// as a number, string, array or object does, is refused. A blank reason counts too: it says no more than an empty one.
const fn may_be_json(text: &[u8]) -> bool {
    match text {
        [] | [b'"' | b'[' | b'{', ..] => true,
        [b'-', b'0'..=b'9', ..] | [b'0'..=b'9', ..] => !has_letter_or_space(text),
        b"true" | b"false" | b"null" => true,
        _ => false,
    }
}

/// `4 strikes` and `2nd login` are texts, `1`, `-1.5` and `1e3` are numbers.
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
            assert_eq!(Disconnect::try_new(4501, reason), Err(InvalidCode::JsonReason), "{reason}");
        }
    }

    #[test]
    fn words_that_only_look_like_json_are_reasons() {
        for reason in ["2nd login", "4 strikes", "nullified", "truely", "-"] {
            assert!(serde_json::from_str::<serde_json::Value>(reason).is_err());
            assert!(Disconnect::try_new(4501, reason).is_ok(), "{reason}");
        }
    }

    #[test]
    fn a_reason_is_1_to_32_printable_characters() {
        assert_eq!(Disconnect::try_new(4501, ""), Err(InvalidCode::EmptyReason));
        assert_eq!(Disconnect::try_new(4501, "  "), Err(InvalidCode::JsonReason));
        assert_eq!(Disconnect::try_new(4501, "é"), Err(InvalidCode::ReasonCharacters));
        assert_eq!(Disconnect::try_new(4501, "a\nb"), Err(InvalidCode::ReasonCharacters));
        assert!(Disconnect::try_new(4501, "x".repeat(32)).is_ok());
        assert_eq!(Disconnect::try_new(4501, "x".repeat(33)), Err(InvalidCode::LongReason));
    }

    #[test]
    fn codes_stay_in_the_ranges_of_applications() {
        for code in [0, 100, 399, 2000, u32::MAX] {
            assert_eq!(ErrorReply::try_new(code, "x"), Err(InvalidCode::ErrorCode));
        }
        for code in [0, 403, 3999, 5000, 69_000] {
            assert_eq!(Disconnect::try_new(code, "x"), Err(InvalidCode::DisconnectCode));
        }
        assert_eq!(ErrorReply::try_new(400, ""), Err(InvalidCode::EmptyMessage));
    }
}
