//! Values of the app: its states, and values that interceptors and tower layers have inserted.

use std::any::type_name;

use super::{Extract, Immediate, immediate};
use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

/// A clone of a state of the app, which [`App::state`](crate::App::state) has set.
///
/// An app doesn't start if one of its handlers takes a state that isn't set. Put a state that is expensive to clone into an
/// `Arc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<T>(pub T);

impl<'c, E: Event, T: Clone + Send + Sync + 'static> Extract<'c, E> for State<T> {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| match call.state::<T>() {
            Some(state) => Ok(Self(state.clone())),
            None => Err(no_state(type_name::<T>())),
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| Ok(call.state::<T>().cloned().map(Self)))
    }

    fn needs(needs: &mut Needs) {
        needs.state::<T>();
    }
}

/// A clone of a value that an [`interceptor`](macro@crate::interceptor) or a tower layer has inserted into the call's
/// extensions.
///
/// A missing value is an internal failure; `Option<Extension<T>>` is `None` then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<T>(pub T);

impl<'c, E: Event, T: Clone + Send + Sync + 'static> Extract<'c, E> for Extension<T> {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| match call.extensions().get::<T>() {
            Some(extension) => Ok(Self(extension.clone())),
            None => Err(no_extension(type_name::<T>())),
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| Ok(call.extensions().get::<T>().cloned().map(Self)))
    }
}

// Not in their callers, which are compiled for each handler.

fn no_state(name: &str) -> Reject {
    Reject::internal(format!("the app has no state `{name}`"))
}

fn no_extension(name: &str) -> Reject {
    Reject::internal(format!("no interceptor and no layer has inserted a `{name}` into the extensions"))
}
