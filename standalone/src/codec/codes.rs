//! The codes and texts by which clients know errors, closes and ended subscriptions: Centrifugo's, on which SDKs base their
//! decisions.

use std::borrow::Cow;

use crate::proto::client;

/// An error of the engine's own in the reply to a command. The connection stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorCode {
    code: u32,
    message: &'static str,
    temporary: bool,
}

impl ErrorCode {
    pub(crate) const INTERNAL: Self = Self::new(100, "internal server error").temporary();
    pub(crate) const UNKNOWN_CHANNEL: Self = Self::new(102, "unknown channel");
    pub(crate) const PERMISSION_DENIED: Self = Self::new(103, "permission denied");
    pub(crate) const METHOD_NOT_FOUND: Self = Self::new(104, "method not found");
    pub(crate) const ALREADY_SUBSCRIBED: Self = Self::new(105, "already subscribed");
    pub(crate) const LIMIT_EXCEEDED: Self = Self::new(106, "limit exceeded");
    pub(crate) const BAD_REQUEST: Self = Self::new(107, "bad request");
    pub(crate) const NOT_AVAILABLE: Self = Self::new(108, "not available");
    /// SDKs get a new token and try again.
    pub(crate) const TOKEN_EXPIRED: Self = Self::new(109, "token expired");
    pub(crate) const EXPIRED: Self = Self::new(110, "expired");
    pub(crate) const UNRECOVERABLE_POSITION: Self = Self::new(112, "unrecoverable position");

    const fn new(code: u32, message: &'static str) -> Self {
        Self { code, message, temporary: false }
    }

    /// SDKs repeat connect and subscribe after it, with backoff.
    const fn temporary(self) -> Self {
        Self { temporary: true, ..self }
    }

    /// The error of a reply.
    pub(crate) fn error(self) -> client::Error {
        client::Error { code: self.code, message: self.message.to_owned(), temporary: self.temporary }
    }
}

/// How the server closes a connection: the code and the reason of the close frame.
///
/// SDKs connect again, but for 3500 to 3999 and 4500 to 4999.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: Cow<'static, str>,
}

impl Close {
    pub(crate) const NORMAL: Self = Self::new(3000, "connection closed");
    pub(crate) const SHUTDOWN: Self = Self::new(3001, "shutdown");
    pub(crate) const SERVER_ERROR: Self = Self::new(3004, "internal server error");
    pub(crate) const EXPIRED: Self = Self::new(3005, "connection expired");
    pub(crate) const SUBSCRIPTION_EXPIRED: Self = Self::new(3006, "subscription expired");
    pub(crate) const SLOW: Self = Self::new(3008, "slow");
    pub(crate) const INSUFFICIENT_STATE: Self = Self::new(3010, "insufficient state");
    pub(crate) const NO_PONG: Self = Self::new(3012, "no pong");
    pub(crate) const TOO_MANY_REQUESTS: Self = Self::new(3013, "too many requests");

    // The codes of WebSocket's own.
    pub(crate) const PROTOCOL_ERROR: Self = Self::new(1002, "");
    pub(crate) const MESSAGE_TOO_LONG: Self = Self::new(1009, "");

    pub(crate) const INVALID_TOKEN: Self = Self::new(3500, "invalid token");
    pub(crate) const BAD_REQUEST: Self = Self::new(3501, "bad request");
    pub(crate) const STALE: Self = Self::new(3502, "stale");
    pub(crate) const FORCE_DISCONNECT: Self = Self::new(3503, "force disconnect");
    pub(crate) const CONNECTION_LIMIT: Self = Self::new(3504, "connection limit");
    pub(crate) const CHANNEL_LIMIT: Self = Self::new(3505, "channel limit");
    pub(crate) const INAPPROPRIATE_PROTOCOL: Self = Self::new(3506, "inappropriate protocol");
    pub(crate) const PERMISSION_DENIED: Self = Self::new(3507, "permission denied");
    pub(crate) const NOT_AVAILABLE: Self = Self::new(3508, "not available");

    /// The app's. A code has 16 bits, so of a larger one these count, as in Centrifugo.
    pub(crate) fn of_app(code: u32, reason: String) -> Self {
        Self { code: u16::try_from(code & 0xffff).unwrap_or_default(), reason: reason.into() }
    }

    /// A code and reason of the engine's own.
    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }
}

/// How the server ends a subscription: the code and the reason of the unsubscribe push.
///
/// SDKs subscribe again after 2500 and up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsubscribed {
    pub(crate) code: u32,
    pub(crate) reason: Cow<'static, str>,
}

impl Unsubscribed {
    pub(crate) const SERVER: Self = Self::new(2000, "server unsubscribe");
    pub(crate) const INSUFFICIENT_STATE: Self = Self::new(2500, "insufficient state");
    pub(crate) const EXPIRED: Self = Self::new(2501, "subscription expired");

    const fn new(code: u32, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// The unsubscribe push.
    pub(crate) fn push(self) -> client::Unsubscribe {
        client::Unsubscribe { code: self.code, reason: self.reason.into_owned() }
    }
}
