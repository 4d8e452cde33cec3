//! Connections of peers that nothing shows to be Centrifugo. They give way when there are too many connections.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use tokio::task::AbortHandle;

use crate::server::peer::Peer;

/// The connections, the oldest one first. Some have ended, or have turned out to be Centrifugo's, since they were added.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    connections: VecDeque<Stranger>,
    /// The number of connections at which those that have ended are removed.
    prune_at: usize,
}

#[derive(Debug)]
struct Stranger {
    task: AbortHandle,
    peer: Weak<Peer>,
}

impl Strangers {
    /// Adds a connection, which this task serves.
    pub(crate) fn add(&mut self, task: AbortHandle, peer: &Arc<Peer>) {
        if self.connections.len() >= self.prune_at {
            self.connections.retain(Stranger::is_one);
            self.prune_at = 2 * self.connections.len() + 16;
        }
        self.connections.push_back(Stranger { task, peer: Arc::downgrade(peer) });
    }

    /// Closes the oldest connection, without regard to its calls: none of them has been accepted. Returns whether there was
    /// one.
    pub(crate) fn close_oldest(&mut self) -> bool {
        while let Some(oldest) = self.connections.pop_front() {
            if oldest.is_one() {
                oldest.task.abort();
                return true;
            }
        }
        false
    }
}

impl Stranger {
    fn is_one(&self) -> bool {
        !self.task.is_finished() && self.peer.upgrade().is_some_and(|peer| !peer.is_known())
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinHandle;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::observe::meter::Meter;
    use crate::server::Limits;
    use crate::server::peer::Peers;

    fn peer() -> Arc<Peer> {
        Arc::new(Peer::new(Arc::new(Peers::new(Limits::default(), Meter::default())), TaskTracker::new().token()))
    }

    /// A connection that is open until it is closed.
    fn open(strangers: &mut Strangers, peer: &Arc<Peer>) -> JoinHandle<()> {
        let task = tokio::spawn(std::future::pending());
        strangers.add(task.abort_handle(), peer);
        task
    }

    #[tokio::test]
    async fn the_oldest_connection_gives_way_unless_its_peer_is_known() {
        let (mut strangers, peers) = (Strangers::default(), [peer(), peer(), peer()]);
        let [known, second, third] = peers.each_ref().map(|peer| open(&mut strangers, peer));
        peers[0].make_known();
        assert!(strangers.close_oldest());
        assert!(second.await.is_err_and(|end| end.is_cancelled()));
        assert!(!known.is_finished() && !third.is_finished());
        assert!(strangers.close_oldest() && !strangers.close_oldest());
        assert!(!known.is_finished() && third.await.is_err());
    }

    #[tokio::test]
    async fn ended_connections_are_not_kept() {
        let (mut strangers, peer) = (Strangers::default(), peer());
        for _ in 0..1_000 {
            let task = open(&mut strangers, &peer);
            task.abort();
            assert!(task.await.is_err());
        }
        assert!(strangers.connections.len() <= 16);
    }
}
