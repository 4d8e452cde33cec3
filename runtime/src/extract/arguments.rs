//! Several extractors together: the arguments of an [`extractor`](macro@crate::extractor).

use futures_util::{TryFutureExt, future};

use super::Extract;
use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

/// A list of extractors, which are extracted in order: `(first, (second, ()))`.
// Combinators, not `async`: within that, the compiler can't prove yet that the futures are `Send` (rust-lang/rust#100013).
pub trait Arguments<'c, E: Event>: Sized + Send {
    /// Extracts all of them, as [`Extract::extract`] does.
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send;
    /// Declares what all of them need, as [`Extract::needs`] does.
    fn needs(needs: &mut Needs);
}

impl<'c, E: Event> Arguments<'c, E> for () {
    fn extract(_: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send {
        future::ready(Ok(()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E, T, R> Arguments<'c, E> for (T, R)
where
    E: Event,
    T: Extract<'c, E> + Send,
    R: Arguments<'c, E>,
{
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send {
        T::extract(call).and_then(move |first| R::extract(call).map_ok(move |rest| (first, rest)))
    }

    fn needs(needs: &mut Needs) {
        T::needs(needs);
        R::needs(needs);
    }
}

/// Extracts a function's arguments and calls the function.
pub fn extract_from<'c, A, E, T, F>(
    call: &'c Call<E>,
    function: impl FnOnce(A) -> F + Send,
) -> impl Future<Output = Result<T, Reject>> + Send
where
    A: Arguments<'c, E>,
    E: Event,
    T: Send,
    F: Future<Output = Result<T, Reject>> + Send,
{
    A::extract(call).and_then(function)
}

/// The value that an extractor's function has returned: a `Result`, by the inherent method, or any other type, by
/// [`PlainValue`].
pub struct Value<T>(pub T);

impl<T, R: Into<Reject>> Value<Result<T, R>> {
    /// Converts the error to a refusal.
    pub fn take(self) -> Result<T, Reject> {
        self.0.map_err(R::into)
    }
}

/// A returned value that is not a `Result`.
pub trait PlainValue: Sized {
    /// The type of the value.
    type Value;
    /// Returns the value.
    fn take(self) -> Result<Self::Value, Reject>;
}

impl<T> PlainValue for Value<T> {
    type Value = T;

    fn take(self) -> Result<T, Reject> {
        Ok(self.0)
    }
}
