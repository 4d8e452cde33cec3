//! What expanded interceptors check: that each of their events has their extractors.

use std::future::{Pending, pending};
use std::marker::PhantomData;

use crate::event::Event;
use crate::event::into_reply::NoType;
use crate::extract::Extract;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

/// An extractor in one of an interceptor's events: itself, by the inherent items, or [`NotExtracted`].
pub struct ExtractIn<'c, T, E>(PhantomData<fn(&'c E) -> T>);

impl<'c, T: Extract<'c, E>, E: Event> ExtractIn<'c, T, E> {
    /// What it needs.
    pub const NEEDS: fn(&mut Needs) = T::needs;

    /// Its value.
    pub fn extract(call: &'c Call<E>) -> impl Future<Output = Result<T, Reject>> + Send {
        T::extract(call)
    }
}

/// A type that is no extractor of the event: [`assert_extracted_in_each`] tells that, once for all events.
pub trait NotExtracted {
    /// What it isn't extracted as.
    type Value;
    /// Nothing.
    const NEEDS: fn(&mut Needs) = |_| {};

    /// Never comes.
    fn extract<E>(_: &Call<E>) -> Pending<Result<Self::Value, Reject>> {
        pending()
    }
}

impl<T, E> NotExtracted for ExtractIn<'_, T, E> {
    type Value = T;
}

/// An extractor of all of these events, `(Rpc, (Publish, ()))`.
///
/// There is a second implementation for nothing: where there is one, the compiler reports its bound that fails, and where there
/// are two, this trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be extracted from each event of this interceptor",
    label = "not in each of them",
    note = "name the events that have it in the attribute, such as `interceptor(rpc, publish)`",
    note = "the table at `centrifugo::Extract` lists them"
)]
pub trait ExtractedInEach<Events, By> {}

impl<T: ExtractedInAll<Events>, Events> ExtractedInEach<Events, ((),)> for T {}
impl<T: NoType, Events> ExtractedInEach<Events, ()> for T {}

/// An extractor of each of these events.
pub trait ExtractedInAll<Events> {}

impl<T> ExtractedInAll<()> for T {}
impl<T: Extract<'static, E> + ExtractedInAll<Others>, E: Event, Others> ExtractedInAll<(E, Others)> for T {}

/// Compiles if the type is an extractor of each of these events.
pub fn assert_extracted_in_each<T: ExtractedInEach<Events, By>, Events, By>() {}
