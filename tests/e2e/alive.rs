//! What is there, until it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use centrifugo_tests::eventually;

/// Counts the guards that are there.
#[derive(Clone, Default)]
pub(crate) struct Alive(Arc<AtomicUsize>);

/// Counts until it is dropped.
pub(crate) struct Guard(Alive);

impl Alive {
    pub(crate) fn guard(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }

    pub(crate) fn now(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) async fn are(&self, count: usize) {
        eventually(|| (self.now() == count).then_some(()), || format!("{} are there instead of {count}", self.now())).await;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
