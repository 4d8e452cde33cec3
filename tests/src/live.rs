//! A count of values that are alive, such as handlers at work and open streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::eventually;

/// The number of guards that are alive.
#[derive(Debug, Clone, Default)]
pub struct LiveCount(Arc<AtomicUsize>);

/// One of the values counted, until it is dropped.
#[derive(Debug)]
pub struct LiveGuard(LiveCount);

impl LiveCount {
    /// A guard that is counted until it is dropped.
    pub fn guard(&self) -> LiveGuard {
        self.0.fetch_add(1, Ordering::SeqCst);
        LiveGuard(self.clone())
    }

    /// The number now.
    pub fn now(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits until the number is this one.
    ///
    /// # Panics
    ///
    /// If it doesn't become that in time.
    pub async fn reaches(&self, count: usize) {
        eventually(|| (self.now() == count).then_some(()), || format!("{} are alive instead of {count}", self.now())).await;
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
