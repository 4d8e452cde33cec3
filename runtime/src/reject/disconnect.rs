//! Disconnects: codes and reasons by which Centrifugo closes a client's connection.

use std::borrow::Cow;
use std::fmt;

use centrifugo_pattern::codes::{InvalidCode, check_disconnect, reconnects};

/// A disconnect: closes the client's connection, with a code and a reason that the client's SDK acts upon.
///
/// * `code`: after 4000 to 4499 the SDK connects again, after 4500 to 4999 it doesn't. Apps can use no other codes: 403, for
///   example, is not a valid close code of a WebSocket, so the client would see 1006 and connect again for ever.
/// * `reason`: 1 to 32 printable ASCII characters that aren't blank or JSON. The official JavaScript SDK reads the code only
///   if there is a reason, and obeys a reason that parses as JSON (`1`, `true`, ..) instead of the code. A close frame has
///   room for 123 bytes.
///
/// ```
/// use centrifugo::Disconnect;
///
/// const BANNED: Disconnect = Disconnect::new(4502, "banned"); // checked at compile time
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
    /// Creates a disconnect. In a `const`, it is checked at compile time.
    ///
    /// # Panics
    ///
    /// If the code is not within 4000..=4999, or the reason breaks a rule of [`Disconnect`]. For values known only at run
    /// time, use [`try_new`](Self::try_new).
    pub const fn new(code: u32, reason: &'static str) -> Self {
        if let Err(fault) = check_disconnect(code, reason) {
            panic!("{}", fault.message());
        }
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// Creates a disconnect from values known only at run time.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`], if the code or the reason breaks a rule of [`Disconnect`].
    pub fn try_new(code: u32, reason: impl Into<Cow<'static, str>>) -> Result<Self, InvalidCode> {
        let reason = reason.into();
        check_disconnect(code, &reason)?;
        Ok(Self { code, reason })
    }

    /// Returns the code, 4000..=4999.
    pub const fn code(&self) -> u32 {
        self.code
    }

    /// Returns the reason that the client receives.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether SDKs connect again after the code.
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
    fn a_disconnect_of_the_run_time_is_checked_as_a_constant_is() {
        assert_eq!(Disconnect::try_new(403, "x"), Err(InvalidCode::DisconnectCode));
        assert_eq!(Disconnect::try_new(4501, "1".to_owned()), Err(InvalidCode::JsonReason));
    }

    #[test]
    #[should_panic(expected = "a disconnect's code is within 4000..=4499")]
    fn a_code_out_of_range_panics_with_the_rule() {
        let _ = Disconnect::new(5000, "banned");
    }
}
