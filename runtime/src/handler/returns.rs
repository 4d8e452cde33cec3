//! From what handlers return to the replies. A trait for each event, so that the error of a wrong answer lists what this
//! event takes, and not what all of them do.
//!
//! Each trait has a second implementation, for nothing: where there is one, the compiler reports its bound that fails, and where
//! there are two, the trait itself.

use crate::event::into_reply::IntoReply;
use crate::event::{
    CacheEmpty, ChannelState, Connect, Event, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};
use crate::reject::Reject;

macro_rules! answers {
    ($($event:ident, $answer:ident, $message:literal, $label:literal;)*) => {$(
        #[doc = concat!("An answer to [`", stringify!($event), "`](crate::", stringify!($event), ").")]
        // The function is the trait's own: the error doesn't show what requires the bound, which the user didn't write.
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = "or a `Result` of these")]
        pub trait $answer<By>: Sized {
            /// The reply, or the refusal.
            fn reply(returned: Result<Self, Reject>) -> Result<<$event as Event>::Reply, Reject>;
        }

        impl<T: IntoReply<$event>> $answer<((),)> for T {
            #[inline(never)]
            fn reply(returned: Result<Self, Reject>) -> Result<<$event as Event>::Reply, Reject> {
                match returned {
                    Ok(value) => value.into_reply(),
                    Err(reject) => Err(reject),
                }
            }
        }

        impl<T: Never> $answer<()> for T {
            fn reply(returned: Result<Self, Reject>) -> Result<<$event as Event>::Reply, Reject> {
                returned?.never()
            }
        }
    )*};
}

answers! {
    Connect, ConnectAnswer, "`{Self}` is no answer to a connect event", "write `Connected`";
    Refresh, RefreshAnswer, "`{Self}` is no answer to a refresh event", "write `Refreshed`";
    Rpc, RpcAnswer, "`{Self}` is no answer to an rpc event",
        "write a type that implements `serde::Serialize`, or `RpcReply`";
    Subscribe, SubscribeAnswer, "`{Self}` is no answer to a subscribe event", "write `bool`, `()` or `Subscribed`";
    Publish, PublishAnswer, "`{Self}` is no answer to a publish event", "write `bool`, `()` or `Published`";
    SubRefresh, SubRefreshAnswer, "`{Self}` is no answer to a sub_refresh event", "write `SubRefreshed`";
    SubscribeStream, SubscribeStreamAnswer, "`{Self}` is no answer to a stream event",
        "write `impl Stream<Item = ..>` of `Publication`s or `Serialize` values, or `SubscribedStream`";
    MapPublish, MapPublishAnswer, "`{Self}` is no answer to a map_publish event", "write `bool`, `()` or `MapPublished`";
    MapRemove, MapRemoveAnswer, "`{Self}` is no answer to a map_remove event", "write `bool`, `()` or `MapRemoved`";
    SharedPoll, SharedPollAnswer, "`{Self}` is no answer to a shared_poll event", "write `Polled` or `Vec<PolledItem>`";
    CacheEmpty, CacheEmptyAnswer, "`{Self}` is no answer to a cache_empty event",
        "write `bool`: whether the cache is filled now";
    ChannelState, ChannelStateAnswer, "`{Self}` is no answer to a channel_state event", "write nothing, or `()`";
}

/// No type is one.
pub trait Never {
    /// Any value.
    fn never<T>(self) -> T;
}

/// What an interceptor may return.
#[diagnostic::on_unimplemented(
    message = "an interceptor can't return `{Self}`",
    label = "no `Result` of the event's reply and a refusal",
    note = "write `Result<E::Reply, Reject>`, or a `Result` with an error that `Reject` is made from"
)]
pub trait Passed<E: Event> {
    /// The reply, or the refusal.
    fn pass(self) -> Result<E::Reply, Reject>;
}

impl<E: Event, R: Into<Reject>> Passed<E> for Result<E::Reply, R> {
    fn pass(self) -> Result<E::Reply, Reject> {
        self.map_err(Into::into)
    }
}

/// What an interceptor has returned.
#[inline(always)]
pub fn passed<E: Event, R: Passed<E>>(returned: R) -> Result<E::Reply, Reject> {
    returned.pass()
}
