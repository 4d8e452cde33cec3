//! What an operator sees of a call and of an open stream: the instruments of its handler, and a span. Without metrics and
//! spans there is nothing.

use std::sync::Arc;
use std::time::Instant;

use http::HeaderMap;
use tracing::Span;
use tracing::span::Entered;

use crate::dispatch::Dispatch;
use crate::dispatch::handler_meters::{HandlerMeters, StreamMeters};
use crate::dispatch::outcome::{Outcome, StreamEnd};
use crate::dispatch::subject::Answerer;
use crate::event::facts::SERVICE;
use crate::event::kind::Kind;
use crate::handler::Handler;
use crate::observe::span::{self, Names};

/// The observation of a call, from its beginning until it is dropped.
pub(super) struct Observed {
    /// `None` without metrics.
    meters: Option<Arc<HandlerMeters>>,
    span: Span,
    names: Names,
    has_handler: bool,
    arrived: Instant,
    /// What is known of its outcome. A call that is dropped before its handler has returned is `Abandoned`.
    outcome: Outcome,
}

/// A call that nobody may observe. In a box, because nearly all are, and each of them is moved several times.
pub(super) type MaybeObserved = Option<Box<Observed>>;

impl Dispatch {
    /// Begins to observe a call.
    pub(super) fn observe(
        &self,
        event: Kind,
        method: &'static str,
        answerer: Answerer,
        metadata: &HeaderMap,
        arrived: Instant,
    ) -> MaybeObserved {
        if self.handler_meters.is_none() && !self.has_spans {
            return None;
        }
        let handler = answerer.handler();
        let meters = self.handler_meters.as_ref().and_then(|meters| meters.of(event, handler)).cloned();
        if let Some(meters) = &meters {
            meters.in_flight.increment();
        }
        let names = Names {
            event: event.name(),
            service: SERVICE,
            method,
            handler: handler.map(Handler::name),
            function: handler.map(|handler| handler.location().path()),
            pattern: handler.and_then(Handler::pattern),
        };
        let span = if self.has_spans { span::call(names, metadata) } else { Span::none() };
        let has_handler = handler.is_some();
        Some(Box::new(Observed { meters, span, names, has_handler, arrived, outcome: Outcome::Abandoned }))
    }
}

impl Observed {
    /// Enters the span, in which the app's code and the reports of the call run.
    pub(super) fn enter(&self) -> Entered<'_> {
        self.span.enter()
    }

    pub(super) fn ends(&mut self, outcome: Outcome) {
        self.outcome = match outcome {
            Outcome::Refused if !self.has_handler => Outcome::NoMatch,
            outcome => outcome,
        };
    }

    /// Begins to observe the stream that the call has opened.
    pub(super) fn stream(&self) -> ObservedStream {
        let meters = self.meters.clone();
        let span = if self.span.is_none() { Span::none() } else { span::stream(self.names, &self.span) };
        let stream = ObservedStream { meters, span, end: StreamEnd::Left };
        stream.with_meters(|meters| {
            meters.opened.increment();
            meters.open.increment();
        });
        stream
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if let Some(meters) = &self.meters {
            meters.in_flight.decrement();
            meters.ended(self.outcome, self.arrived.elapsed());
        }
        if !self.span.is_disabled() {
            self.span.record("rpc.response.status_code", self.outcome.status());
            span::end(&self.span, "centrifugo.outcome", self.outcome.name(), self.outcome.is_error());
        }
    }
}

/// The observation of an open stream, until it is dropped.
pub(super) struct ObservedStream {
    meters: Option<Arc<HandlerMeters>>,
    span: Span,
    end: StreamEnd,
}

impl ObservedStream {
    /// Enters the span, in which the app's stream runs.
    pub(super) fn enter(&self) -> Entered<'_> {
        self.span.enter()
    }

    pub(super) fn ends(&mut self, end: StreamEnd) {
        self.end = end;
    }

    pub(super) fn sends(&self) {
        self.with_meters(|meters| meters.publications.increment());
    }

    fn with_meters(&self, work: impl FnOnce(&StreamMeters)) {
        if let Some(meters) = self.meters.as_ref().and_then(|meters| meters.streams.as_ref()) {
            work(meters);
        }
    }
}

impl Drop for ObservedStream {
    fn drop(&mut self) {
        self.with_meters(|meters| {
            meters.open.decrement();
            meters.ended(self.end).increment();
        });
        if !self.span.is_disabled() {
            span::end(&self.span, "centrifugo.reason", self.end.name(), self.end.is_error());
        }
    }
}
