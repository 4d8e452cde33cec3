//! Connections whose peers take nothing of the responses that HTTP/2 has for them.

use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Sleep, sleep};

use crate::server::peer::Peer;

/// The shortest turn, so that a time limit of zero keeps no core busy.
const SHORTEST: Duration = Duration::from_millis(100);

/// The open connections, which all have their turn at the same time: one timer for all of them, however many calls they
/// have.
#[derive(Debug)]
pub(crate) struct Untaken {
    connections: Vec<(AbortHandle, Weak<Peer>)>,
    /// The number of connections at which those that have ended are removed.
    prune_at: usize,
    length: Duration,
    turn: Pin<Box<Sleep>>,
}

impl Untaken {
    /// `send_timeout`: a response that waits for longer closes its connection, after at most twice that time.
    pub(crate) fn new(send_timeout: Duration) -> Self {
        let length = send_timeout.max(SHORTEST);
        Self { connections: Vec::new(), prune_at: 0, length, turn: Box::pin(sleep(length)) }
    }

    /// Adds a connection, which this task serves.
    pub(crate) fn add(&mut self, task: AbortHandle, peer: &Arc<Peer>) {
        if self.connections.len() >= self.prune_at {
            self.connections.retain(|(task, _)| !task.is_finished());
            self.prune_at = 2 * self.connections.len() + 16;
        }
        self.connections.push((task, Arc::downgrade(peer)));
    }

    /// Waits for the next turn, then closes the connections whose responses have waited since the one before the last.
    pub(crate) async fn turn(&mut self) {
        self.turn.as_mut().await;
        // From now on: when the app was blocked, its connections need a whole turn to send.
        self.turn.set(sleep(self.length));
        self.connections.retain(|(task, peer)| {
            let Some(peer) = peer.upgrade() else { return false };
            if peer.turn() {
                peer.log_unsent_too_long("its connection is closed");
                task.abort();
            }
            !task.is_finished()
        });
    }
}
