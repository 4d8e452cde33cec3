//! The request itself, and the names in it.

use super::Extract;
use crate::call::Call;
use crate::event::{Client, Event, HasChannel, HasClient, HasKey, HasUser, PollItem, SharedPoll};
use crate::id::{Channel, ClientId, Key, UserId};
use crate::needs::Needs;
use crate::reject::Reject;

impl<'c, E: Event> Extract<'c, E> for &'c E {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event())
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.meta();
    }
}

impl<'c, E: Event> Extract<'c, E> for E {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().clone())
    }

    fn needs(needs: &mut Needs) {
        <&E as Extract<'c, E>>::needs(needs);
    }
}

impl<'c, E: HasUser> Extract<'c, E> for UserId {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().user().clone())
    }

    async fn extract_optional(call: &'c Call<E>) -> Result<Option<Self>, Reject> {
        let user = call.event().user();
        Ok((!user.is_anonymous()).then(|| user.clone()))
    }
}

impl<'c, E: HasUser> Extract<'c, E> for &'c UserId {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().user())
    }
}

impl<'c, E: HasClient> Extract<'c, E> for ClientId {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().client().id.clone())
    }
}

impl<'c, E: HasClient> Extract<'c, E> for &'c Client {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().client())
    }
}

impl<'c, E: HasChannel> Extract<'c, E> for Channel {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().channel().clone())
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasChannel> Extract<'c, E> for &'c Channel {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().channel())
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasKey> Extract<'c, E> for Key {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().key().clone())
    }

    fn needs(_: &mut Needs) {}
}

impl<'c, E: HasKey> Extract<'c, E> for &'c Key {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Ok(call.event().key())
    }

    fn needs(_: &mut Needs) {}
}

impl<'c> Extract<'c, SharedPoll> for &'c [PollItem] {
    async fn extract(call: &'c Call<SharedPoll>) -> Result<Self, Reject> {
        Ok(&call.event().items)
    }

    fn needs(_: &mut Needs) {}
}

impl<'c> Extract<'c, SharedPoll> for Vec<PollItem> {
    async fn extract(call: &'c Call<SharedPoll>) -> Result<Self, Reject> {
        Ok(call.event().items.clone())
    }

    fn needs(_: &mut Needs) {}
}
