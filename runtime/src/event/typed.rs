//! Replies for typed channels: what they publish has the type of the channel's data.

use serde::Serialize;

use crate::event::Event;
use crate::event::into_reply::IntoReply;
use crate::names::channel_data::{DataOf, Untyped};
use crate::names::id::Channel;
use crate::reply::publication::Publication;

/// A value that a handler of the typed channel `C` may return: one that publishes nothing but the channel's data.
#[diagnostic::on_unimplemented(
    message = "a `{E}` handler of the typed channel `{C}` can't return `{Self}`",
    label = "not for this channel",
    note = "a channel with `data` checks what is published: return `Published<{C}>`, `MapPublished<{C}>`, `Polled<{C}>`, \
            `Vec<PolledItem<{C}>>`, `SubscribedStream<{C}>` or a stream of the data",
    note = "`bool` and `()` publish what the client sent: they need a channel without `from_client`"
)]
pub trait Publishes<C, E: Event>: IntoReply<E> {}

/// Lets handlers of a typed channel return the event's reply for the channel.
macro_rules! publishes {
    ($event:ty => $reply:ident) => {
        impl<C> $crate::event::typed::Publishes<C, $event> for $reply<C> where
            $reply<C>: $crate::event::into_reply::IntoReply<$event>
        {
        }
        impl<C: $crate::names::channel_data::Untyped> $crate::event::typed::Publishes<C, $event> for $reply<Channel> {}
    };
}
pub(crate) use publishes;

/// Lets handlers of a typed channel return `bool` and `()`, if clients send data of the channel's own type.
macro_rules! publishes_as_sent {
    ($event:ty) => {
        impl<C: $crate::names::channel_data::AsSent> $crate::event::typed::Publishes<C, $event> for bool {}
        impl<C: $crate::names::channel_data::AsSent> $crate::event::typed::Publishes<C, $event> for () {}
    };
}
pub(crate) use publishes_as_sent;

/// An item that a stream of the channel `C` may yield: the channel's data, or a [`Publication`] of it.
#[diagnostic::on_unimplemented(
    message = "a stream of the channel `{C}` can't publish `{Self}`",
    label = "not the type of the channel's data",
    note = "yield the channel's data, or `Publication<{C}>`"
)]
pub trait PublishedTo<C> {}

impl<C> PublishedTo<C> for Publication<C> {}
impl<C: Untyped> PublishedTo<C> for Publication<Channel> {}
impl<C, T: Serialize + DataOf<C>> PublishedTo<C> for T {}
