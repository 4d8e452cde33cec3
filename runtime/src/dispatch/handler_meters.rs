//! The instruments of each handler, registered at the start and found by the handler: a call makes no labels.

use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::dispatch::outcome::{Outcome, StreamEnd};
use crate::event::kind::Kind;
use crate::event::{Event, SubscribeStream};
use crate::handler::Handler;
use crate::observe::catalog::{
    CALL_DURATION, CALLS, CALLS_IN_FLIGHT, STREAM_PUBLICATIONS, STREAMS_ENDED, STREAMS_OPEN, STREAMS_OPENED,
};
use crate::observe::meter::{Counter, Durations, Gauge, Meter};

/// The instruments of all handlers.
pub(crate) struct AllHandlerMeters(HashMap<(Kind, usize), Arc<HandlerMeters>>);

/// The instruments of a handler; or those of an event, for calls that no handler matches.
pub(super) struct HandlerMeters {
    labels: Own,
    meter: Meter,
    pub(super) in_flight: Gauge,
    ended: [Counter; Outcome::ALL.len()],
    /// Each is registered with the first call that ends so: a distribution is a dozen time series.
    durations: [OnceLock<Durations>; Outcome::ALL.len()],
    /// Those of its open streams, if it opens any.
    pub(super) streams: Option<StreamMeters>,
}

/// The instruments of a handler's open streams.
pub(super) struct StreamMeters {
    pub(super) opened: Counter,
    pub(super) open: Gauge,
    pub(super) publications: Counter,
    ended: [Counter; StreamEnd::ALL.len()],
}

/// The labels that all instruments of a handler have.
#[derive(Debug, Clone, Copy)]
struct Own {
    event: &'static str,
    handler: &'static str,
    pattern: &'static str,
}

impl AllHandlerMeters {
    pub(crate) fn new(handlers: impl Iterator<Item = &'static Handler>, meter: Meter) -> Self {
        let mut all = HashMap::new();
        for handler in handlers {
            for answerer in [Some(handler), None] {
                let new = || Arc::new(HandlerMeters::new(handler.kind(), answerer, meter));
                all.entry(key(handler.kind(), answerer)).or_insert_with(new);
            }
        }
        Self(all)
    }

    /// The instruments for a call of this handler; `None`: no pattern matches.
    pub(super) fn of(&self, event: Kind, handler: Option<&'static Handler>) -> Option<&Arc<HandlerMeters>> {
        self.0.get(&key(event, handler))
    }
}

/// A handler is a `static` or a constant with one address.
fn key(event: Kind, handler: Option<&'static Handler>) -> (Kind, usize) {
    (event, handler.map_or(0, |handler| ptr::from_ref(handler).addr()))
}

impl HandlerMeters {
    fn new(event: Kind, handler: Option<&'static Handler>, meter: Meter) -> Self {
        let pattern = handler.and_then(Handler::pattern).unwrap_or_default();
        let labels = Own { event: event.name(), handler: handler.map(Handler::name).unwrap_or_default(), pattern };
        Self {
            labels,
            meter,
            in_flight: meter.gauge(CALLS_IN_FLIGHT, &labels.all()),
            ended: Outcome::ALL.map(|outcome| meter.counter(CALLS, &labels.with("outcome", outcome.name()))),
            durations: Default::default(),
            streams: (event == SubscribeStream::KIND && handler.is_some()).then(|| StreamMeters::new(labels, meter)),
        }
    }

    /// Records the end of a call.
    pub(super) fn ended(&self, outcome: Outcome, elapsed: Duration) {
        self.ended[outcome as usize].increment();
        let register = || self.meter.durations(CALL_DURATION, &self.labels.with("outcome", outcome.name()));
        self.durations[outcome as usize].get_or_init(register).record(elapsed);
    }
}

impl StreamMeters {
    fn new(labels: Own, meter: Meter) -> Self {
        Self {
            opened: meter.counter(STREAMS_OPENED, &labels.all()),
            open: meter.gauge(STREAMS_OPEN, &labels.all()),
            publications: meter.counter(STREAM_PUBLICATIONS, &labels.all()),
            ended: StreamEnd::ALL.map(|end| meter.counter(STREAMS_ENDED, &labels.with("reason", end.name()))),
        }
    }

    /// The counter of the streams that end so.
    pub(super) fn ended(&self, end: StreamEnd) -> &Counter {
        &self.ended[end as usize]
    }
}

impl Own {
    fn all(self) -> [(&'static str, &'static str); 3] {
        [("event", self.event), ("handler", self.handler), ("pattern", self.pattern)]
    }

    fn with(self, name: &'static str, value: &'static str) -> [(&'static str, &'static str); 4] {
        let [event, handler, pattern] = self.all();
        [event, handler, pattern, (name, value)]
    }
}
