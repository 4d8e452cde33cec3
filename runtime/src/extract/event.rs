//! The event itself, and the names in it: user, connection, channel, keys.

use super::{Extract, Immediate, immediate};
use crate::event::{Client, Event, HasChannel, HasClient, HasKey, HasUser, PollItem, SharedPoll};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::names::id::{Channel, ClientId, Key, UserId};

impl<'c, E: Event> Extract<'c, E> for &'c E {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event()))
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.meta();
    }
}

impl<'c, E: Event> Extract<'c, E> for E {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().clone()))
    }

    fn needs(needs: &mut Needs) {
        <&E as Extract<'c, E>>::needs(needs);
    }
}

impl<'c, E: HasUser> Extract<'c, E> for UserId {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().user().clone()))
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| {
            let user = call.event().user();
            Ok((!user.is_anonymous()).then(|| user.clone()))
        })
    }
}

impl<'c, E: HasUser> Extract<'c, E> for &'c UserId {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().user()))
    }
}

impl<'c, E: HasClient> Extract<'c, E> for ClientId {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().client().id.clone()))
    }
}

impl<'c, E: HasClient> Extract<'c, E> for &'c Client {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().client()))
    }
}

impl<'c, E: HasChannel> Extract<'c, E> for Channel {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().channel().clone()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasChannel> Extract<'c, E> for &'c Channel {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().channel()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasKey> Extract<'c, E> for Key {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().key().clone()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasKey> Extract<'c, E> for &'c Key {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(call.event().key()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c> Extract<'c, SharedPoll> for &'c [PollItem] {
    fn extract(call: &'c Call<SharedPoll>) -> Immediate<'c, SharedPoll, Self> {
        immediate(call, |call| Ok(call.event().items.as_slice()))
    }

    fn needs(_: &mut Needs) {}
}

impl<'c> Extract<'c, SharedPoll> for Vec<PollItem> {
    fn extract(call: &'c Call<SharedPoll>) -> Immediate<'c, SharedPoll, Self> {
        immediate(call, |call| Ok(call.event().items.clone()))
    }

    fn needs(_: &mut Needs) {}
}
