//! The epochs of streams that nobody has published to. They follow from the channel's name, so that such a stream need not
//! be kept: clients that look at the history of names without end, or subscribe to them and leave, cost no memory.

use std::sync::atomic::{AtomicU32, Ordering};

/// The number of counters. Channels that share one lose the positions of their empty streams together, which is harmless.
const COUNTERS: usize = 1 << 14;

/// What 64 bits are multiplied with to spread small numbers: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Counts the streams that were lost with what had been published, for parts of all channels.
pub(super) struct Epochs(Vec<AtomicU32>);

impl Epochs {
    pub(super) fn new() -> Self {
        Self((0..COUNTERS).map(|_| AtomicU32::new(0)).collect())
    }

    /// What the epoch of a channel's next stream is made of, by the hash of the channel's name.
    pub(super) fn seed(&self, hash: u64) -> u64 {
        seed(hash, self.counter(hash).load(Ordering::Relaxed))
    }

    /// The same after the loss of a stream with publications: its positions must not fit the next one.
    pub(super) fn advance(&self, hash: u64) -> u64 {
        seed(hash, self.counter(hash).fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    fn counter(&self, hash: u64) -> &AtomicU32 {
        &self.0[(hash >> 32) as usize % COUNTERS]
    }
}

fn seed(hash: u64, count: u32) -> u64 {
    hash.wrapping_add(u64::from(count).wrapping_mul(SPREAD))
}

/// An epoch as Centrifugo writes them.
pub(super) fn epoch(seed: u64) -> Box<str> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..8).map(|_| random.alphabetic()).collect::<String>().into()
}
