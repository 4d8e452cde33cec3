//! The end of a command: a reply, an error, or the connection's close.

use bytes::Bytes;
use prost::Message;

use crate::app::{BadBase64, CallFailed, Caller};
use crate::codec::{Close, ErrorCode, Format};
use crate::hub::Outbox;
use crate::proto::client::{Error, Reply};
use crate::proto::proxy;

use super::{Connection, Phase};

/// The end of a command. `Ok(None)`: its reply is in the outbox already.
pub(super) type Outcome = Result<Option<Reply>, Refused>;

/// A command that is not carried out.
#[derive(Debug)]
pub(super) enum Refused {
    /// An error of the engine's own.
    Code(ErrorCode),
    /// An error of the app.
    Error(Error),
    Close(Close),
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<Close> for Refused {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<CallFailed> for Refused {
    fn from(CallFailed: CallFailed) -> Self {
        ErrorCode::INTERNAL.into()
    }
}

impl From<BadBase64> for Refused {
    fn from(BadBase64: BadBase64) -> Self {
        ErrorCode::INTERNAL.into()
    }
}

/// The result of the app's reply: a disconnect counts more than an error, and both more than a result.
pub(super) fn result<T>(
    disconnect: Option<proxy::Disconnect>,
    error: Option<proxy::Error>,
    result: Option<T>,
) -> Result<Option<T>, Refused> {
    match (disconnect, error) {
        (Some(proxy::Disconnect { code, reason }), _) => Err(Refused::Close(Close::of_app(code, reason))),
        (None, Some(proxy::Error { code, message, temporary })) => Err(Refused::Error(Error { code, message, temporary })),
        (None, None) => Ok(result),
    }
}

/// Queues a message, or closes the connection if it can't be sent.
pub(super) fn queue(format: Format, outbox: &Outbox, message: &Reply) {
    match encode(format, outbox, message) {
        Ok(message) => outbox.push(message),
        Err(close) => outbox.close(close),
    }
}

/// Encodes a message, unless it is far too long, or has a payload that is no JSON for a client that speaks JSON.
pub(super) fn encode(format: Format, outbox: &Outbox, message: &Reply) -> Result<Bytes, Close> {
    if message.encoded_len() > outbox.longest() {
        return Err(Close::SLOW);
    }
    format.reply(message).map_err(|_| Close::INAPPROPRIATE_PROTOCOL)
}

/// Writes a reply with one field set.
macro_rules! reply {
    ($($field:ident: $value:expr),*) => {
        $crate::proto::client::Reply { $($field: Some($value),)* ..Default::default() }
    };
}
pub(super) use reply;

impl Connection {
    /// Ends a command.
    pub(super) fn conclude(&mut self, id: u32, outcome: Outcome) {
        match outcome {
            Ok(None) => {}
            Ok(Some(reply)) => self.reply(id, reply),
            Err(Refused::Code(code)) => self.refuse(id, code.error()),
            Err(Refused::Error(error)) => self.refuse(id, error),
            Err(Refused::Close(close)) => self.close(close),
        }
    }

    fn refuse(&mut self, id: u32, error: Error) {
        let (Caller { client, user, .. }, code) = (&self.caller, error.code);
        tracing::debug!(%client, %user, command = id, code, "refusing a command: {}", error.message);
        self.reply(id, reply! { error: error });
    }

    /// Queues a reply.
    pub(super) fn reply(&mut self, id: u32, reply: Reply) {
        match encode(self.format, &self.outbox, &Reply { id, ..reply }) {
            Ok(message) if matches!(self.phase, Phase::Connected(_)) => self.outbox.push(message),
            // The error of the connect command.
            Ok(message) => self.outbox.refuse(message),
            Err(close) => self.close(close),
        }
    }
}
