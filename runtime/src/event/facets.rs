//! Facets of events: traits for what several events have, such as a user or a channel.

use bytes::Bytes;

use crate::event::{Client, Event};
use crate::names::id::{Channel, Key, UserId};

/// An event that comes from a connection: every one but [`SharedPoll`](crate::SharedPoll), [`CacheEmpty`](crate::CacheEmpty)
/// and [`ChannelState`](crate::ChannelState).
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event comes from no client",
    label = "needs an event of a client",
    note = "shared_poll, cache_empty and channel_state events are about channels, and come from no client"
)]
pub trait HasClient: Event {
    /// Returns the connection that the event comes from.
    fn client(&self) -> &Client;
}

/// An event that comes from a connection whose user is known: every one but [`Connect`](crate::Connect), and those without a
/// client.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no user",
    label = "needs an event with a user",
    note = "`connect` identifies the user: read the data or the headers, and return `Connected::user(..)`",
    note = "shared_poll, cache_empty and channel_state events come from no client, so they have no user"
)]
pub trait HasUser: HasClient {
    /// Returns the user, as `connect` identified it.
    fn user(&self) -> &UserId;
    /// Returns the connection's meta, as `connect` or `refresh` has set it with `.meta(..)`. Empty unless Centrifugo's proxy
    /// has `include_connection_meta`.
    fn meta(&self) -> &Bytes;
}

/// An event about one channel.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no channel",
    label = "needs an event about a channel",
    note = "connect, refresh and rpc handlers have no channel; all others have one"
)]
pub trait HasChannel: Event {
    /// Returns the channel.
    fn channel(&self) -> &Channel;
}

/// An event with data from the client.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event carries no data",
    label = "needs an event with data",
    note = "a client sends data when it connects, subscribes, publishes, sets a key of a map, or calls a method"
)]
pub trait HasData: Event {
    /// Returns the data that the client sent; empty if it sent none.
    fn data(&self) -> &Bytes;
}

/// An event about one key of a map channel.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event has no key",
    label = "needs an event about a key",
    note = "a client names a key when it sets or removes one of a map channel"
)]
pub trait HasKey: HasChannel {
    /// Returns the key, as the client sent it; it may be empty.
    fn key(&self) -> &Key;
}

/// An event that can be refused with an error or a disconnect: every one but refresh, sub_refresh and cache_empty.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` event can't be refused with an error or a disconnect",
    note = "Centrifugo reads neither there; in refresh and sub_refresh, return `expired()` to refuse"
)]
pub trait Refusing: Event {}

/// Implements facets for an event by its fields: `facets!(MapRemove: client, user, channel, key, refusing)`.
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
