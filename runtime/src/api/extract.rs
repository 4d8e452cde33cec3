//! The extractor of the publisher.

#![allow(refining_impl_trait, reason = "expansions look at what `extract` returns: see `extract::immediate`")]

use crate::event::Event;
use crate::extract::{Extract, Immediate, immediate};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

use super::publisher::Publisher;

/// The publisher of [`App::publisher`](crate::App::publisher). An app without one, whose handlers take it, doesn't start,
/// unless it runs its [own engine](crate::operations#engine).
impl<'c, E: Event> Extract<'c, E> for Publisher {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| match call.state::<Self>() {
            Some(publisher) => Ok(publisher.clone()),
            None => Err(Reject::internal("the app has no publisher")),
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| Ok(call.state::<Self>().cloned()))
    }

    fn needs(needs: &mut Needs) {
        needs.state::<Self>();
    }
}
