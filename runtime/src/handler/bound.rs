//! A handler whose placeholders have their values, ready to be called, and the futures of handlers.

use std::pin::Pin;

use crate::event::Event;
use crate::handler::call::Call;
use crate::names::values::Values;
use crate::reject::Reject;

/// A boxed future.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Pins the boxed future of a handler. For the future's own type there is nothing but the box to compile.
pub fn pinned<T>(future: Box<dyn Future<Output = T> + Send>) -> BoxFuture<T> {
    Box::into_pin(future)
}

/// Returns a handler's future under a type that hides its content, so a future that isn't `Send` is reported here alone.
#[inline(always)]
pub fn send<F: Future + Send>(future: F) -> impl Future<Output = F::Output> + Send {
    future
}

/// The future of a handler's reply.
pub type ReplyFuture<E> = BoxFuture<Result<<E as Event>::Reply, Reject>>;

/// The function that reads the placeholders' values. `None`: a value doesn't parse, or its type writes it in another
/// spelling, so the handler doesn't match.
pub(crate) type BindFn<E> = fn(&mut Values<'_, '_>) -> Option<Bound<E>>;

/// A handler with the values of its placeholders.
pub enum Bound<E: Event> {
    /// A handler without placeholders.
    Function(fn(Call<E>) -> ReplyFuture<E>),
    /// A handler with its values.
    Closure(Box<dyn FnOnce(Call<E>) -> ReplyFuture<E> + Send>),
}

impl<E: Event> Bound<E> {
    pub(crate) fn call(self, call: Call<E>) -> ReplyFuture<E> {
        match self {
            Self::Function(run) => run(call),
            Self::Closure(run) => run(call),
        }
    }
}
