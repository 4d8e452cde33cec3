//! Protobuf: prost's, but for one thing that centrifuge-js needs.

use bytes::Bytes;
use prost::Message;

use crate::proto::client::{Command, Reply, SubscribeResult};

/// Takes the first command off a frame.
pub(super) fn read(frame: &mut Bytes) -> Result<Command, prost::DecodeError> {
    Command::decode_length_delimited(frame)
}

/// Whether a frame ends here, behind a command. Centrifugo takes a length without any of its message for the end, too.
pub(super) fn is_end(rest: &Bytes) -> bool {
    let mut message = rest.clone();
    let length = prost::decode_length_delimiter(&mut message);
    rest.is_empty() || (message.is_empty() && length.is_ok_and(|length| length > 0))
}

/// Writes a reply, behind its length.
pub(super) fn write(reply: &Reply) -> Bytes {
    match &reply.connect {
        Some(connect) if connect.subs.values().any(is_empty) => with_empty_subscriptions(reply.clone()).into(),
        _ => reply.encode_length_delimited_to_vec().into(),
    }
}

fn is_empty(subscription: &SubscribeResult) -> bool {
    *subscription == SubscribeResult::default()
}

/// Writes a reply to connect that has an empty subscription.
///
/// prost leaves an empty value out of a map's entry, as it may. But protobufjs then reads `null` instead of an empty
/// message, and centrifuge-js fails with a `TypeError`. So such entries are encoded as a list: the same on the wire.
fn with_empty_subscriptions(mut reply: Reply) -> Vec<u8> {
    let mut connect = reply.connect.take().unwrap_or_default();
    let empty = connect.subs.extract_if(|_, subscription| is_empty(subscription));
    let subs = empty.map(|(channel, result)| EmptySubscription { channel, result: Some(result) }).collect();
    let connect = [connect.encode_to_vec(), EmptySubscriptions { subs }.encode_to_vec()].concat();
    let message = [reply.encode_to_vec(), Connected { connect }.encode_to_vec()].concat();
    let mut frame = Vec::with_capacity(prost::length_delimiter_len(message.len()) + message.len());
    prost::encoding::encode_varint(message.len() as u64, &mut frame);
    frame.extend(message);
    frame
}

/// The `connect` of a reply, encoded.
#[derive(Clone, PartialEq, Message)]
struct Connected {
    #[prost(bytes = "vec", tag = "5")]
    connect: Vec<u8>,
}

/// The empty subscriptions of a `ConnectResult`.
#[derive(Clone, PartialEq, Message)]
struct EmptySubscriptions {
    #[prost(message, repeated, tag = "6")]
    subs: Vec<EmptySubscription>,
}

#[derive(Clone, PartialEq, Message)]
struct EmptySubscription {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(message, optional, tag = "2")]
    result: Option<SubscribeResult>,
}
