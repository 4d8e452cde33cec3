//! Codes and texts that Centrifugo passes on to the client: checked where they are made, most of them when compiled.

use std::borrow::Cow;
use std::fmt;

#[doc(inline)]
pub use centrifugo_pattern::codes::InvalidCode;
use centrifugo_pattern::codes::{check_disconnect, check_error, reconnects};

/// An error that the client is told, as Centrifugo's `error { code, message }`.
///
/// * `code`: 400 to 1999, the range that Centrifugo leaves to applications. Codes below 100 make SDKs retry, the others
///   up to 399 belong to Centrifugo itself.
/// * `message`: shown to the client as it is; never empty or blank. It takes no part in an SDK's decisions.
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
    /// If the code is not within 400..=1999, or the message is empty or blank; for values known only at run time there is
    /// [`try_new`](Self::try_new).
    pub const fn new(code: u32, message: &'static str) -> Self {
        if let Err(fault) = check_error(code, message) {
            panic!("{}", fault.message());
        }
        Self { code, message: Cow::Borrowed(message), temporary: false }
    }

    /// An error reply from values known only at run time.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`], if the code is not within 400..=1999, or the message is empty or blank.
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
/// * `reason`: 1 to 32 printable ASCII characters that aren't blank or JSON. The official JavaScript SDK looks at the
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
            panic!("{}", fault.message());
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
        reconnects(self.code)
    }
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disconnect {}: {}", self.code, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_run_time_is_checked_as_a_constant_is() {
        assert_eq!(ErrorReply::try_new(399, "x"), Err(InvalidCode::ErrorCode));
        assert_eq!(ErrorReply::try_new(400, ""), Err(InvalidCode::EmptyMessage));
        assert_eq!(Disconnect::try_new(403, "x"), Err(InvalidCode::DisconnectCode));
        assert_eq!(Disconnect::try_new(4501, "1".to_owned()), Err(InvalidCode::JsonReason));
    }

    #[test]
    #[should_panic(expected = "a disconnect's code is within 4000..=4499")]
    fn a_code_out_of_range_panics_with_the_rule() {
        let _ = Disconnect::new(5000, "banned");
    }
}
