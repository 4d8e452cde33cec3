//! The state that all calls share: its construction, its counters, and what other rooms read of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::dispatch::Dispatch;
use crate::dispatch::failure::{ErrorHandler, Reporter};
use crate::dispatch::health_calls::HealthCalls;
use crate::dispatch::secret::Secret;
use crate::dispatch::throttle::Throttle;
use crate::dispatch::warnings::Warnings;
use crate::handler::router::Routes;

impl Dispatch {
    pub(crate) fn new(
        routes: Routes,
        reporter: Reporter,
        secret: Option<Secret>,
        warnings: Warnings,
        max_message_size: usize,
        max_running_calls: usize,
        timeout: Option<Duration>,
    ) -> Self {
        Self {
            routes,
            reporter,
            secret,
            warnings,
            max_message_size,
            max_running_calls,
            timeout,
            stopping: CancellationToken::new(),
            drain_over: AtomicBool::new(false),
            running: AtomicUsize::new(0),
            in_layers: AtomicUsize::new(0),
            foreign_calls: Throttle::default(),
            too_many_calls: Throttle::default(),
            health_calls: HealthCalls::default(),
        }
    }

    pub(crate) fn max_message_size(&self) -> usize {
        self.max_message_size
    }

    /// The token that is cancelled when the app begins to stop.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Notes that the stop waits no longer. Calls that are dropped from now on are reported as cut by it.
    pub(crate) fn end_drain(&self) {
        self.drain_over.store(true, Ordering::Relaxed);
    }

    /// Refuses a call if too many run. Calls that arrive on several threads at once may exceed the limit by their number.
    pub(super) fn check_room(&self, running: &AtomicUsize) -> Result<(), Status> {
        if running.load(Ordering::Relaxed) < self.max_running_calls { Ok(()) } else { Err(self.refuse_for_room()) }
    }

    #[cold]
    fn refuse_for_room(&self) -> Status {
        if let Some(more) = self.too_many_calls.pass() {
            tracing::warn!("max_running_calls: {} calls run, so a call is refused{more}", self.max_running_calls);
        }
        Status::resource_exhausted("too many calls run")
    }

    /// The number of handlers that run. With tower layers, a call counts from the outermost of them on.
    pub(crate) fn running(&self) -> usize {
        // Handlers run inside of the layers, so the sum would count them twice.
        self.running.load(Ordering::Relaxed).max(self.in_layers.load(Ordering::Relaxed))
    }

    /// Counts a call that enters the app's tower layers. `Err`: too many calls run.
    pub(crate) fn enter_layers(&self) -> Result<(), Status> {
        self.check_room(&self.in_layers)?;
        self.in_layers.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts a call that has left the app's tower layers.
    pub(crate) fn leave_layers(&self) {
        self.in_layers.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn error_handler(&self) -> Option<&ErrorHandler> {
        self.reporter.error_handler.as_ref()
    }

    /// Limits the log lines about calls that don't come from Centrifugo.
    pub(crate) fn foreign_calls(&self) -> &Throttle {
        &self.foreign_calls
    }

    pub(crate) fn health_calls(&self) -> &HealthCalls {
        &self.health_calls
    }
}
