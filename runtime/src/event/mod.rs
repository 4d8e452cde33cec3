//! The events of the protocol. The file of each has its request, its reply, and the facts about it; the list names them all.

/// The list of events, in the order of a connection's life. It hands its rows to a macro that makes what exists once for each event.
///
/// A row has the name of the attribute and of the file, the [`Kind`], the type, and how Centrifugo calls: by one message for one
/// (`unary`), by a `stream`, or by a `batch` of events in one message.
macro_rules! for_each_event {
    ($make:ident) => {
        $make! {
            /// A client connects.
            connect: Connect(Connect) unary;
            /// A connection is about to expire.
            refresh: Refresh(Refresh) unary;
            /// A client subscribes to a channel.
            subscribe: Subscribe(Subscribe) unary;
            /// A client publishes to a channel.
            publish: Publish(Publish) unary;
            /// A subscription is about to expire.
            sub_refresh: SubRefresh(SubRefresh) unary;
            /// A client calls a method.
            rpc: Rpc(Rpc) unary;
            /// A client subscribes to a stream.
            stream: Stream(SubscribeStream) stream;
            /// A client sets a key of a map channel.
            map_publish: MapPublish(MapPublish) unary;
            /// A client removes a key of a map channel.
            map_remove: MapRemove(MapRemove) unary;
            /// Centrifugo polls keys that clients track.
            shared_poll: SharedPoll(SharedPoll) unary;
            /// A channel's cache is empty (Centrifugo PRO).
            cache_empty: CacheEmpty(CacheEmpty) unary;
            /// A channel got its first subscriber, or lost its last one (Centrifugo PRO).
            channel_state: ChannelState(ChannelState) batch;
        }
    };
}
pub(crate) use for_each_event;

mod cache_empty;
mod channel_state;
mod client;
mod connect;
mod facets;
pub(crate) mod facts;
pub(crate) mod inbound;
pub(crate) mod into_reject;
pub(crate) mod into_reply;
pub(crate) mod kind;
mod map_publish;
mod map_remove;
pub(crate) mod options;
mod publish;
mod published_data;
mod refresh;
mod rpc;
mod shared_poll;
mod stream;
mod sub_refresh;
mod subscribe;
pub(crate) mod typed;

use std::iter;

use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::id::UserId;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::payload::PayloadFormat;
use crate::wire;

pub use cache_empty::CacheEmpty;
pub use channel_state::{ChannelChange, ChannelState};
pub use client::{Client, Encoding, Protocol};
pub use connect::{Connect, Connected};
pub use facets::{HasChannel, HasClient, HasData, HasKey, HasUser, Refusing};
pub use map_publish::{MapPublish, MapPublished};
pub use map_remove::{MapRemove, MapRemoved};
pub use publish::{Publish, Published};
pub use refresh::{Refresh, Refreshed};
pub use rpc::{Rpc, RpcReply};
pub use shared_poll::{PollItem, Polled, PolledItem, SharedPoll};
pub(crate) use stream::{StreamRequest, StreamResponse};
pub use stream::{SubscribeStream, SubscribedStream};
pub use sub_refresh::{SubRefresh, SubRefreshed};
pub use subscribe::{Subscribe, Subscribed};

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident: $kind:ident($event:ident) $shape:ident;)*) => {
        /// For each event the trait of what its handlers may return, under the event's name.
        pub mod answers {
            $(pub use super::$name::Answer as $event;)*
        }
    };
}

for_each_event!(answers);

/// An event: the typed request that a handler may take as an argument, by value or by reference.
///
/// Implemented by [`Connect`], [`Refresh`], [`Subscribe`], [`Publish`], [`SubRefresh`], [`Rpc`], [`SubscribeStream`], [`MapPublish`],
/// [`MapRemove`], [`SharedPoll`], [`CacheEmpty`] and [`ChannelState`], and by nothing else.
pub trait Event: Sealed + Clone + Send + Sync + 'static {
    /// Which event this is.
    const KIND: Kind;
    /// What the event is answered with.
    type Reply: Send;
}

/// The protobuf side of an event.
pub(crate) trait Wire: Event {
    type Request: Send + 'static;
    type Response: Send;

    /// The typed event. `Err`: bytes that Centrifugo would never send.
    fn decode(request: Self::Request) -> Result<Self, Malformed>;

    /// Checks that Centrifugo leaves to the application, made before any handler is asked.
    fn admit(&self, _options: &Options) -> Result<(), Reject> {
        Ok(())
    }

    /// How the answer's bytes are written.
    fn format(&self, _options: &Options) -> PayloadFormat {
        self.origin().0.map_or(PayloadFormat::PLAIN, Client::format)
    }

    /// The answer when there are handlers, but none for this name.
    fn no_match() -> Result<Self::Reply, Reject>;

    /// What the reply expects of Centrifugo's configuration.
    fn expectations(_reply: &Self::Reply) -> impl Iterator<Item = Expectation<'_>> {
        iter::empty()
    }

    /// The reply as Centrifugo takes it. `Err`: it can't be sent, so the client gets an internal error.
    fn encode(reply: Self::Reply, format: PayloadFormat) -> Result<Self::Response, Reject>;

    /// The refusal as Centrifugo takes it. `None`: Centrifugo has no way to say it.
    fn refuse(refusal: Refusal) -> Option<Self::Response>;
}

/// Something that a reply expects of Centrifugo's configuration, which would otherwise not do what the handler means.
pub(crate) enum Expectation<'r> {
    /// The namespace of a channel that `connect` grants.
    Namespace(&'r str),
    /// Something that refreshes the connection before it expires.
    Refresh,
    /// Something that refreshes the subscription before it expires.
    SubRefresh,
}

/// The part of a [`Reject`] that is sent.
pub(crate) enum Refusal {
    Error(wire::Error),
    Disconnect(wire::Disconnect),
}

impl From<&ErrorReply> for wire::Error {
    fn from(error: &ErrorReply) -> Self {
        Self { code: error.code(), message: error.message().to_owned(), temporary: error.is_temporary() }
    }
}

impl Refusal {
    /// What is sent for the refusal; `None` if that is only a failed call.
    pub(crate) fn of(reject: &Reject) -> Option<Self> {
        if let Some(error) = reject.error() {
            return Some(Self::Error(error.into()));
        }
        reject.disconnect().map(|disconnect| {
            Self::Disconnect(wire::Disconnect { code: disconnect.code(), reason: disconnect.reason().to_owned() })
        })
    }

    /// The two of them, as the responses hold them.
    fn split(self) -> (Option<wire::Error>, Option<wire::Disconnect>) {
        match self {
            Self::Error(error) => (Some(error), None),
            Self::Disconnect(disconnect) => (None, Some(disconnect)),
        }
    }
}

/// A request that isn't Centrifugo's.
#[derive(Debug, thiserror::Error)]
#[error("malformed {kind} request: {what}")]
pub(crate) struct Malformed {
    pub(crate) kind: Kind,
    what: &'static str,
}

mod sealed {
    use super::facts::Facts;
    use super::{Client, UserId};

    /// What every event can say of itself, and no other crate can implement.
    pub trait Sealed {
        /// The facts about it.
        const FACTS: Facts;

        /// What patterns are compared with: a channel or a method; `None` for events that have neither.
        fn subject(&self) -> Option<&str>;

        /// The connection that it comes from, and its user, where there are any.
        fn origin(&self) -> (Option<&Client>, Option<&UserId>);
    }
}
use sealed::Sealed;
