//! The value that a handler's function has returned, as a `Result` with a refusal.
//!
//! A `Result` has the inherent method of [`Returned`], which converts its error. Any other value gets [`NotResult`].

use crate::event::Event;
use crate::event::into_reject::IntoReject;
use crate::event::typed::Publishes;
use crate::reject::Reject;

/// A returned value.
pub struct Returned<T>(pub T);

impl<T, R> Returned<Result<T, R>> {
    /// Converts the error to a refusal.
    #[inline(always)]
    pub fn __split<E: Event>(self) -> Result<T, Reject>
    where
        R: IntoReject<E>,
    {
        self.0.map_err(R::into_reject)
    }
}

/// A returned value that is not a `Result`.
pub trait NotResult: Sized {
    /// The type of the value.
    type Value;
    /// Returns the value.
    fn __split<E: Event>(self) -> Result<Self::Value, Reject>;
}

impl<T> NotResult for Returned<T> {
    type Value = T;

    #[inline(always)]
    fn __split<E: Event>(self) -> Result<T, Reject> {
        Ok(self.0)
    }
}

/// Converts what a handler of the typed channel `C` has returned to the event's reply.
#[inline(never)]
pub fn reply_of<C, E: Event, T: Publishes<C, E>>(returned: Result<T, Reject>) -> Result<E::Reply, Reject> {
    match returned {
        Ok(value) => value.into_reply(),
        Err(reject) => Err(reject),
    }
}
