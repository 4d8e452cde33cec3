//! The checks that every command passes, in Centrifugo's order.

use crate::codec::{Close, ErrorCode};
use crate::proto::client::Command;

use super::reply::{Outcome, Refused};
use super::{Connection, Phase};

impl Connection {
    /// Begins a command.
    pub(super) fn begin(&mut self, command: Command) {
        let id = command.id;
        let outcome = match self.phase {
            Phase::New => self.begin_first(command),
            _ => self.begin_next(command),
        };
        self.conclude(id, outcome);
    }

    /// The first command has to connect.
    fn begin_first(&mut self, command: Command) -> Outcome {
        match command.connect {
            // Without an id it is a pong, which comes too early.
            Some(request) if command.id > 0 || command.send.is_some() => self.connect(command.id, request),
            _ => Err(Close::BAD_REQUEST.into()),
        }
    }

    fn begin_next(&mut self, command: Command) -> Outcome {
        let id = command.id;
        if id == 0 && command.send.is_none() {
            self.pong();
            return Ok(None);
        }
        match command {
            Command { connect: Some(_), .. } => Err(Close::BAD_REQUEST.into()),
            command if !command.has_known_request() => Err(Close::BAD_REQUEST.into()),
            Command { ping: Some(_), .. } => Err(ErrorCode::NOT_AVAILABLE.into()),
            Command { subscribe: Some(request), .. } => self.subscribe(id, request),
            Command { unsubscribe: Some(request), .. } => self.unsubscribe(id, request),
            Command { publish: Some(request), .. } => self.publish(id, request),
            Command { presence: Some(request), .. } => self.presence(&request),
            Command { presence_stats: Some(request), .. } => self.presence_stats(&request),
            Command { history: Some(request), .. } => self.history(&request),
            Command { rpc: Some(request), .. } => self.rpc(id, request),
            // Centrifugo has no handler for messages without a reply.
            Command { send: Some(_), .. } => Err(Refused::Close(Close::NOT_AVAILABLE)),
            Command { refresh: Some(request), .. } => self.refresh(&request),
            Command { sub_refresh: Some(request), .. } => self.sub_refresh(&request),
            _ => Err(Close::BAD_REQUEST.into()),
        }
    }
}

impl Command {
    /// Whether it has another request than `ping`, which alone is none.
    fn has_known_request(&self) -> bool {
        self.subscribe.is_some()
            || self.unsubscribe.is_some()
            || self.publish.is_some()
            || self.presence.is_some()
            || self.presence_stats.is_some()
            || self.history.is_some()
            || self.rpc.is_some()
            || self.send.is_some()
            || self.refresh.is_some()
            || self.sub_refresh.is_some()
    }
}
