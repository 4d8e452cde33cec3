//! Facets of events: what several events have, each by a trait of its own.

use bytes::Bytes;

use crate::event::{Client, Event};
use crate::names::id::{Channel, Key, UserId};

/// An event that comes from a connection: every one but [`SharedPoll`](crate::SharedPoll), [`CacheEmpty`](crate::CacheEmpty) and [`ChannelState`](crate::ChannelState).
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event comes from no client",
    label = "needs an event of a client",
    note = "shared_poll, cache_empty and channel_state are Centrifugo's own questions: about channels, for nobody in particular"
)]
pub trait HasClient: Event {
    /// The connection that the event comes from.
    fn client(&self) -> &Client;
}

/// An event that comes from a connection whose user is known: every one but [`Connect`](crate::Connect), and those without a client.
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

/// Implements facets of an event by its fields: `facets!(MapRemove: client, user, channel, key, refusing)`.
macro_rules! facets {
    ($event:ident: $($facet:ident),*) => {$(
        facets!(@$facet $event);
    )*};
    (@client $event:ident) => {
        impl $crate::event::HasClient for $event {
            fn client(&self) -> &$crate::event::Client {
                &self.client
            }
        }
    };
    (@user $event:ident) => {
        impl $crate::event::HasUser for $event {
            fn user(&self) -> &$crate::names::id::UserId {
                &self.user
            }

            fn meta(&self) -> &::bytes::Bytes {
                &self.meta
            }
        }
    };
    (@channel $event:ident) => {
        impl $crate::event::HasChannel for $event {
            fn channel(&self) -> &$crate::names::id::Channel {
                &self.channel
            }
        }
    };
    (@data $event:ident) => {
        impl $crate::event::HasData for $event {
            fn data(&self) -> &::bytes::Bytes {
                &self.data
            }
        }
    };
    (@key $event:ident) => {
        impl $crate::event::HasKey for $event {
            fn key(&self) -> &$crate::names::id::Key {
                &self.key
            }
        }
    };
    (@refusing $event:ident) => {
        impl $crate::event::Refusing for $event {}
    };
}
pub(crate) use facets;
