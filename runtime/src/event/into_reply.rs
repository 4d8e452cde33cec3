//! What a handler may return, and how it becomes the event's reply.

use futures_util::{Stream, StreamExt};
use serde::Serialize;

use crate::event::{
    CacheEmpty, ChannelState, Connect, Connected, Event, MapPublish, MapPublished, MapRemove, MapRemoved, Publish,
    Published, Refresh, Refreshed, Rpc, RpcReply, SubRefresh, SubRefreshed, Subscribe, SubscribeStream, Subscribed,
    SubscribedStream,
};
use crate::reject::Reject;
use crate::reject::code::ErrorReply;
use crate::reply::publication::IntoPublication;

/// What a handler of the event `E` may return, by itself or on the `Ok` side of a `Result`.
///
/// | event | answers |
/// |---|---|
/// | connect | [`Connected`] |
/// | refresh | [`Refreshed`] |
/// | subscribe, topic | [`Subscribed`], `bool`, `()` |
/// | publish | [`Published`], `bool`, `()` |
/// | sub_refresh | [`SubRefreshed`] |
/// | map_publish | [`MapPublished`], `bool`, `()` |
/// | map_remove | [`MapRemoved`], `bool`, `()` |
/// | shared_poll | [`Polled`](crate::Polled), `Vec<`[`PolledItem`](crate::PolledItem)`>` |
/// | cache_empty | `bool`: whether the cache is filled now |
/// | channel_state | `()` |
/// | rpc | [`RpcReply`], everything that implements [`serde::Serialize`] |
/// | stream | every [`Stream`](futures_util::Stream) of [`Publication`](crate::Publication)s or `Serialize` values, or of `Result`s of these; [`SubscribedStream`] |
///
/// `true` and `()` allow; `false` is error 403 "permission denied". A `()` of an rpc is a reply without data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer to a `{E}` event",
    label = "a handler can't return this",
    note = "connect: `Connected`; refresh: `Refreshed`; subscribe and topic: `bool`, `()` or `Subscribed`; publish: `bool`, `()` or `Published`; sub_refresh: `SubRefreshed`; rpc: any `Serialize` type or `RpcReply`; stream: `impl Stream<Item = ..>` or `SubscribedStream`",
    note = "map_publish: `bool`, `()` or `MapPublished`; map_remove: `bool`, `()` or `MapRemoved`; shared_poll: `Polled` or `Vec<PolledItem>`; cache_empty: `bool`; channel_state: `()`",
    note = "or a `Result` of these"
)]
pub trait IntoReply<E: Event> {
    /// The reply, or the refusal that the value stands for.
    ///
    /// # Errors
    ///
    /// The refusal: `false` is "permission denied".
    fn into_reply(self) -> Result<E::Reply, Reject>;
}

macro_rules! itself {
    ($($event:ty => $reply:ty),*) => {$(
        impl IntoReply<$event> for $reply {
            fn into_reply(self) -> Result<$reply, Reject> {
                Ok(self)
            }
        }
    )*};
}

itself!(
    Connect => Connected,
    Refresh => Refreshed,
    Subscribe => Subscribed,
    SubRefresh => SubRefreshed,
    Rpc => RpcReply,
    MapRemove => MapRemoved,
    CacheEmpty => bool,
    ChannelState => ()
);

macro_rules! yes_or_no {
    ($($event:ty => $reply:ty),*) => {$(
        impl IntoReply<$event> for bool {
            fn into_reply(self) -> Result<$reply, Reject> {
                if self { Ok(<$reply>::new()) } else { Err(ErrorReply::PERMISSION_DENIED.into()) }
            }
        }

        impl IntoReply<$event> for () {
            fn into_reply(self) -> Result<$reply, Reject> {
                Ok(<$reply>::new())
            }
        }
    )*};
}

yes_or_no!(Subscribe => Subscribed, Publish => Published, MapPublish => MapPublished, MapRemove => MapRemoved);

impl<T: Serialize> IntoReply<Rpc> for T {
    fn into_reply(self) -> Result<RpcReply, Reject> {
        Ok(RpcReply::json(&self))
    }
}

impl<S> IntoReply<SubscribeStream> for S
where
    S: Stream<Item: IntoPublication> + Send + 'static,
{
    fn into_reply(self) -> Result<SubscribedStream, Reject> {
        Ok(SubscribedStream::of(Subscribed::new(), self.map(|item| Ok(item.into_publication()))))
    }
}
