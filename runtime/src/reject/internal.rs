//! Internal failures: the only errors of refresh, sub_refresh and cache_empty handlers.

use std::error::Error as StdError;
use std::fmt;

use crate::reject::chain::{BoxError, Chain};
use crate::reject::derived::DeriveReject;
use crate::reject::logged::Logged;
use crate::reject::{Reject, Variant};

/// An internal failure: the only error of `refresh`, `sub_refresh` and `cache_empty` handlers.
///
/// Centrifugo reads no error replies and disconnects there: it would end the connection as "expired", and the SDK would
/// connect again at once. To end a connection, return [`Refreshed::expired()`](crate::Refreshed::expired). After an internal
/// failure Centrifugo keeps the connection, and calls again 60 seconds later.
///
/// ```
/// use centrifugo::{Internal, Refreshed};
///
/// fn until(text: &str) -> Result<Refreshed, Internal> {
///     Ok(Refreshed::for_secs(text.parse()?))
/// }
/// assert!(until("soon").is_err());
/// ```
pub struct Internal(BoxError);

impl Internal {
    /// Creates an internal failure from its cause: an error or a string.
    pub fn new(cause: impl Into<BoxError>) -> Self {
        Self(cause.into())
    }
}

/// Converts a standard error, or a type that derives [`Reject`](macro@crate::Reject). A refusal that the derive declares
/// becomes an internal failure too, and its log line adds that it is not sent.
impl<E: DeriveReject> From<E> for Internal {
    fn from(error: E) -> Self {
        error.rejected().into_internal()
    }
}

/// Writes one line: texts from outside are escaped and truncated.
impl fmt::Display for Internal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Logged(Chain(self.0.as_ref())).fmt(f)
    }
}

impl fmt::Debug for Internal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Internal({self})")
    }
}

impl From<Internal> for Reject {
    fn from(Internal(cause): Internal) -> Self {
        Self::failure().because(cause)
    }
}

impl Reject {
    /// Converts to an internal failure, where Centrifugo reads neither error replies nor disconnects.
    fn into_internal(self) -> Internal {
        match self.variant {
            Variant::Internal => Internal(self.cause.unwrap_or_else(|| "internal failure".into())),
            _ => Internal::new(NotSent(self)),
        }
    }
}

/// A refusal that is not sent, because Centrifugo would not read it: the cause of an internal failure.
#[derive(Debug)]
struct NotSent(Reject);

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = self.0.uncaused();
        write!(f, "{refusal}: not sent, as Centrifugo reads no refusal of refresh, sub_refresh and cache_empty")
    }
}

impl StdError for NotSent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause().map(|cause| cause as _)
    }
}
