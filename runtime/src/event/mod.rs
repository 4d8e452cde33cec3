//! The events of the protocol: one file each says what arrives and what may be answered.

mod client;
mod connect;
mod publish;
mod refresh;
mod rpc;
mod stream;
mod sub_refresh;
mod subscribe;

use bytes::Bytes;

use crate::audit::Audit;
use crate::code::ErrorReply;
use crate::generated as wire;
use crate::handler::Options;
use crate::id::{Channel, ClientId, UserId};
use crate::kind::Kind;
use crate::payload::Form;
use crate::reject::Reject;
use crate::router::{Routes, Table};

pub use client::{Client, Encoding, Protocol};
pub use connect::{Connect, Connected};
pub use publish::{Publish, Published};
pub use refresh::{Refresh, Refreshed};
pub use rpc::{Rpc, RpcReply};
pub(crate) use stream::{Opened, Opening};
pub use stream::{SubscribeStream, SubscribedStream};
pub use sub_refresh::{SubRefresh, SubRefreshed};
pub use subscribe::{Subscribe, Subscribed};

/// An event: the typed request that a handler may take as an argument, by value or by reference.
///
/// Implemented by [`Connect`], [`Refresh`], [`Subscribe`], [`Publish`], [`SubRefresh`], [`Rpc`] and [`SubscribeStream`], and by nothing else.
pub trait Event: Sealed + Clone + Send + Sync + 'static {
    /// Which event this is.
    const KIND: Kind;
    /// What the event is answered with.
    type Reply: Send;

    /// The connection that the event comes from.
    fn client(&self) -> &Client;
}

/// An event that comes from a connection whose user is known: every one but [`Connect`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no user yet",
    label = "needs an event with a user",
    note = "`connect` is where the user is named: look at the data or the headers, and answer `Connected::user(..)`"
)]
pub trait HasUser: Event {
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
    note = "subscribe, topic, stream, publish and sub_refresh handlers have a channel"
)]
pub trait HasChannel: Event {
    /// The channel.
    fn channel(&self) -> &Channel;
}

/// An event that carries data from the client.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event carries no data",
    label = "needs an event with data",
    note = "connect, subscribe, topic, stream, publish and rpc handlers get data from the client"
)]
pub trait HasData: Event {
    /// What the client sent; empty if nothing.
    fn data(&self) -> &Bytes;
}

/// An event that may be answered with an error or a disconnect: every one but refresh and sub_refresh.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event can't be refused with an error or a disconnect",
    note = "Centrifugo ignores both there; answer `expired()` to refuse"
)]
pub trait Refusing: Event {}

/// The protobuf side of an event.
pub(crate) trait Wire: Event {
    type Request: Send + 'static;
    type Response: Send;

    /// The typed event. `Err`: bytes that Centrifugo would never send.
    fn decode(request: Self::Request) -> Result<Self, Malformed>;

    /// What patterns are compared with: a channel or a method; `None` for events that have neither.
    fn name(&self) -> Option<&str>;

    /// Whose connection it is about, for reports of failures.
    fn asker(&self) -> (Option<&ClientId>, Option<&UserId>);

    /// The event's handlers.
    fn table(routes: &Routes) -> &Table<Self>;

    /// Checks that Centrifugo leaves to the application, made before any handler is asked.
    fn admit(&self, _options: &Options) -> Result<(), Reject> {
        Ok(())
    }

    /// How the answer's bytes are written.
    fn form(&self, _options: &Options) -> Form {
        self.client().form()
    }

    /// The answer when there are handlers, but none for this name.
    fn no_match() -> Result<Self::Reply, Reject>;

    /// Looks for what Centrifugo would not do as the handler expects.
    fn audit(_reply: &Self::Reply, _audit: &Audit) {}

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
    kind: Kind,
    what: &'static str,
}

mod sealed {
    pub trait Sealed {}
}
use sealed::Sealed;
