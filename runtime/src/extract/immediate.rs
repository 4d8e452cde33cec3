//! Extractions that never wait, which add no await point to a handler's future.
//!
//! Each await point of a future costs code: to continue from there, and to drop everything that is alive there. Most
//! extractors never wait. So an expansion begins an [`Extraction`], and awaits only the future that remains. For
//! [`Immediate`] that is [`Never`], an uninhabited type, so the compiler removes the await point from the handler's future.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::handler::call::Call;
use crate::reject::Reject;

/// An extraction that never waits: it takes the value when it is begun or awaited.
pub struct Immediate<'c, E, T> {
    call: &'c Call<E>,
    take: fn(&'c Call<E>) -> Result<T, Reject>,
}

/// Creates an extraction that never waits, from the function that takes the value.
#[inline(always)]
pub(crate) fn immediate<'c, E, T>(call: &'c Call<E>, take: fn(&'c Call<E>) -> Result<T, Reject>) -> Immediate<'c, E, T> {
    Immediate { call, take }
}

impl<E, T> Future for Immediate<'_, E, T> {
    type Output = Result<T, Reject>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { call, take } = self.get_mut();
        Poll::Ready(take(call))
    }
}

/// The future that an extractor has returned: [`Immediate`], by the inherent method, or any other future, by [`MayWait`].
pub struct Extraction<F>(pub F);

impl<E, T> Extraction<Immediate<'_, E, T>> {
    /// Takes the value.
    #[inline(always)]
    pub fn __begin(self) -> Result<Result<T, Reject>, Never<Result<T, Reject>>> {
        let Immediate { call, take } = self.0;
        Ok(take(call))
    }
}

/// An extraction that may have to wait.
pub trait MayWait {
    /// The future that is awaited.
    type Future: Future;

    /// Takes the value; `Err`: the future of the value.
    fn __begin(self) -> Result<<Self::Future as Future>::Output, Self::Future>;
}

impl<F: Future> MayWait for Extraction<F> {
    type Future = F;

    #[inline(always)]
    fn __begin(self) -> Result<F::Output, F> {
        Err(self.0)
    }
}

/// An uninhabited future.
pub struct Never<T>(pub Infallible, pub PhantomData<T>);

impl<T> Future for Never<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0 {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Rpc;
    use crate::extract::Extract;
    use crate::names::id::UserId;

    /// The size of the future that a function returns.
    fn size<F>(_: fn(&'static Call<Rpc>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn an_extraction_that_never_waits_takes_no_space_in_a_future() {
        let call = size(|call| async move { call.metadata().len() });
        let begun = size(|call| async move {
            match Extraction(UserId::extract(call)).__begin() {
                Ok(user) => user.is_ok(),
                #[allow(unreachable_code, reason = "`Err` is uninhabited here, which the test is about")]
                Err(rest) => rest.await.is_ok(),
            }
        });
        let awaited = size(|call| async move { UserId::extract(call).await.is_ok() });
        assert!(begun == call && awaited > call, "{begun} and {awaited} bytes, and a call alone {call}");
    }
}
