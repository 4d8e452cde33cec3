//! The idempotency keys of a channel's publications.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use super::stream::Position;

/// For this time a key stands for the publication that came with it first.
const LIFETIME: Duration = Duration::from_secs(300);

/// The most keys of a channel. Beyond it the oldest are forgotten, as clients may choose them.
const MOST: usize = 65_536;

/// A hash of 128 bits in place of a key, which may be long.
type Digest = [u64; 2];

/// Keys in the order in which they expire.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Random, so that nobody finds two keys with the same digest.
    hashers: [RandomState; 2],
    positions: HashMap<Digest, Position>,
    due: VecDeque<(Instant, Digest)>,
}

impl Keys {
    pub(super) fn get(&self, key: &str) -> Option<Position> {
        self.positions.get(&self.digest(key)).cloned()
    }

    pub(super) fn add(&mut self, key: &str, position: Position, now: Instant) {
        let digest = self.digest(key);
        self.due.push_back((now + LIFETIME, digest));
        self.positions.insert(digest, position);
        if self.due.len() > MOST {
            self.forget_first();
        }
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
        if let Some((_, digest)) = self.due.pop_front() {
            self.positions.remove(&digest);
        }
    }

    fn digest(&self, key: &str) -> Digest {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(key))
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due.front().map(|(due, _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn beyond_the_most_keys_the_oldest_are_forgotten_however_long_they_are() {
        let (mut keys, now) = (Keys::default(), Instant::now());
        let name = |at| format!("{at}{}", "x".repeat(100));
        for at in 0..MOST as u64 + 2 {
            keys.add(&name(at), Position { offset: at, ..Position::default() }, now);
        }
        let offset = |at| keys.get(&name(at)).map(|position| position.offset);
        assert_eq!([offset(0), offset(1), offset(2), offset(MOST as u64 + 1)], [None, None, Some(2), Some(MOST as u64 + 1)]);
        assert_eq!((keys.due.len(), keys.positions.len()), (MOST, MOST));
        assert!(!keys.expire(now + LIFETIME));
    }
}
