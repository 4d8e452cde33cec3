//! Extraction that waits for nothing, and what becomes of it in a handler's future.
//!
//! Each place where a future may rest is compiled for itself: the way on from there, and the way to drop all there is by then. Most extractors never
//! wait. So an expansion asks for an [`Extraction`] first, and awaits only what is left of it. For [`Now`] that is a [`Never`], a type
//! without values: nothing comes after a call that returns one, and the compiler leaves the rest out of the handler's future.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::handler::call::Call;
use crate::reject::Reject;

/// What is taken from a call at once, when it is asked for or awaited.
pub struct Now<'c, E, T> {
    call: &'c Call<E>,
    take: fn(&'c Call<E>) -> Result<T, Reject>,
}

/// Takes it when it is asked for.
#[inline(always)]
pub(crate) fn now<'c, E, T>(call: &'c Call<E>, take: fn(&'c Call<E>) -> Result<T, Reject>) -> Now<'c, E, T> {
    Now { call, take }
}

impl<E, T> Future for Now<'_, E, T> {
    type Output = Result<T, Reject>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { call, take } = self.get_mut();
        Poll::Ready(take(call))
    }
}

/// What an extractor has returned: [`Now`], by the inherent method, or any other future, by [`Begin`].
pub struct Extraction<F>(pub F);

impl<E, T> Extraction<Now<'_, E, T>> {
    /// What it takes.
    #[inline(always)]
    pub fn __begin(self) -> Result<Result<T, Reject>, Never<Result<T, Reject>>> {
        let Now { call, take } = self.0;
        Ok(take(call))
    }
}

/// An extraction that may have to wait.
pub trait Begin {
    /// What is awaited.
    type Future: Future;

    /// What it takes; or the future of that.
    fn __begin(self) -> Result<<Self::Future as Future>::Output, Self::Future>;
}

impl<F: Future> Begin for Extraction<F> {
    type Future = F;

    #[inline(always)]
    fn __begin(self) -> Result<F::Output, F> {
        Err(self.0)
    }
}

/// A future that there can't be.
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

    /// How large the future is that a function returns.
    fn size<F>(_: fn(&'static Call<Rpc>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn what_waits_for_nothing_takes_no_place_in_a_future() {
        let call = size(|call| async move { call.metadata().len() });
        let asked = size(|call| async move {
            match Extraction(UserId::extract(call)).__begin() {
                Ok(user) => user.is_ok(),
                #[allow(unreachable_code, reason = "that is what it is about")]
                Err(rest) => rest.await.is_ok(),
            }
        });
        let awaited = size(|call| async move { UserId::extract(call).await.is_ok() });
        assert!(asked == call && awaited > call, "{asked} and {awaited} bytes, and a call alone {call}");
    }
}
