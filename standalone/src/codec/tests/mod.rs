//! Tests of the whole room.

mod codes;
mod hostile;
mod reading;
mod round_trip;
mod sample;
mod schema;
mod writing;
mod written;

use bytes::Bytes;

use super::Format;
use super::format::Malformed;
use crate::proto::client::Command;

/// The commands of a frame in JSON.
fn json(frame: impl Into<Bytes>) -> Vec<Result<Command, Malformed>> {
    Format::Json.commands(frame.into()).collect()
}

/// The commands of a frame in Protobuf.
fn protobuf(frame: impl Into<Bytes>) -> Vec<Result<Command, Malformed>> {
    Format::Protobuf.commands(frame.into()).collect()
}

/// How many commands a frame has, before the malformed one that it ends with.
fn before_malformed(commands: &[Result<Command, Malformed>]) -> Option<usize> {
    matches!(commands.last(), Some(Err(_))).then(|| commands.len() - 1)
}
