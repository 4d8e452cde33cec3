//! The data of a client's publication, in [`Publish`](super::Publish) and [`MapPublish`](super::MapPublish): checked when it
//! arrives, and published as the client sent it or replaced by the reply's; and what the replies to both have in common.

use bytes::Bytes;

use super::client::Client;
use crate::event::options::Options;
use crate::names::channel;
use crate::names::channel_data::ReplyChannel;
use crate::names::id::Channel;
use crate::reject::error_reply::ErrorReply;
use crate::reject::{Internal, Reject};
use crate::reply::json::is_json;
use crate::reply::payload::{Payload, PayloadFormat};

/// Refuses a channel that Centrifugo would refuse, and data that isn't JSON, unless the handler is declared `binary`.
pub(super) fn check(channel: &Channel, data: &[u8], options: &Options, cause: &'static str) -> Result<(), Reject> {
    channel::require_valid(channel)?;
    if options.binary || is_json(data) {
        return Ok(());
    }
    Err(Reject::from(ErrorReply::BAD_REQUEST).because(cause))
}

/// The format of a reply's data. The publisher's protocol doesn't matter, as those of the subscribers are unknown.
pub(super) fn format(client: &Client, options: &Options) -> PayloadFormat {
    PayloadFormat { json: !options.binary, ..client.format() }
}

/// Refuses a reply that would publish the client's data to a channel with `from_client`, whose own data has another type.
pub(super) fn check_replaced<C: ReplyChannel>(data: &Payload) -> Result<(), Reject> {
    match data {
        Payload::Empty if !C::AS_SENT => Err(not_replaced()),
        _ => Ok(()),
    }
}

// Not generic, so it is compiled once.
fn not_replaced() -> Reject {
    Reject::internal(
        "the channel has `from_client`, so what the client sent can't be published: the reply needs `.data(..)`",
    )
}

/// Encodes a reply's data. Empty bytes are refused: Centrifugo would publish the client's data instead.
pub(super) fn encode(data: Payload, format: PayloadFormat) -> Result<(Bytes, String), Internal> {
    if matches!(&data, Payload::Raw(bytes) if bytes.is_empty()) {
        return Err(Internal::new("the data is empty: Centrifugo would publish what the client sent"));
    }
    data.encode("data", format)
}

/// Writes the methods that the replies to both events have, and the conversion of a typed channel's reply. The docs of the
/// methods differ, because Centrifugo treats a publication and a value of a map differently.
macro_rules! publication_reply {
    ($event:ident => $reply:ident: $($(#[$doc:meta])* $method:ident;)*) => {
        impl<C> $reply<C> {
            $(publication_reply! { @$method $(#[$doc])* })*
        }

        impl<C: $crate::names::channel_data::ReplyChannel> $crate::event::into_reply::IntoReply<$event> for $reply<C> {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                $crate::event::published_data::check_replaced::<C>(&self.fields.data)?;
                Ok($reply::of(self.fields))
            }
        }
    };
    (@raw_data $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn raw_data(mut self, data: impl Into<::bytes::Bytes>) -> Self {
            self.fields.data = $crate::reply::payload::Payload::raw(data);
            self
        }
    };
    (@tag $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
            self.fields.tags.insert(key.into(), value.into());
            self
        }
    };
    (@idempotency_key $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
            self.fields.idempotency_key = key.into();
            self
        }
    };
    (@delta $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn delta(mut self) -> Self {
            self.fields.delta = true;
            self
        }
    };
    (@version $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn version(mut self, version: u64) -> Self {
            self.fields.version = version;
            self
        }
    };
    (@version_epoch $(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn version_epoch(mut self, epoch: impl Into<String>) -> Self {
            self.fields.version_epoch = epoch.into();
            self
        }
    };
}
pub(super) use publication_reply;
