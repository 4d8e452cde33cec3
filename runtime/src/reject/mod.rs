//! What a handler answers instead of a reply.

pub(crate) mod code;
#[allow(missing_docs, missing_debug_implementations, reason = "only expansions use it, but for `DeriveReject`")]
pub(crate) mod derived;
pub(crate) mod guard;
pub(crate) mod logged;

use std::error::Error as StdError;
use std::fmt;

use crate::reject::code::{Disconnect, ErrorReply};
use crate::reject::derived::DeriveReject;
use crate::reject::logged::Logged;

/// What an error or a text becomes as a cause.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A refusal: an error reply, a disconnect, or an internal failure.
///
/// `?` turns every standard error into an internal failure: it is logged with the handler's name, and the client receives
/// only Centrifugo's own "internal server error" (100, temporary: SDKs try again). An error whose type
/// [derives `Reject`](macro@crate::Reject) becomes what the derive declares for it instead. `?` on an [`ErrorReply`] or a
/// [`Disconnect`] sends that to the client. Like `anyhow::Error`, this is not itself a `std::error::Error`.
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

/// Whether the cause has no values that the answer lacks, so that a refusal is no news for the log. It is beside the answer
/// because it makes a `Reject` no larger there.
type IsPlain = bool;

#[derive(Clone)]
enum Answer {
    Error(ErrorReply, IsPlain),
    Disconnect(Disconnect, IsPlain),
    Internal,
}

impl Reject {
    /// An internal failure, from anything that explains it: an error, or a text.
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::answering(Answer::Internal).because(cause)
    }

    const fn answering(answer: Answer) -> Self {
        Self { answer, cause: None }
    }

    /// Keeps the cause of an error reply or a disconnect for the log; the client doesn't see it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self.with_plain(false)
    }

    /// The error reply, if this is one.
    pub fn error(&self) -> Option<&ErrorReply> {
        match &self.answer {
            Answer::Error(error, _) => Some(error),
            _ => None,
        }
    }

    /// The disconnect, if this is one.
    pub fn disconnect(&self) -> Option<&Disconnect> {
        match &self.answer {
            Answer::Disconnect(disconnect, _) => Some(disconnect),
            _ => None,
        }
    }

    /// Whether the client sees nothing of this but "internal server error".
    pub fn is_internal(&self) -> bool {
        matches!(self.answer, Answer::Internal)
    }

    /// What the log has besides the answer.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// Whether the log line has values that the client doesn't receive.
    pub(crate) fn has_details(&self) -> bool {
        let is_plain = matches!(self.answer, Answer::Error(_, true) | Answer::Disconnect(_, true));
        self.cause.is_some() && !is_plain
    }

    /// An internal failure whose cause follows.
    pub(crate) const fn failure() -> Self {
        Self::answering(Answer::Internal)
    }

    /// The same, of an error without values.
    pub(crate) fn plain(self) -> Self {
        self.with_plain(true)
    }

    fn with_plain(mut self, is_plain: IsPlain) -> Self {
        if let Answer::Error(_, plain) | Answer::Disconnect(_, plain) = &mut self.answer {
            *plain = is_plain;
        }
        self
    }

    /// The same answer without the cause.
    pub(crate) fn uncaused(&self) -> Self {
        Self::answering(self.answer.clone())
    }

    /// Sets the cause, unless there is one.
    pub(crate) fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause.get_or_insert_with(|| cause.into());
        self
    }

    /// The failure, where Centrifugo reads neither error replies nor disconnects.
    fn unread(self) -> Internal {
        match self.answer {
            Answer::Internal => Internal(self.cause.unwrap_or_else(|| "internal failure".into())),
            _ => Internal::new(Unread(self)),
        }
    }
}

/// A refusal that is an internal failure, because Centrifugo would not read it.
#[derive(Debug)]
struct Unread(Reject);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = self.0.uncaused();
        write!(f, "{answer}: not sent, as Centrifugo reads no refusal of refresh, sub_refresh and cache_empty")
    }
}

impl StdError for Unread {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause().map(|cause| cause as _)
    }
}

impl From<ErrorReply> for Reject {
    fn from(error: ErrorReply) -> Self {
        Self::answering(Answer::Error(error, false))
    }
}

impl From<Disconnect> for Reject {
    fn from(disconnect: Disconnect) -> Self {
        Self::answering(Answer::Disconnect(disconnect, false))
    }
}

impl From<Internal> for Reject {
    fn from(Internal(cause): Internal) -> Self {
        Self::failure().because(cause)
    }
}

// A type that implements `Error` can't have a `From` of its own beside this one: it derives `Reject` instead.
impl<E: DeriveReject> From<E> for Reject {
    fn from(error: E) -> Self {
        error.rejected()
    }
}

/// One line, whatever is in it: texts from outside are escaped and cut.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Answer::Error(error, _) => write!(f, "{}", Logged(error))?,
            Answer::Disconnect(disconnect, _) => write!(f, "{}", Logged(disconnect))?,
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

/// A type that derives [`Reject`](macro@crate::Reject) keeps its internal failures. A refusal is one here, and its log line
/// says that it isn't sent.
impl<E: DeriveReject> From<E> for Internal {
    fn from(error: E) -> Self {
        error.rejected().unread()
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

/// An error followed by what caused it, in one line.
pub(crate) struct Chain<'e>(pub(crate) &'e (dyn StdError + 'static));

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
