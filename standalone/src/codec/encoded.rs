//! Replies for many clients.

use std::sync::OnceLock;

use bytes::Bytes;

use super::format::{Format, NotJson};
use crate::proto::client::Reply;

/// A reply or push for many clients: encoded when the first client of a format takes it, and at most once for each format.
#[derive(Debug)]
pub(crate) struct Encoded {
    reply: Reply,
    json: OnceLock<Result<Bytes, NotJson>>,
    protobuf: OnceLock<Result<Bytes, NotJson>>,
}

impl Encoded {
    /// Holds a reply, not encoded yet.
    pub(crate) fn new(reply: Reply) -> Self {
        Self { reply, json: OnceLock::new(), protobuf: OnceLock::new() }
    }

    /// The message for a client of this format, as [`Format::reply`] encodes it.
    ///
    /// # Errors
    ///
    /// [`NotJson`], if a payload is none and the format is JSON; for each client of that format.
    pub(crate) fn get(&self, format: Format) -> Result<Bytes, NotJson> {
        let once = match format {
            Format::Json => &self.json,
            Format::Protobuf => &self.protobuf,
        };
        once.get_or_init(|| format.reply(&self.reply)).clone()
    }
}
