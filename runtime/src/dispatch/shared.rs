//! The state that all calls share: its construction, its counters, and what other rooms read of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
#[cfg(feature = "reflection")]
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::dispatch::Dispatch;
use crate::dispatch::counters::Counters;
use crate::dispatch::failure::{ErrorHandler, Reporter};
use crate::dispatch::handler_meters::AllHandlerMeters;
use crate::dispatch::health_calls::HealthCalls;
use crate::dispatch::message::{decode, is_too_long};
#[cfg(feature = "reflection")]
use crate::dispatch::reflection_calls::ReflectionCalls;
use crate::dispatch::secret::Secret;
use crate::dispatch::warnings::Warnings;
use crate::handler::router::Routes;
use crate::observe::limit::Limit;
use crate::observe::meter::Meter;
use crate::observe::throttle::Throttle;

/// The limits of calls.
pub(crate) struct CallLimits {
    pub(crate) message_size: usize,
    pub(crate) running_calls: usize,
    pub(crate) timeout: Option<Duration>,
}

/// What the app shows of its calls.
pub(crate) struct Observing {
    pub(crate) meter: Meter,
    /// `None` without metrics.
    pub(crate) handler_meters: Option<AllHandlerMeters>,
    /// Whether each call has a span.
    pub(crate) has_spans: bool,
    /// Whether the app has the reflection service.
    #[cfg(feature = "reflection")]
    pub(crate) has_reflection: bool,
}

impl Dispatch {
    pub(crate) fn new(
        routes: Routes,
        reporter: Reporter,
        secret: Option<Secret>,
        warnings: Warnings,
        CallLimits { message_size, running_calls, timeout }: CallLimits,
        observing: Observing,
    ) -> Self {
        let meter = observing.meter;
        Self {
            routes,
            reporter,
            secret,
            warnings,
            max_message_size: message_size,
            max_running_calls: running_calls,
            timeout,
            leaving: CancellationToken::new(),
            stopping: CancellationToken::new(),
            drain_over: AtomicBool::new(false),
            running: AtomicUsize::new(0),
            in_layers: AtomicUsize::new(0),
            foreign_calls: Throttle::default(),
            too_many_calls: Limit::new("max_running_calls", meter),
            too_long: Limit::new("max_message_size", meter),
            health_calls: HealthCalls::new(meter),
            #[cfg(feature = "reflection")]
            reflection_calls: observing.has_reflection.then(|| ReflectionCalls::new(meter)),
            meter,
            counters: Counters::new(meter),
            handler_meters: observing.handler_meters,
            has_spans: observing.has_spans,
        }
    }

    pub(crate) fn max_message_size(&self) -> usize {
        self.max_message_size
    }

    /// The token that is cancelled when the app is about to stop.
    pub(crate) fn leaving(&self) -> &CancellationToken {
        &self.leaving
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
        self.too_many_calls.reached(format_args!("{} calls run, so a call is refused", self.max_running_calls));
        Status::resource_exhausted("too many calls run")
    }

    /// Counts a request that tonic's codec refuses with this status, if its message is too long.
    pub(crate) fn note_refused(&self, status: &Status) {
        if is_too_long(status) {
            let max = self.max_message_size;
            self.too_long.reached(format_args!("a message of a request has more than {max} bytes, so its call is refused"));
        }
    }

    /// Counts a response or a publication that is too long.
    pub(super) fn response_is_too_long(&self) {
        self.too_long.reached(format_args!(
            "a message of a response has more than {} bytes, so its call fails",
            self.max_message_size
        ));
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

    /// Decodes a message. Bytes that are none are counted as a malformed call.
    pub(crate) fn decode<M: Message + Default>(&self, bytes: Bytes) -> Result<M, Status> {
        decode(bytes).inspect_err(|_| self.counters.malformed.increment())
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter
    }

    /// The counters of what happens beside the calls of handlers.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn health_calls(&self) -> &HealthCalls {
        &self.health_calls
    }

    /// The permit of a reflection call for as long as it is open. `Err`: reflection is off, or too many are open.
    #[cfg(feature = "reflection")]
    pub(crate) fn reflection_permit(&self) -> Result<OwnedSemaphorePermit, Status> {
        let Some(calls) = &self.reflection_calls else {
            return Err(Status::unimplemented("reflection is off: `PROXY_REFLECTION=1` switches it on"));
        };
        calls.permit()
    }
}
