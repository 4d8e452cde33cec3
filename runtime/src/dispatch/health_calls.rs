//! The room for health calls, which need no secret, so they may not use up what Centrifugo's calls need.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::observe::limit::Limit;
use crate::observe::meter::Meter;

/// The most health calls of each kind that are open at a time.
const MAX: usize = 1_000;

/// The room for health calls that aren't answered at once. Each kind has its own, so that no watch keeps a probe out.
pub(crate) struct HealthCalls {
    /// Calls that report every change.
    pub(crate) watches: Arc<Semaphore>,
    /// Calls whose request is incomplete.
    pub(crate) incomplete: Arc<Semaphore>,
    pub(crate) full: Limit,
}

impl HealthCalls {
    pub(super) fn new(meter: Meter) -> Self {
        let room = || Arc::new(Semaphore::new(MAX));
        Self { watches: room(), incomplete: room(), full: Limit::new("health_calls", meter) }
    }
}
