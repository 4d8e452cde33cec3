//! The events of the protocol: one file each says what arrives and what may be answered.

mod cache_empty;
mod channel_state;
mod client;
mod connect;
pub(crate) mod into_reply;
pub(crate) mod kind;
mod map_publish;
mod map_remove;
pub(crate) mod publications;
mod publish;
mod refresh;
mod rpc;
mod shared_poll;
mod stream;
mod sub_refresh;
mod subscribe;
pub(crate) mod typed;

use bytes::Bytes;

use crate::dispatch::router::{Routes, Table};
use crate::dispatch::warnings::Audit;
use crate::event::kind::Kind;
use crate::handler::Options;
use crate::names::id::{Channel, Key, UserId};
use crate::reject::Reject;
use crate::reject::code::ErrorReply;
use crate::reply::payload::Form;
use crate::wire;

pub use cache_empty::CacheEmpty;
pub use channel_state::{ChannelChange, ChannelState};
pub use client::{Client, Encoding, Protocol};
pub use connect::{Connect, Connected};
pub use map_publish::{KeyMode, MapPublish, MapPublished};
pub use map_remove::{MapRemove, MapRemoved};
pub use publish::{Publish, Published};
pub use refresh::{Refresh, Refreshed};
pub use rpc::{Rpc, RpcReply};
pub use shared_poll::{PollItem, Polled, PolledItem, SharedPoll};
pub(crate) use stream::{Opened, Opening};
pub use stream::{SubscribeStream, SubscribedStream};
pub use sub_refresh::{SubRefresh, SubRefreshed};
pub use subscribe::{Subscribe, Subscribed};

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

/// An event that comes from a connection: every one but [`SharedPoll`], [`CacheEmpty`] and [`ChannelState`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event comes from no client",
    label = "needs an event of a client",
    note = "shared_poll, cache_empty and channel_state are Centrifugo's own questions: about channels, for nobody in particular"
)]
pub trait HasClient: Event {
    /// The connection that the event comes from.
    fn client(&self) -> &Client;
}

/// An event that comes from a connection whose user is known: every one but [`Connect`], and those without a client.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no user",
    label = "needs an event with a user",
    note = "`connect` is where the user is named: look at the data or the headers, and answer `Connected::user(..)`",
    note = "shared_poll, cache_empty and channel_state come from no client, so from no user"
)]
pub trait HasUser: HasClient {
    /// The user, as `connect` named it.
    fn user(&self) -> &UserId;
    /// What `connect` or `refresh` put aside with `.meta(..)`. Empty unless Centrifugo's proxy has
    /// `include_connection_meta`.
    fn meta(&self) -> &Bytes;
}

/// An event about one channel.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no channel",
    label = "needs an event about a channel",
    note = "subscribe, topic, stream, publish, sub_refresh, map_publish, map_remove, shared_poll, cache_empty and channel_state handlers have a channel"
)]
pub trait HasChannel: Event {
    /// The channel.
    fn channel(&self) -> &Channel;
}

/// An event that carries data from the client.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event carries no data",
    label = "needs an event with data",
    note = "connect, subscribe, topic, stream, publish, map_publish and rpc handlers get data from the client"
)]
pub trait HasData: Event {
    /// What the client sent; empty if nothing.
    fn data(&self) -> &Bytes;
}

/// An event about one key of a map channel.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no key",
    label = "needs an event about a key",
    note = "map_publish and map_remove handlers have a key"
)]
pub trait HasKey: HasChannel {
    /// The key, as the client sent it; maybe empty.
    fn key(&self) -> &Key;
}

/// An event that may be answered with an error or a disconnect: every one but refresh, sub_refresh and cache_empty.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event can't be refused with an error or a disconnect",
    note = "Centrifugo reads neither there; in refresh and sub_refresh, answer `expired()` to refuse"
)]
pub trait Refusing: Event {}

/// The protobuf side of an event.
pub(crate) trait Wire: Event {
    type Request: Send + 'static;
    type Response: Send;

    /// The typed event. `Err`: bytes that Centrifugo would never send.
    fn decode(request: Self::Request) -> Result<Self, Malformed>;

    /// The event's handlers.
    fn table(routes: &Routes) -> &Table<Self>;

    /// Checks that Centrifugo leaves to the application, made before any handler is asked.
    fn admit(&self, _options: &Options) -> Result<(), Reject> {
        Ok(())
    }

    /// How the answer's bytes are written.
    fn form(&self, _options: &Options) -> Form {
        self.origin().0.map_or(Form::PLAIN, Client::form)
    }

    /// The answer when there are handlers, but none for this name.
    fn no_match() -> Result<Self::Reply, Reject>;

    /// Looks for what Centrifugo would not do as the handler expects. `Err`: the reply can't be meant, and fails the call.
    fn audit<'n>(_reply: &Self::Reply, _name: impl FnOnce() -> &'n str, _audit: &Audit) -> Result<(), Reject> {
        Ok(())
    }

    /// The reply as Centrifugo takes it. `Err`: it can't be sent, so the client gets an internal error.
    fn encode(reply: Self::Reply, form: Form) -> Result<Self::Response, Reject>;

    /// The refusal as Centrifugo takes it. `None`: Centrifugo has no way to say it.
    fn refuse(refusal: Refusal) -> Option<Self::Response>;
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
    use super::{Client, UserId};

    /// What every event can say of itself, and no other crate can implement.
    pub trait Sealed {
        /// What patterns are compared with: a channel or a method; `None` for events that have neither.
        fn subject(&self) -> Option<&str>;

        /// The connection that it comes from, and its user, where there are any.
        fn origin(&self) -> (Option<&Client>, Option<&UserId>);
    }
}
use sealed::Sealed;
