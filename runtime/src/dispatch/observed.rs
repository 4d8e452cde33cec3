//! What an operator sees of a call and of an open stream: the instruments of its handler. Without metrics there is nothing.

use std::sync::Arc;
use std::time::Instant;

use crate::dispatch::Dispatch;
use crate::dispatch::handler_meters::{HandlerMeters, StreamMeters};
use crate::dispatch::outcome::{Outcome, StreamEnd};
use crate::dispatch::subject::Answerer;
use crate::event::kind::Kind;

/// The observation of a call, from its beginning until it is dropped.
pub(super) struct Observed {
    meters: Arc<HandlerMeters>,
    has_handler: bool,
    arrived: Instant,
    /// What is known of its outcome. A call that is dropped before its handler has returned is `Abandoned`.
    outcome: Outcome,
}

/// A call that nobody may observe. In a box, because nearly all are, and each of them is moved several times.
pub(super) type MaybeObserved = Option<Box<Observed>>;

impl Dispatch {
    /// Begins to observe a call.
    pub(super) fn observe(&self, event: Kind, answerer: Answerer, arrived: Instant) -> MaybeObserved {
        let meters = Arc::clone(self.handler_meters.as_ref()?.of(event, answerer.handler())?);
        meters.in_flight.increment();
        let has_handler = answerer.handler().is_some();
        Some(Box::new(Observed { meters, has_handler, arrived, outcome: Outcome::Abandoned }))
    }
}

impl Observed {
    pub(super) fn ends(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Begins to observe the stream that the call has opened.
    pub(super) fn stream(&self) -> Option<ObservedStream> {
        self.meters.streams.as_ref().map(|streams| {
            streams.opened.increment();
            streams.open.increment();
            ObservedStream { meters: Arc::clone(&self.meters), end: StreamEnd::Left }
        })
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let outcome = match self.outcome {
            Outcome::Refused if !self.has_handler => Outcome::NoMatch,
            outcome => outcome,
        };
        self.meters.in_flight.decrement();
        self.meters.ended(outcome, self.arrived.elapsed());
    }
}

/// The observation of an open stream, until it is dropped.
pub(super) struct ObservedStream {
    meters: Arc<HandlerMeters>,
    end: StreamEnd,
}

impl ObservedStream {
    pub(super) fn ends(&mut self, end: StreamEnd) {
        self.end = end;
    }

    pub(super) fn sends(&self) {
        self.with(|streams| streams.publications.increment());
    }

    fn with(&self, work: impl FnOnce(&StreamMeters)) {
        if let Some(streams) = &self.meters.streams {
            work(streams);
        }
    }
}

impl Drop for ObservedStream {
    fn drop(&mut self) {
        self.with(|streams| {
            streams.open.decrement();
            streams.ended(self.end).increment();
        });
    }
}
