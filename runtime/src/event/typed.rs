//! Replies that know the channel they are for, so that what they publish has the type of its data.

use futures_util::Stream;
use serde::Serialize;

use crate::event::into_reply::IntoReply;
use crate::event::{
    Event, MapPublish, MapPublished, Polled, PolledItem, Publish, Published, SharedPoll, SubscribeStream, SubscribedStream,
};
use crate::names::channel::{AsSent, DataOf, Untyped};
use crate::names::id::Channel;
use crate::reply::publication::{IntoPublication, Publication};

/// What a handler of the typed channel `C` may return: what publishes the channel's data, and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer to a `{E}` event of the typed channel `{C}`",
    label = "not for this channel",
    note = "what is published to a channel with `data` is checked: return `Published<{C}>`, `MapPublished<{C}>`, `Polled<{C}>`, `Vec<PolledItem<{C}>>`, `SubscribedStream<{C}>` or a stream of the data",
    note = "`bool` and `()` publish what the client sent: they need a channel without `from_client`"
)]
pub trait Publishes<C, E: Event>: IntoReply<E> {}

macro_rules! publishes {
    ($($event:ty => $reply:ident),*) => {$(
        impl<C> Publishes<C, $event> for $reply<C> where $reply<C>: IntoReply<$event> {}
        impl<C: Untyped> Publishes<C, $event> for $reply<Channel> {}
    )*};
}

publishes!(Publish => Published, MapPublish => MapPublished, SharedPoll => Polled, SubscribeStream => SubscribedStream);

impl<C: AsSent> Publishes<C, Publish> for bool {}
impl<C: AsSent> Publishes<C, Publish> for () {}
impl<C: AsSent> Publishes<C, MapPublish> for bool {}
impl<C: AsSent> Publishes<C, MapPublish> for () {}

impl<C> Publishes<C, SharedPoll> for Vec<PolledItem<C>> {}
impl<C: Untyped> Publishes<C, SharedPoll> for Vec<PolledItem<Channel>> {}

impl<C, S> Publishes<C, SubscribeStream> for S where S: Stream<Item: IntoPublication + PublishedTo<C>> + Send + 'static {}

/// What a stream of the channel `C` may yield: the channel's data, or a [`Publication`] of it.
#[diagnostic::on_unimplemented(
    message = "a stream of the channel `{C}` can't publish `{Self}`",
    label = "not the type of the channel's data",
    note = "yield the channel's data, or `Publication<{C}>`"
)]
pub trait PublishedTo<C> {}

impl<C> PublishedTo<C> for Publication<C> {}
impl<C: Untyped> PublishedTo<C> for Publication<Channel> {}
impl<C, T: Serialize + DataOf<C>> PublishedTo<C> for T {}
