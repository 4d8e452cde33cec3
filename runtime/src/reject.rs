//! What a handler answers instead of a reply.

use std::error::Error as StdError;
use std::fmt;

use crate::code::{Disconnect, ErrorReply};
use crate::event::{CacheEmpty, Event, Refresh, Refusing, SubRefresh};
use crate::logged::Logged;

type BoxError = Box<dyn StdError + Send + Sync>;

/// A refusal: an error reply, a disconnect, or an internal failure.
///
/// `?` turns every standard error into an internal failure: it is logged with the handler's name, and the client sees
/// no more of it than Centrifugo's own "internal server error" (100, temporary: SDKs try again). `?` on an [`ErrorReply`]
/// or a [`Disconnect`] tells the client. Like `anyhow::Error`, this is not itself a `std::error::Error`.
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
    answer: Answer,
    cause: Option<BoxError>,
}

enum Answer {
    Error(ErrorReply),
    Disconnect(Disconnect),
    Internal,
}

impl Reject {
    /// An internal failure, from anything that explains it: an error, or a text.
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self { answer: Answer::Internal, cause: Some(cause.into()) }
    }

    /// Keeps the cause of an error reply or a disconnect for the log; the client doesn't see it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The error reply, if this is one.
    pub fn error(&self) -> Option<&ErrorReply> {
        match &self.answer {
            Answer::Error(error) => Some(error),
            _ => None,
        }
    }

    /// The disconnect, if this is one.
    pub fn disconnect(&self) -> Option<&Disconnect> {
        match &self.answer {
            Answer::Disconnect(disconnect) => Some(disconnect),
            _ => None,
        }
    }

    /// Whether the client sees nothing of this but "internal server error".
    pub fn is_internal(&self) -> bool {
        matches!(self.answer, Answer::Internal)
    }

    /// What the log is told beside the answer.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }
}

impl From<ErrorReply> for Reject {
    fn from(error: ErrorReply) -> Self {
        Self { answer: Answer::Error(error), cause: None }
    }
}

impl From<Disconnect> for Reject {
    fn from(disconnect: Disconnect) -> Self {
        Self { answer: Answer::Disconnect(disconnect), cause: None }
    }
}

impl From<Internal> for Reject {
    fn from(Internal(cause): Internal) -> Self {
        Self { answer: Answer::Internal, cause: Some(cause) }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Reject {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

/// One line, whatever is in it: texts from outside are escaped and cut.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Error(error) => write!(f, "{}", Logged(error))?,
            Answer::Disconnect(disconnect) => write!(f, "{}", Logged(disconnect))?,
            Answer::Internal => f.write_str("internal failure")?,
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

/// An internal failure: the only error of `refresh`, `sub_refresh` and `cache_empty` handlers.
///
/// Centrifugo ignores error replies and disconnects there: they would end the connection as "expired", and the SDK would
/// connect again at once. To end it, answer [`Refreshed::expired()`](crate::Refreshed::expired). After a failure
/// Centrifugo keeps the connection and asks again 60 seconds later.
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
    /// An internal failure, from anything that explains it: an error, or a text.
    pub fn new(cause: impl Into<BoxError>) -> Self {
        Self(cause.into())
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Internal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// One line, whatever is in it: texts from outside are escaped and cut.
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

/// What stands on the error side of a handler's `Result`.
///
/// For most events: everything that turns into a [`Reject`], so every standard error,
/// [`ErrorReply`], [`Disconnect`], and enums that derive [`Reject`](macro@crate::Reject). For refresh, sub_refresh and
/// cache_empty: every standard error and [`Internal`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the error of a `{E}` handler",
    label = "no error that Centrifugo would pass on",
    note = "most events take `Reject`, an enum with `#[derive(centrifugo::Reject)]`, `ErrorReply`, `Disconnect`, or any `std::error::Error`",
    note = "refresh, sub_refresh and cache_empty take `Internal` or any `std::error::Error`: Centrifugo reads no error replies and disconnects there; answer `expired()` or `false` instead"
)]
pub trait IntoReject<E: Event> {
    /// The refusal that is logged, and answered.
    fn into_reject(self) -> Reject;
}

impl<E: Refusing, R: Into<Reject>> IntoReject<E> for R {
    fn into_reject(self) -> Reject {
        self.into()
    }
}

impl<R: Into<Internal>> IntoReject<Refresh> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}

impl<R: Into<Internal>> IntoReject<CacheEmpty> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}

impl<R: Into<Internal>> IntoReject<SubRefresh> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}

/// An error followed by what caused it, in one line.
struct Chain<'e>(&'e (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
