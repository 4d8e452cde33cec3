//! The rest of a call, as an interceptor runs it.

use std::fmt;
use std::sync::Arc;

use crate::event::Event;
use crate::handler::bound::{Bound, ReplyFuture};
use crate::handler::call::Call;
use crate::reject::Reject;

/// The function of an interceptor, for one event.
pub type InterceptFn<E> = fn(Call<E>, Next<E>) -> ReplyFuture<E>;

/// The rest of a call: the interceptors after this one, then the extractors and the handler.
pub struct Next<E: Event> {
    interceptors: Arc<[InterceptFn<E>]>,
    at: usize,
    bound: Bound<E>,
}

impl<E: Event> Next<E> {
    pub(crate) fn new(interceptors: Arc<[InterceptFn<E>]>, bound: Bound<E>) -> Self {
        Self { interceptors, at: 0, bound }
    }

    /// Continues the call, unchanged or changed.
    ///
    /// The handler is already matched: an interceptor that changes the event's channel or method changes neither the handler
    /// nor the placeholders' values.
    ///
    /// # Errors
    ///
    /// The refusal of the handler, of an extractor, or of an interceptor after this one.
    pub fn run(self, call: Call<E>) -> impl Future<Output = Result<E::Reply, Reject>> + Send {
        self.reply(call)
    }

    pub(crate) fn reply(mut self, call: Call<E>) -> ReplyFuture<E> {
        match self.interceptors.get(self.at) {
            Some(intercept) => {
                self.at += 1;
                intercept(call, self)
            }
            None => self.bound.call(call),
        }
    }
}

impl<E: Event> fmt::Debug for Next<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("interceptors", &(self.interceptors.len() - self.at)).finish_non_exhaustive()
    }
}

/// A value that an interceptor may return: the `Result` of an event's reply.
#[diagnostic::on_unimplemented(
    message = "an interceptor can't return `{Self}`",
    label = "no `Result` of the event's reply and a refusal",
    note = "write `Result<E::Reply, Reject>`, or a `Result` with an error that `Reject` is made from"
)]
pub trait InterceptorResult<E: Event> {
    /// Converts the error to a refusal.
    fn into_result(self) -> Result<E::Reply, Reject>;
}

#[diagnostic::do_not_recommend]
impl<E: Event, R: Into<Reject>> InterceptorResult<E> for Result<E::Reply, R> {
    fn into_result(self) -> Result<E::Reply, Reject> {
        self.map_err(Into::into)
    }
}

/// Converts the value that an interceptor has returned.
#[inline(always)]
pub fn interceptor_result<E: Event, R: InterceptorResult<E>>(returned: R) -> Result<E::Reply, Reject> {
    returned.into_result()
}
