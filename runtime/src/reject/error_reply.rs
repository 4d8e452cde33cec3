//! Error replies: errors of the app that Centrifugo passes on to the client.

use std::borrow::Cow;
use std::fmt;

use centrifugo_pattern::codes::{InvalidCode, check_error};

/// An error reply: a code and a message of the app's, which Centrifugo sends to the client as its own `error { code, message
/// }`.
///
/// * `code`: 400 to 1999, the range that Centrifugo reserves for apps. SDKs retry after codes below 100; the others up to
///   399 are Centrifugo's own.
/// * `message`: sent to the client unchanged; never empty or blank. SDKs ignore it in their decisions.
/// * [`temporary`](Self::temporary): the SDK tries again, with backoff.
///
/// ```
/// use centrifugo::ErrorReply;
///
/// const NOT_MEMBER: ErrorReply = ErrorReply::new(403, "not a member"); // checked at compile time
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
    /// 400 "bad request": the request can't be read.
    pub const BAD_REQUEST: Self = Self::new(400, "bad request");
    /// 403 "permission denied": the client may not do that.
    pub const PERMISSION_DENIED: Self = Self::new(403, "permission denied");
    /// 404 "not found": what the request names doesn't exist.
    pub const NOT_FOUND: Self = Self::new(404, "not found");
    /// 404 "method not found": no handler matches the method. The framework sends it for such calls.
    pub const METHOD_NOT_FOUND: Self = Self::new(404, "method not found");

    /// Creates an error reply. In a `const`, it is checked at compile time.
    ///
    /// # Panics
    ///
    /// If the code is not within 400..=1999, or the message is empty or blank. For values known only at run time, use
    /// [`try_new`](Self::try_new).
    pub const fn new(code: u32, message: &'static str) -> Self {
        if let Err(fault) = check_error(code, message) {
            panic!("{}", fault.message());
        }
        Self { code, message: Cow::Borrowed(message), temporary: false }
    }

    /// Creates an error reply from values known only at run time.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`], if the code is not within 400..=1999, or the message is empty or blank.
    pub fn try_new(code: u32, message: impl Into<Cow<'static, str>>) -> Result<Self, InvalidCode> {
        let message = message.into();
        check_error(code, &message)?;
        Ok(Self { code, message, temporary: false })
    }

    /// Marks the error as temporary: SDKs repeat connect and subscribe, with backoff.
    #[must_use]
    pub const fn temporary(mut self) -> Self {
        self.temporary = true;
        self
    }

    /// Returns the code, 400..=1999.
    pub const fn code(&self) -> u32 {
        self.code
    }

    /// Returns the message that the client receives.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether SDKs try again.
    pub const fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: {}", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reply_of_the_run_time_is_checked_as_a_constant_is() {
        assert_eq!(ErrorReply::try_new(399, "x"), Err(InvalidCode::ErrorCode));
        assert_eq!(ErrorReply::try_new(400, ""), Err(InvalidCode::EmptyMessage));
    }
}
