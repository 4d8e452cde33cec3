//! What a handler may return, and how it becomes the event's reply.

use crate::event::Event;
use crate::reject::Reject;

/// What a handler of the event `E` may return, by itself or on the `Ok` side of a `Result`.
///
/// | event | answers |
/// |---|---|
/// | connect | [`Connected`](crate::Connected) |
/// | refresh | [`Refreshed`](crate::Refreshed) |
/// | subscribe, topic | [`Subscribed`](crate::Subscribed), `bool`, `()` |
/// | publish | [`Published`](crate::Published), `bool`, `()` |
/// | sub_refresh | [`SubRefreshed`](crate::SubRefreshed) |
/// | map_publish | [`MapPublished`](crate::MapPublished), `bool`, `()` |
/// | map_remove | [`MapRemoved`](crate::MapRemoved), `bool`, `()` |
/// | shared_poll | [`Polled`](crate::Polled), `Vec<`[`PolledItem`](crate::PolledItem)`>` |
/// | cache_empty | `bool`: whether the cache is filled now |
/// | channel_state | `()` |
/// | rpc | [`RpcReply`](crate::RpcReply), everything that implements [`serde::Serialize`] |
/// | stream | every [`Stream`](futures_util::Stream) of [`Publication`](crate::Publication)s or `Serialize` values, or of `Result`s of these; [`SubscribedStream`](crate::SubscribedStream) |
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

/// Lets a handler of the event return its reply.
macro_rules! returns_reply {
    ($event:ty => $reply:ty) => {
        impl $crate::event::into_reply::IntoReply<$event> for $reply {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                Ok(self)
            }
        }
    };
}
pub(crate) use returns_reply;

/// Lets a handler of the event return `bool` and `()`: `true` and `()` allow, `false` is "permission denied".
macro_rules! returns_bool {
    ($event:ty => $reply:ty) => {
        impl $crate::event::into_reply::IntoReply<$event> for bool {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                if self {
                    Ok(<$reply>::new())
                } else {
                    Err($crate::reject::error_reply::ErrorReply::PERMISSION_DENIED.into())
                }
            }
        }

        impl $crate::event::into_reply::IntoReply<$event> for () {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                Ok(<$reply>::new())
            }
        }
    };
}
pub(crate) use returns_bool;

/// Makes the trait `Answer` of an event: what its handlers may return. Each event has its own, so that the error of a wrong
/// answer lists what this event takes, and not what all of them do.
///
/// The trait has a second implementation, for no type: where there is one, the compiler reports its bound that fails, and where
/// there are two, the trait itself.
macro_rules! may_return {
    ($event:ident, $message:literal, $label:literal) => {
        #[doc = concat!("An answer to [`", stringify!($event), "`](crate::", stringify!($event), ").")]
        // The function is the trait's own: the error doesn't show what requires the bound, which the user didn't write.
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = "or a `Result` of these")]
        pub trait Answer<By>: Sized {
            /// The reply, or the refusal.
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject>;
        }

        impl<T: $crate::event::into_reply::IntoReply<$event>> Answer<((),)> for T {
            #[inline(never)]
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject> {
                match returned {
                    Ok(value) => value.into_reply(),
                    Err(reject) => Err(reject),
                }
            }
        }

        impl<T: $crate::event::into_reply::NoType> Answer<()> for T {
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject> {
                returned?.never()
            }
        }
    };
}
pub(crate) use may_return;

/// A trait that no type has.
pub trait NoType {
    /// Any value.
    fn never<T>(self) -> T;
}
