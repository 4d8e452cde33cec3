//! What an interceptor surrounds.

use std::fmt;
use std::sync::Arc;

use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::{Bound, ReplyFuture};
use crate::reject::Reject;

/// An interceptor for one event.
pub type InterceptFn<E> = fn(Call<E>, Next<E>) -> ReplyFuture<E>;

/// What an interceptor stands around: the interceptors after it, then the extractors and the handler.
pub struct Next<E: Event> {
    arounds: Arc<[InterceptFn<E>]>,
    at: usize,
    bound: Bound<E>,
}

impl<E: Event> Next<E> {
    pub(crate) fn new(arounds: Arc<[InterceptFn<E>]>, bound: Bound<E>) -> Self {
        Self { arounds, at: 0, bound }
    }

    /// Goes on with the call, as it is or changed.
    ///
    /// The handler has been chosen already: another channel or method in the event doesn't change that, nor the placeholders' values.
    ///
    /// # Errors
    ///
    /// What the handler, an extractor or an interceptor after this one refused the call with.
    pub fn run(self, call: Call<E>) -> impl Future<Output = Result<E::Reply, Reject>> + Send {
        self.reply(call)
    }

    pub(crate) fn reply(mut self, call: Call<E>) -> ReplyFuture<E> {
        match self.arounds.get(self.at) {
            Some(around) => {
                self.at += 1;
                around(call, self)
            }
            None => self.bound.call(call),
        }
    }
}

impl<E: Event> fmt::Debug for Next<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("interceptors", &(self.arounds.len() - self.at)).finish_non_exhaustive()
    }
}

/// What an interceptor may return.
#[diagnostic::on_unimplemented(
    message = "an interceptor can't return `{Self}`",
    label = "no `Result` of the event's reply and a refusal",
    note = "write `Result<E::Reply, Reject>`, or a `Result` with an error that `Reject` is made from"
)]
pub trait InterceptorResult<E: Event> {
    /// The reply, or the refusal.
    fn pass(self) -> Result<E::Reply, Reject>;
}

#[diagnostic::do_not_recommend]
impl<E: Event, R: Into<Reject>> InterceptorResult<E> for Result<E::Reply, R> {
    fn pass(self) -> Result<E::Reply, Reject> {
        self.map_err(Into::into)
    }
}

/// What an interceptor has returned.
#[inline(always)]
pub fn interceptor_result<E: Event, R: InterceptorResult<E>>(returned: R) -> Result<E::Reply, Reject> {
    returned.pass()
}
