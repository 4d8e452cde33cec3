//! From what handlers return to the replies. A trait for each event, so that a wrong answer is told what this event takes, and not
//! what all of them do.
//!
//! Each trait has a second implementation, for nothing: the compiler reports the one bound that fails where there is one
//! implementation, and the trait itself where there are two.

use crate::around::Never;
use crate::event::{
    CacheEmpty, ChannelState, Connect, Event, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};
use crate::reject::Reject;
use crate::reply::IntoReply;

macro_rules! answers {
    ($($name:ident: $event:ident, $answer:ident, $message:literal, $label:literal;)*) => {$(
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = "or a `Result` of these")]
        #[doc = concat!("An answer to [`", stringify!($event), "`](crate::", stringify!($event), ").")]
        pub trait $answer<By> {
            /// The reply, or the refusal that the value stands for.
            fn reply(self) -> Result<<$event as Event>::Reply, Reject>;
        }

        impl<T: IntoReply<$event>> $answer<((),)> for T {
            fn reply(self) -> Result<<$event as Event>::Reply, Reject> {
                self.into_reply()
            }
        }

        impl<T: Never> $answer<()> for T {
            fn reply(self) -> Result<<$event as Event>::Reply, Reject> {
                self.never()
            }
        }

        /// The reply, or the refusal.
        #[inline(never)]
        pub fn $name<T: $answer<By>, By>(returned: Result<T, Reject>) -> Result<<$event as Event>::Reply, Reject> {
            match returned {
                Ok(value) => value.reply(),
                Err(reject) => Err(reject),
            }
        }
    )*};
}

answers! {
    connect: Connect, ConnectAnswer, "`{Self}` is no answer to a connect event", "write `Connected`";
    refresh: Refresh, RefreshAnswer, "`{Self}` is no answer to a refresh event", "write `Refreshed`";
    rpc: Rpc, RpcAnswer, "`{Self}` is no answer to an rpc event", "write a type that implements `serde::Serialize`, or `RpcReply`";
    subscribe: Subscribe, SubscribeAnswer, "`{Self}` is no answer to a subscribe event", "write `bool`, `()` or `Subscribed`";
    publish: Publish, PublishAnswer, "`{Self}` is no answer to a publish event", "write `bool`, `()` or `Published`";
    sub_refresh: SubRefresh, SubRefreshAnswer, "`{Self}` is no answer to a sub_refresh event", "write `SubRefreshed`";
    stream: SubscribeStream, StreamAnswer, "`{Self}` is no answer to a stream event", "write `impl Stream<Item = ..>` of `Publication`s or `Serialize` values, or `SubscribedStream`";
    map_publish: MapPublish, MapPublishAnswer, "`{Self}` is no answer to a map_publish event", "write `bool`, `()` or `MapPublished`";
    map_remove: MapRemove, MapRemoveAnswer, "`{Self}` is no answer to a map_remove event", "write `bool`, `()` or `MapRemoved`";
    shared_poll: SharedPoll, SharedPollAnswer, "`{Self}` is no answer to a shared_poll event", "write `Polled` or `Vec<PolledItem>`";
    cache_empty: CacheEmpty, CacheEmptyAnswer, "`{Self}` is no answer to a cache_empty event", "write `bool`: whether the cache is filled now";
    channel_state: ChannelState, ChannelStateAnswer, "`{Self}` is no answer to a channel_state event", "write nothing, or `()`";
}
