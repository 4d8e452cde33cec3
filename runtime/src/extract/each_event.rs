//! The extractors of interceptors: a check that they can be extracted from each event.

use std::future::{Pending, pending};
use std::marker::PhantomData;

use crate::event::into_reply::NoType;
use crate::event::{self, Event, for_each_event};
use crate::extract::Extract;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

/// An extractor of an interceptor, for one of its events: by the inherent items, or by [`NotExtracted`] if it can't be
/// extracted.
pub struct ExtractIn<'c, T, E>(PhantomData<fn(&'c E) -> T>);

impl<'c, T: Extract<'c, E>, E: Event> ExtractIn<'c, T, E> {
    /// Declares what it needs.
    pub const NEEDS: fn(&mut Needs) = T::needs;

    /// Extracts the value.
    pub fn extract(call: &'c Call<E>) -> impl Future<Output = Result<T, Reject>> + Send {
        T::extract(call)
    }
}

/// A type that can't be extracted from the event. [`assert_extracted_in_each`] reports that, once for all events.
pub trait NotExtracted {
    /// The type of the value.
    type Value;
    /// Declares nothing.
    const NEEDS: fn(&mut Needs) = |_| {};

    /// Never completes.
    fn extract<E>(_: &Call<E>) -> Pending<Result<Self::Value, Reject>> {
        pending()
    }
}

impl<T, E> NotExtracted for ExtractIn<'_, T, E> {
    type Value = T;
}

/// An extractor of each of these events, such as `(Rpc, (Publish, ()))`.
///
/// The trait has a second implementation, for no type: with one implementation the compiler would report that its bound
/// fails, with two it reports the trait itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be extracted from each event of this interceptor",
    label = "not in each of them",
    note = "name the events that have it in the attribute, such as `interceptor(rpc, publish)`",
    note = "the table at `centrifugo::Extract` lists them"
)]
pub trait ExtractedInEach<Events, By> {}

impl<T: ExtractedInAll<Events>, Events> ExtractedInEach<Events, ((),)> for T {}
impl<T: NoType, Events> ExtractedInEach<Events, ()> for T {}

/// An extractor of each event in a list.
pub trait ExtractedInAll<Events> {}

impl<T> ExtractedInAll<()> for T {}
impl<T: Extract<'static, E> + ExtractedInAll<Others>, E: Event, Others> ExtractedInAll<(E, Others)> for T {}

/// The list of all events, under a name that the compiler's errors can show.
pub struct EveryEvent;

macro_rules! every_event {
    ($($(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident $types:tt;)*) => {
        impl<T> ExtractedInAll<EveryEvent> for T where T: $(Extract<'static, event::$event> +)* {}
    };
}

for_each_event!(every_event);

/// Asserts at compile time that the type can be extracted from each of these events.
pub fn assert_extracted_in_each<T: ExtractedInEach<Events, By>, Events, By>() {}
