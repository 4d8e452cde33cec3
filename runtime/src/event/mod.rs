//! The events of the protocol. Each event's file has its request, its reply, its facts, and its messages; the list here
//! names all events.

/// The list of events, in the order of a connection's life. It passes its rows to a macro, which generates what exists once
/// for each event. Tokens that the macro takes before the rows follow its path.
///
/// A row has the name of the event's attribute and file; the arguments and the result of the test kit's method of that name;
/// the event's [`Kind`] and its type; the shape of the call; and in brackets the other public types of the file. The shape
/// `unary` is one request and one response, `stream` is one request and a stream of responses, `batch` is several events in
/// one request.
macro_rules! for_each_event {
    ($make:path $(, $first:tt)*) => {
        $make! {
            $($first)*
            /// A client connects.
            connect() -> ConnectResult: Connect(Connect) unary [Connected];
            /// A connection expires.
            refresh() -> RefreshResult: Refresh(Refresh) unary [Refreshed];
            /// A client subscribes to a channel.
            subscribe(channel) -> SubscribeResult: Subscribe(Subscribe) unary [Subscribed];
            /// A client publishes to a channel.
            publish(channel) -> PublishResult: Publish(Publish) unary [Published];
            /// A subscription expires.
            sub_refresh(channel) -> SubRefreshResult: SubRefresh(SubRefresh) unary [SubRefreshed];
            /// A client calls a method.
            rpc(method) -> RpcResult: Rpc(Rpc) unary [RpcReply];
            /// A client subscribes to a stream.
            stream(channel) -> Opened: Stream(SubscribeStream) stream [SubscribedStream];
            /// A client sets a key of a map channel.
            map_publish(channel, key) -> MapPublishResult: MapPublish(MapPublish) unary [MapPublished];
            /// A client removes a key of a map channel.
            map_remove(channel, key) -> MapRemoveResult: MapRemove(MapRemove) unary [MapRemoved];
            /// Centrifugo polls keys that clients track.
            shared_poll(channel) -> SharedPollRefreshResult: SharedPoll(SharedPoll) unary [PollItem, Polled, PolledItem];
            /// A channel's cache is empty (Centrifugo PRO).
            cache_empty(channel) -> NotifyCacheEmptyResult: CacheEmpty(CacheEmpty) unary [];
            /// A channel gets its first subscriber, or loses its last one (Centrifugo PRO).
            channel_state(channel, change) -> NotifyChannelStateResult: ChannelState(ChannelState) batch [ChannelChange];
        }
    };
}
pub(crate) use for_each_event;

/// The rows of [`for_each_event`] whose shape is `unary`.
macro_rules! for_each_unary_event {
    ($make:ident) => {
        $crate::event::for_each_event! { $crate::event::unary_rows, [$make], [] }
    };
}
pub(crate) use for_each_unary_event;

/// Drops the rows of another shape than `unary`, and passes the rest to a macro.
macro_rules! unary_rows {
    (
        [$make:ident] [$($known:tt)*]
        $(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) unary $types:tt; $($rest:tt)*
    ) => {
        $crate::event::unary_rows! {
            [$make] [$($known)* $(#[$doc])* $name $arguments -> $result: $kind($event) unary $types;] $($rest)*
        }
    };
    (
        [$make:ident] $known:tt
        $(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident $types:tt; $($rest:tt)*
    ) => {
        $crate::event::unary_rows! { [$make] $known $($rest)* }
    };
    ([$make:ident] [$($known:tt)*]) => {
        $make! { $($known)* }
    };
}
pub(crate) use unary_rows;

mod cache_empty;
mod channel_state;
mod client;
mod connect;
pub(crate) mod draft;
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

pub use client::{Client, Encoding, Protocol};
pub use facets::{HasChannel, HasClient, HasData, HasKey, HasUser, Refusing};
pub(crate) use stream::{StreamRequest, StreamResponse};

macro_rules! exports {
    ($(
        $(#[$doc:meta])*
        $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident [$($type:ident),*];
    )*) => {
        $(pub use $name::{$event, $($type),*};)*

        /// The types of all events.
        pub(crate) mod events {
            $(pub use super::$event;)*
        }

        /// For each event, the trait of the values that its handlers may return, under the event's name.
        pub mod answers {
            $(pub use super::$name::Answer as $event;)*
        }
    };
}

for_each_event!(exports);

/// An event: the typed request of a call, which a handler may take as an argument, by value or by reference.
///
/// Implemented by the events of [`Kind`], and by nothing else.
pub trait Event: Sealed + Clone + Send + Sync + 'static {
    /// The event's kind.
    const KIND: Kind;
    /// The event's reply.
    type Reply: Send;
}

/// The protobuf messages of an event.
pub(crate) trait Wire: Event {
    type Request: Send + 'static;
    type Response: Send;

    /// Decodes the request. `Err`: Centrifugo never sends such a request.
    fn decode(request: Self::Request) -> Result<Self, Malformed>;

    /// Checks what Centrifugo doesn't, before a handler is called.
    fn check(&self, _options: &Options) -> Result<(), Reject> {
        Ok(())
    }

    /// The format of the response's payloads.
    fn format(&self, _options: &Options) -> PayloadFormat {
        self.origin().0.map_or(PayloadFormat::PLAIN, Client::format)
    }

    /// The reply, or the refusal, if the event has handlers and none of them matches.
    fn no_match() -> Result<Self::Reply, Reject>;

    /// The settings of Centrifugo's configuration that the reply depends on.
    fn expectations(_reply: &Self::Reply) -> impl Iterator<Item = Expectation<'_>> {
        iter::empty()
    }

    /// Encodes the reply. `Err`: it can't be sent, so the client receives an internal error.
    fn encode(reply: Self::Reply, format: PayloadFormat) -> Result<Self::Response, Reject>;

    /// Encodes the refusal. `None`: the event's response has no field for it.
    fn refuse(refusal: Refusal) -> Option<Self::Response>;
}

/// A setting of Centrifugo's configuration that a reply depends on. Without it Centrifugo doesn't do what the handler means.
pub(crate) enum Expectation<'r> {
    /// The namespace of a channel that `connect` subscribes the client to.
    Namespace(&'r str),
    /// A way to refresh the connection when it expires.
    Refresh,
    /// A way to refresh the subscription when it expires.
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
    /// The part that is sent; `None` for an internal failure, which fails the call.
    pub(crate) fn of(reject: &Reject) -> Option<Self> {
        if let Some(error) = reject.error() {
            return Some(Self::Error(error.into()));
        }
        reject.disconnect().map(|disconnect| {
            Self::Disconnect(wire::Disconnect { code: disconnect.code(), reason: disconnect.reason().to_owned() })
        })
    }

    /// The error and the disconnect, as fields of a response.
    fn split(self) -> (Option<wire::Error>, Option<wire::Disconnect>) {
        match self {
            Self::Error(error) => (Some(error), None),
            Self::Disconnect(disconnect) => (None, Some(disconnect)),
        }
    }
}

/// A request that Centrifugo never sends.
#[derive(Debug, thiserror::Error)]
#[error("malformed {kind} request: {what}")]
pub(crate) struct Malformed {
    pub(crate) kind: Kind,
    what: &'static str,
}

mod sealed {
    use super::facts::Facts;
    use super::{Client, UserId};

    /// The facts and accessors of every event. No other crate can implement it.
    pub trait Sealed {
        /// The event's facts.
        const FACTS: Facts;

        /// The method by which Centrifugo sends it.
        fn method(&self) -> &'static str {
            Self::FACTS.rpc
        }

        /// The name that patterns match: a channel or a method; `None` for events that have neither.
        fn name(&self) -> Option<&str>;

        /// The connection that the event comes from, and the connection's user.
        fn origin(&self) -> (Option<&Client>, Option<&UserId>);
    }
}
use sealed::Sealed;
