//! The idempotency keys of a channel's publications.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::stream::Position;

/// For this time a key stands for the publication that came with it first.
const LIFETIME: Duration = Duration::from_secs(300);

/// Keys in the order in which they expire.
#[derive(Debug, Default)]
pub(super) struct Keys {
    positions: HashMap<Arc<str>, Position>,
    due: VecDeque<(Instant, Arc<str>)>,
}

impl Keys {
    pub(super) fn get(&self, key: &str) -> Option<Position> {
        self.positions.get(key).cloned()
    }

    pub(super) fn add(&mut self, key: &str, position: Position, now: Instant) {
        let key: Arc<str> = key.into();
        self.due.push_back((now + LIFETIME, Arc::clone(&key)));
        self.positions.insert(key, position);
    }

    /// Drops the keys that are due. Returns whether any remains.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        while self.due.front().is_some_and(|(due, _)| *due <= now) {
            self.forget_first();
        }
        super::shrink(&mut self.positions);
        !self.due.is_empty()
    }

    fn forget_first(&mut self) {
        if let Some((_, key)) = self.due.pop_front() {
            self.positions.remove(&key);
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due.front().map(|(due, _)| *due)
    }
}
