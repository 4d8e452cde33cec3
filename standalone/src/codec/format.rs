//! The two formats of the protocol.

use bytes::{Buf, Bytes};
use prost::Message;

use super::{json, protobuf};
use crate::proto::client::{Command, Reply};

/// The format of a connection: the same messages, as JSON text or as Protobuf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// One message a line.
    Json,
    /// Each message behind its length.
    Protobuf,
}

/// A frame, or a command within it, that breaks the protocol. The connection is closed with [`Close::BAD_REQUEST`].
///
/// [`Close::BAD_REQUEST`]: super::Close::BAD_REQUEST
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    /// An empty line, no object, a field of a wrong type.
    #[error("not a command in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// No length, fewer bytes than the length promises, a field of a wrong type.
    #[error("not a command in Protobuf: {0}")]
    Protobuf(#[from] prost::DecodeError),
}

/// A payload that is no JSON, and so can't be part of a message in JSON. The connection is closed with
/// [`Close::INAPPROPRIATE_PROTOCOL`].
///
/// [`Close::INAPPROPRIATE_PROTOCOL`]: super::Close::INAPPROPRIATE_PROTOCOL
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payload is not JSON in UTF-8")]
pub(crate) struct NotJson;

impl Format {
    /// `protocol` in calls of the app.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Protobuf => "protobuf",
        }
    }

    /// The commands of a frame, in their order. Ends after the first malformed one; an empty frame is one malformed command.
    ///
    /// Commands are decoded as they are taken. Their payloads are slices of the frame, and keep all of it in memory: who
    /// stores one for longer copies it.
    pub(crate) fn commands(self, frame: Bytes) -> Commands {
        Commands { format: self, rest: Some(frame) }
    }

    /// Whether a frame has nothing behind a command.
    fn is_end(self, rest: &Bytes) -> bool {
        match self {
            Self::Json => rest.is_empty(),
            Self::Protobuf => protobuf::is_end(rest),
        }
    }

    /// One message: without separator in JSON, with its length in Protobuf. JSON is valid UTF-8, and has no line break.
    ///
    /// # Errors
    ///
    /// [`NotJson`], if a payload is none and the format is JSON.
    pub(crate) fn reply(self, reply: &Reply) -> Result<Bytes, NotJson> {
        match self {
            Self::Json => json::write(reply, reply.encoded_len()),
            Self::Protobuf => Ok(protobuf::write(reply)),
        }
    }

    /// The frame of these messages. That of a single one is the message itself, not a copy.
    pub(crate) fn frame(self, messages: &[Bytes]) -> Bytes {
        match (messages, self) {
            ([message], _) => message.clone(),
            (messages, Self::Json) => messages.join(&b'\n').into(),
            (messages, Self::Protobuf) => messages.concat().into(),
        }
    }
}

/// The commands of a frame.
#[derive(Debug)]
pub(crate) struct Commands {
    format: Format,
    /// What is still to be decoded; nothing after the last command, or a malformed one.
    rest: Option<Bytes>,
}

impl Iterator for Commands {
    type Item = Result<Command, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest.take()?;
        let command = match self.format {
            Format::Json => json::read(&line(&mut rest)).map_err(Malformed::from),
            Format::Protobuf => protobuf::read(&mut rest).map_err(Malformed::from),
        };
        self.rest = (command.is_ok() && !self.format.is_end(&rest)).then_some(rest);
        Some(command)
    }
}

/// Takes the first line, and the line break behind it.
fn line(rest: &mut Bytes) -> Bytes {
    let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
        return std::mem::take(rest);
    };
    let line = rest.split_to(end);
    rest.advance(1);
    line
}
