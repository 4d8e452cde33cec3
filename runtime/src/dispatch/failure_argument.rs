//! The argument of an error handler's function: [`Failure`], by the inherent method of [`FailureArgument`]. Any other type
//! gets [`OtherArgument`], which reports it and nothing else that is wrong with the function.

use std::marker::PhantomData;

use crate::dispatch::failure::Failure;
use crate::handler::BoxFuture;

/// The type of the argument.
pub struct FailureArgument<T>(PhantomData<fn() -> T>);

impl<T> FailureArgument<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl FailureArgument<Failure> {
    /// Calls the function.
    pub fn __reported<F>(self, failure: Failure, handler: fn(Failure) -> F) -> BoxFuture<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Box::pin(handler(failure))
    }
}

/// Another type.
pub trait OtherArgument: Sized {
    /// The type.
    type Argument;

    /// Reports the type.
    fn __reported<H>(self, _: Failure, _: H) -> BoxFuture<()>
    where
        Self::Argument: IsFailure,
    {
        Box::pin(async {})
    }
}

impl<T> OtherArgument for FailureArgument<T> {
    type Argument = T;
}

/// A trait that [`Failure`] alone implements.
#[diagnostic::on_unimplemented(
    message = "an error handler can't take `{Self}`",
    label = "write `Failure`",
    note = "write `async fn report(failure: Failure)`: it has the error, the event and the app's states"
)]
pub trait IsFailure {}

impl IsFailure for Failure {}
