//! The room for reflection calls: few may be open, because whoever makes them needs one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use crate::observe::limit::Limit;
use crate::observe::meter::Meter;

/// The most reflection calls that are open at a time.
const MAX: usize = 100;

/// The room for reflection calls.
pub(super) struct ReflectionCalls {
    open: Arc<Semaphore>,
    full: Limit,
}

impl ReflectionCalls {
    pub(super) fn new(meter: Meter) -> Self {
        Self { open: Arc::new(Semaphore::new(MAX)), full: Limit::new("reflection_calls", meter) }
    }

    /// The permit of a call for as long as it is open. `Err`: too many are.
    pub(super) fn permit(&self) -> Result<OwnedSemaphorePermit, Status> {
        Arc::clone(&self.open).try_acquire_owned().map_err(|_| {
            self.full.reached(format_args!("{MAX} are open, so one is refused"));
            Status::resource_exhausted("too many reflection calls are open")
        })
    }
}
