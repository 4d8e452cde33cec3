//! Extraction that waits for nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::call::Call;
use crate::reject::Reject;

/// What is taken from a call at once, when it is awaited.
///
/// A handler's own future has each of its extractors' in it, and an `async fn` is a future that is dropped, and that may panic, at each place
/// where the handler's may rest: this one isn't, and is compiled once for all of a type's handlers.
pub(crate) struct Now<'c, E, T> {
    call: &'c Call<E>,
    take: fn(&'c Call<E>) -> Result<T, Reject>,
}

/// Takes it when it is awaited.
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
