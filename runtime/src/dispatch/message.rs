//! Messages as gRPC frames them: a flag, a length, and the protobuf bytes.

use bytes::{BufMut, Bytes, BytesMut};
use prost::{DecodeError, Message};
use tonic::Status;

/// A flag and a length stand before each message.
pub(crate) const HEAD: usize = 5;

/// The message behind its head.
pub(crate) fn frame(message: &impl Message, max: usize) -> Result<Bytes, TooLong> {
    let length = message.encoded_len();
    let head = u32::try_from(length).ok().filter(|_| length <= max).ok_or(TooLong { length, max })?;
    let mut frame = BytesMut::with_capacity(HEAD + length);
    frame.put_u8(0);
    frame.put_u32(head);
    message.encode_raw(&mut frame);
    Ok(frame.freeze())
}

/// An answer that isn't sent. 4 GiB are gRPC's own limit.
#[derive(Debug, thiserror::Error)]
#[error("the answer has {length} bytes, and `App::max_message_size` is {max}")]
pub(crate) struct TooLong {
    length: usize,
    max: usize,
}

/// The message in these bytes; with the status of tonic's own codec if they are none.
pub(crate) fn decode<M: Message + Default>(bytes: Bytes) -> Result<M, Status> {
    M::decode(bytes).map_err(undecodable)
}

// Not generic over the message, so it is compiled once.
fn undecodable(error: DecodeError) -> Status {
    Status::internal(error.to_string())
}
