//! The data of a client's publication, in [`Publish`](super::Publish) and [`MapPublish`](super::MapPublish): checked when it
//! arrives, and published as the client sent it or replaced by the reply's.

use bytes::Bytes;

use super::client::Client;
use crate::event::options::Options;
use crate::names::channel_data::ReplyChannel;
use crate::reject::error_reply::ErrorReply;
use crate::reject::{Internal, Reject};
use crate::reply::json::is_json;
use crate::reply::payload::{Payload, PayloadFormat};

/// Refuses the client's data if it isn't JSON, unless the handler is declared `binary`.
pub(super) fn admit(data: &[u8], options: &Options, cause: &'static str) -> Result<(), Reject> {
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
