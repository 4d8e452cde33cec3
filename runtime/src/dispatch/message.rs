//! Messages in gRPC's frames: a flag, a length, and the protobuf bytes.

use bytes::{BufMut, Bytes, BytesMut};
use prost::{DecodeError, Message};
use tonic::Status;

/// The length of what stands before each message: a flag, and the message's length.
pub(crate) const PREFIX: usize = 5;

/// Encodes a message, with the flag and its length before it.
pub(crate) fn frame(message: &impl Message, max: usize) -> Result<Bytes, TooLong> {
    let length = message.encoded_len();
    let prefix = u32::try_from(length).ok().filter(|_| length <= max).ok_or(TooLong { length, max })?;
    let mut frame = BytesMut::with_capacity(PREFIX + length);
    frame.put_u8(0);
    frame.put_u32(prefix);
    message.encode_raw(&mut frame);
    Ok(frame.freeze())
}

/// A response over the app's limit, or over 4 GiB, which is gRPC's own.
#[derive(Debug, thiserror::Error)]
#[error("the response has {length} bytes, and `App::max_message_size` is {max}")]
pub(crate) struct TooLong {
    length: usize,
    max: usize,
}

/// Whether tonic's codec has refused a message because it is too long, compressed or not. Nothing but the text tells that
/// apart from other refusals with the same codes. `tests/attacks/payload.rs` and `frames.rs` fail when tonic changes it.
pub(crate) fn is_too_long(status: &Status) -> bool {
    let texts = ["Error, decoded message length too large", "Error decompressing: size limit"];
    texts.iter().any(|text| status.message().starts_with(text))
}

/// Decodes a message. Bytes that are none fail with the same status as in tonic's codec.
pub(crate) fn decode<M: Message + Default>(bytes: Bytes) -> Result<M, Status> {
    M::decode(bytes).map_err(undecodable)
}

// Not generic over the message, so it is compiled once.
fn undecodable(error: DecodeError) -> Status {
    Status::internal(error.to_string())
}
