//! Refusals: what a call returns instead of a reply.

mod chain;
#[allow(missing_docs, missing_debug_implementations, reason = "only expansions use it, but for `DeriveReject`")]
pub(crate) mod derived;
pub(crate) mod disconnect;
pub(crate) mod error_reply;
pub(crate) mod guard;
mod internal;
pub(crate) mod logged;
pub(crate) mod unquoted;

use std::error::Error as StdError;
use std::fmt;

use crate::reject::derived::DeriveReject;
use crate::reject::disconnect::Disconnect;
use crate::reject::error_reply::ErrorReply;
use crate::reject::logged::Logged;

pub use centrifugo_pattern::codes::InvalidCode;
pub use chain::BoxError;
pub(crate) use chain::Chain;
pub use internal::Internal;

/// A refusal: an error reply, a disconnect, or an internal failure.
///
/// `?` converts a standard error to an internal failure: the framework logs it with the handler's name, and the client
/// receives only Centrifugo's own "internal server error" (100, temporary: SDKs try again). An error whose type [derives
/// `Reject`](macro@crate::Reject) becomes the refusal that the derive declares. `?` on an [`ErrorReply`] or a [`Disconnect`]
/// sends it to the client. Like `anyhow::Error`, this type is not a `std::error::Error` itself.
///
/// ```
/// use centrifugo::{Disconnect, ErrorReply, Reject};
///
/// const BANNED: Disconnect = Disconnect::new(4502, "banned");
///
/// fn check(age: &str, banned: bool) -> Result<(), Reject> {
///     let age: u8 = age.parse()?; // a `ParseIntError`: internal
///     if banned { Err(BANNED)? }
///     if age < 18 { Err(ErrorReply::new(403, "adults only"))? }
///     Ok(())
/// }
///
/// assert!(check("x", false).unwrap_err().is_internal());
/// assert_eq!(check("20", true).unwrap_err().disconnect(), Some(&BANNED));
/// assert_eq!(check("17", false).unwrap_err().error().unwrap().code(), 403);
/// ```
pub struct Reject {
    variant: Variant,
    cause: Option<BoxError>,
}

/// Whether the log line has no values that the client doesn't receive; such a refusal is logged at a lower level. Within the
/// variants it doesn't enlarge a `Reject`.
type IsPlain = bool;

#[derive(Clone)]
enum Variant {
    Error(ErrorReply, IsPlain),
    Disconnect(Disconnect, IsPlain),
    Internal,
}

impl Reject {
    /// Creates an internal failure from its cause: an error or a string.
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::new(Variant::Internal).because(cause)
    }

    const fn new(variant: Variant) -> Self {
        Self { variant, cause: None }
    }

    /// Sets the cause of an error reply or a disconnect. It is logged; the client doesn't receive it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self.with_plain(false)
    }

    /// Returns the error reply, if this is one.
    pub fn error(&self) -> Option<&ErrorReply> {
        match &self.variant {
            Variant::Error(error, _) => Some(error),
            _ => None,
        }
    }

    /// Returns the disconnect, if this is one.
    pub fn disconnect(&self) -> Option<&Disconnect> {
        match &self.variant {
            Variant::Disconnect(disconnect, _) => Some(disconnect),
            _ => None,
        }
    }

    /// Whether this is an internal failure, of which the client receives only "internal server error".
    pub fn is_internal(&self) -> bool {
        matches!(self.variant, Variant::Internal)
    }

    /// Returns the cause, which is logged and not sent.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// Whether the log line has values that the client doesn't receive.
    pub(crate) fn has_details(&self) -> bool {
        let is_plain = matches!(self.variant, Variant::Error(_, true) | Variant::Disconnect(_, true));
        self.cause.is_some() && !is_plain
    }

    /// An internal failure without a cause yet.
    pub(crate) const fn failure() -> Self {
        Self::new(Variant::Internal)
    }

    /// Marks that the cause has no values.
    pub(crate) fn plain(self) -> Self {
        self.with_plain(true)
    }

    fn with_plain(mut self, is_plain: IsPlain) -> Self {
        if let Variant::Error(_, plain) | Variant::Disconnect(_, plain) = &mut self.variant {
            *plain = is_plain;
        }
        self
    }

    /// The same refusal without its cause.
    pub(crate) fn uncaused(&self) -> Self {
        Self::new(self.variant.clone())
    }

    /// Sets the cause, unless one is set.
    pub(crate) fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause.get_or_insert_with(|| cause.into());
        self
    }
}

impl From<ErrorReply> for Reject {
    fn from(error: ErrorReply) -> Self {
        Self::new(Variant::Error(error, false))
    }
}

impl From<Disconnect> for Reject {
    fn from(disconnect: Disconnect) -> Self {
        Self::new(Variant::Disconnect(disconnect, false))
    }
}

// A type that implements `Error` can't have a `From` of its own beside this one, so it derives `Reject`.
impl<E: DeriveReject> From<E> for Reject {
    fn from(error: E) -> Self {
        error.rejected()
    }
}

/// Writes one line: texts from outside are escaped and truncated.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.variant {
            Variant::Error(error, _) => write!(f, "{}", Logged(error))?,
            Variant::Disconnect(disconnect, _) => write!(f, "{}", Logged(disconnect))?,
            Variant::Internal => f.write_str("internal failure")?,
        }
        match &self.cause {
            Some(cause) => write!(f, ": {}", Logged(Chain(cause.as_ref()))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reject({self})")
    }
}
