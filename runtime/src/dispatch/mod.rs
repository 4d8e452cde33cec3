//! The life of a call, from Centrifugo's message to the response. The steps, in the order of this file:
//!
//! 1. **Receive** ([`Dispatch::call`]): decodes the message into a typed event. The call comes from `grpc/`, whose `gate.rs`
//!    has checked the secret.
//! 2. **Find** ([`Dispatch::find`]): picks the handler whose pattern matches, and wraps it in the app's interceptors.
//! 3. **Begin** ([`Dispatch::begin`]): makes the checks that Centrifugo leaves to the app, and the future of the
//!    interceptors, the extractors and the handler. From here on the call is [`InFlight`].
//! 4. **Run** ([`InFlight::poll_encoded`]): polls that future until it returns, panics or misses its deadline
//!    (`deadline.rs`). Until now, the only code of the app that has run is that which reads placeholders.
//! 5. **Encode** ([`Dispatch::encode`]): compares the reply with Centrifugo's configuration (`warnings.rs`), and makes a
//!    response of it.
//! 6. **Refuse** ([`InFlight::respond`], [`refuse`]): makes a response of a refusal, or a gRPC status of a failure. Back in
//!    `grpc/`, `response_body.rs` makes a body of either.
//! 7. **Report** (`call_record.rs`): logs refusals and failures, and passes failures to the app's error handler
//!    (`failure.rs`). A call that is dropped before its handler has returned is reported, too.
//!
//! A call without a reply has a [`Reject`]. It is a *refusal* if the client receives it (an error or a disconnect), and a
//! *failure* if it is for the app alone (an error without a code, a panic, a missed deadline).
//!
//! A stream opens by the same steps; `stream.rs` has what follows. `channel_states.rs` takes them for each event of a batch.
//!
//! # How a handler ends early
//!
//! A handler is a future, so it ends early by being dropped, at the `.await` that it waits at:
//!
//! * Its deadline is over (step 4): the caller's, its own or the app's, whichever is first.
//! * The caller resets the call, or its connection ends: `server/responder.rs` drops the call.
//! * The app stops, and the drain timeout is over: `server/connection.rs` closes all connections, which ends the task of
//!   each call.
//!
//! A handler that blocks its thread can't be dropped. The report (`Drop` of [`InFlight`]) names the reason. A call that is
//! cut by the stop is only logged, because the error handler ends with the app.

pub(crate) mod call_record;
pub(crate) mod channel_states;
pub(crate) mod counters;
mod deadline;
pub(crate) mod failure;
pub(crate) mod failure_argument;
pub(crate) mod handler_meters;
pub(crate) mod health_calls;
mod late;
pub(crate) mod message;
mod observed;
mod outcome;
#[cfg(feature = "reflection")]
mod reflection_calls;
pub(crate) mod reported;
pub(crate) mod secret;
pub(crate) mod shared;
pub(crate) mod stream;
mod subject;
pub(crate) mod warnings;

use std::future::{self, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http::{Extensions, HeaderMap};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::dispatch::call_record::{CallRecord, shown_name};
use crate::dispatch::counters::Counters;
use crate::dispatch::deadline::Deadline;
use crate::dispatch::failure::Reporter;
use crate::dispatch::handler_meters::AllHandlerMeters;
use crate::dispatch::health_calls::HealthCalls;
use crate::dispatch::late::Late;
use crate::dispatch::message::TooLong;
use crate::dispatch::observed::{MaybeObserved, ObservedStream};
use crate::dispatch::outcome::Outcome;
#[cfg(feature = "reflection")]
use crate::dispatch::reflection_calls::ReflectionCalls;
use crate::dispatch::secret::Secret;
use crate::dispatch::subject::Answerer;
use crate::dispatch::warnings::Warnings;
use crate::event::kind::Kind;
use crate::event::{Malformed, Refusal, Wire};
use crate::handler::call::{Call, Request};
use crate::handler::router::{Found, Routed, Routes};
use crate::handler::{Bound, ReplyFuture};
use crate::observe::limit::Limit;
use crate::observe::meter::Meter;
use crate::observe::throttle::Throttle;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reject::logged::Logged;
use crate::reply::payload::PayloadFormat;

/// The state that all calls share: see `shared.rs`.
pub(crate) struct Dispatch {
    routes: Routes,
    reporter: Reporter,
    secret: Option<Secret>,
    warnings: Warnings,
    /// The longest message in both directions, in bytes.
    max_message_size: usize,
    max_running_calls: usize,
    /// The longest time of a call that the app allows.
    timeout: Option<Duration>,
    /// Cancelled when the app is about to stop, or stops: it isn't healthy any more.
    leaving: CancellationToken,
    /// Cancelled when the app begins to stop. Ends the open streams.
    stopping: CancellationToken,
    /// Whether the stop waits no longer: the server drops the calls that still run.
    drain_over: AtomicBool,
    /// The number of handlers that run.
    running: AtomicUsize,
    /// The number of calls that are in the app's tower layers, or in handlers inside of them. 0 without layers.
    in_layers: AtomicUsize,
    /// Limits the log lines about calls that don't come from Centrifugo.
    foreign_calls: Throttle,
    too_many_calls: Limit,
    too_long: Limit,
    health_calls: HealthCalls,
    /// `None`: the app has no reflection.
    #[cfg(feature = "reflection")]
    reflection_calls: Option<ReflectionCalls>,
    meter: Meter,
    counters: Counters,
    /// `None` without metrics.
    handler_meters: Option<AllHandlerMeters>,
    /// Whether each call has a span.
    has_spans: bool,
}

/// The head of a call: all of it but the message.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) arrived: Instant,
    /// The time from which the timeouts of the handler and the app count.
    pub(crate) begun: Instant,
}

impl Head {
    pub(crate) fn new(metadata: HeaderMap, extensions: Extensions, arrived: Instant) -> Self {
        Self { metadata, extensions, arrived, begun: arrived }
    }
}

/// A call whose handler runs: a future of the response, as `map_response` returns it.
// Polled by hand, because combinators and `async` blocks would be compiled for each event, one in the other.
pub(crate) struct InFlight<E: Wire, T> {
    /// The handler inside of its interceptors. `None` once it has ended.
    handler: Option<ReplyFuture<E>>,
    format: PayloadFormat,
    map_response: MapResponse<E, T>,
    record: CallRecord,
    deadline: Deadline,
    observed: MaybeObserved,
}

/// The function that brings a response into the form that is sent, and refuses one over the limit, in bytes.
type MapResponse<E, T> = fn(<E as Wire>::Response, usize) -> Result<T, Reject>;

// Step 1, receive. What isn't generic over the event is compiled once.

impl Dispatch {
    /// Decodes the message, and takes the event through steps 2 and 3. `Err`: it is no event, the app has no handlers for
    /// it, or too many calls run.
    pub(crate) fn call<E: Routed, T>(
        self: Arc<Self>,
        head: Head,
        message: E::Request,
        map_response: MapResponse<E, T>,
    ) -> Result<InFlight<E, T>, Status> {
        self.check_room(&self.running)?;
        let event = E::decode(message).map_err(|fault| self.malformed(fault))?;
        self.start(event, head, map_response).ok_or_else(|| no_handlers(E::KIND))
    }
}

impl Dispatch {
    /// The status of a message that is no event.
    fn malformed(&self, malformed: Malformed) -> Status {
        self.counters.malformed.increment();
        tracing::warn!(event = %malformed.kind, "{}: it doesn't come from Centrifugo", Logged(&malformed));
        Status::invalid_argument(malformed.to_string())
    }
}

/// The status of an event that the app has no handlers for.
fn no_handlers(kind: Kind) -> Status {
    let attribute = kind.facts().attribute;
    tracing::warn!(
        event = %kind,
        "no handler: write one with `{attribute}`, or switch the proxy off in Centrifugo's configuration"
    );
    Status::unimplemented(format!("no handler for {kind}"))
}

// Step 2, find, and step 3, begin.

impl Dispatch {
    /// Steps 2 and 3; [`testing`](crate::testing) enters here. `None`: the app has no handlers for the event.
    pub(crate) fn start<E: Routed, T>(
        self: Arc<Self>,
        event: E,
        head: Head,
        map_response: MapResponse<E, T>,
    ) -> Option<InFlight<E, T>> {
        let found = self.find(&event)?;
        Some(self.begin(found, event, head, map_response))
    }

    /// Finds the handler, and puts the interceptors around it. `None`: the app has no handlers for the event.
    fn find<E: Routed>(&self, event: &E) -> Option<(Answerer, Bound<E>)> {
        let table = E::table(&self.routes);
        let name = event.name().unwrap_or_default();
        let (answerer, bound): (_, Bound<E>) = match table.find(name) {
            Found::Bound(handler, bound) => (Answerer::Handler(handler), bound),
            Found::Panicked(handler, reject) => {
                (Answerer::Handler(handler), Bound::Closure(Box::new(|_| Box::pin(future::ready(Err(reject))))))
            }
            Found::NoMatch => {
                log_no_match(E::KIND, name);
                (Answerer::Nobody, Bound::Function(|_| Box::pin(future::ready(E::no_match()))))
            }
            Found::NoHandlers => return None,
        };
        Some((answerer, table.intercepted(bound)))
    }

    /// Checks the event, and makes the future of the interceptors and the handler.
    fn begin<E: Routed, T>(
        self: Arc<Self>,
        (answerer, bound): (Answerer, Bound<E>),
        event: E,
        head: Head,
        map_response: MapResponse<E, T>,
    ) -> InFlight<E, T> {
        let Head { metadata, extensions, arrived, begun } = head;
        // Without a handler there is no permission to check: the reply is that of no match.
        let has_handler = matches!(answerer, Answerer::Handler(_));
        let checked = if has_handler { event.check(answerer.options()) } else { Ok(()) };
        let format = event.format(answerer.options());
        let request = Arc::new(Request { event, metadata });
        let reported = Arc::clone(&request);
        let observed = self.observe(E::KIND, request.event.method(), answerer, &request.metadata, arrived);
        let handler = match checked {
            Ok(()) => bound.call(Call::new(request, answerer.handler(), extensions, Arc::clone(&self.reporter.states))),
            Err(reject) => Box::pin(future::ready(Err(reject))),
        };
        self.running.fetch_add(1, Ordering::Relaxed);
        let record = CallRecord::new(answerer, reported, self);
        InFlight { handler: Some(handler), format, map_response, record, deadline: Deadline::new(arrived, begun), observed }
    }
}

fn log_no_match(event: Kind, name: &str) {
    tracing::debug!(%event, name = %Logged(shown_name(event, name)), "no pattern matches");
}

// Step 4, run, and step 5, encode.

impl<E: Wire, T> Future for InFlight<E, T> {
    type Output = Result<T, Status>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let encoded = ready!(self.poll_encoded(context));
        Poll::Ready(self.respond(encoded))
    }
}

impl<E: Wire, T> InFlight<E, T> {
    /// Polls the handler. Ready with the encoded reply, or with the reason why there is none.
    fn poll_encoded(&mut self, context: &mut Context<'_>) -> Poll<Result<T, Reject>> {
        let Self { handler, format, map_response, record, deadline, observed } = self;
        let entered = observed.as_ref().map(|call| call.enter());
        // The handler, the serialization of its reply and the destructors of both run in this guard. What reads
        // placeholders, and what is left of a refusal, have guards of their own.
        let polled = guard(|| {
            let Some(Poll::Ready(replied)) = handler.as_mut().map(|handler| handler.as_mut().poll(context)) else {
                return Poll::Pending;
            };
            *handler = None;
            Poll::Ready(replied.and_then(|reply| record.dispatch().encode::<E, T>(reply, record, *format, *map_response)))
        });
        let encoded = match polled {
            Ok(Poll::Ready(encoded)) => encoded,
            Ok(Poll::Pending) => Err(ready!(deadline.poll_missed(record, context))),
            Err(panic) => Err(panic),
        };
        drop_handler(handler, record);
        drop(entered);
        if let Some(observed) = observed {
            observed.ends(Outcome::of(encoded.as_ref().err()));
        }
        Poll::Ready(encoded)
    }

    /// Steps 4 and 5 alone, for [`testing`](crate::testing), which shows the [`Reject`] to the test.
    pub(crate) fn encoded(&mut self) -> impl Future<Output = Result<T, Reject>> {
        poll_fn(|context| self.poll_encoded(context))
    }

    /// The record of the call, for reports on what follows it.
    pub(crate) fn record(&self) -> &CallRecord {
        &self.record
    }

    /// The observation of the stream that the call has opened.
    fn observed_stream(&self) -> Option<ObservedStream> {
        self.observed.as_ref().map(|call| call.stream())
    }
}

impl Dispatch {
    /// Compares the reply with Centrifugo's configuration, and encodes it.
    fn encode<E: Wire, T>(
        &self,
        reply: E::Reply,
        record: &CallRecord,
        format: PayloadFormat,
        map_response: MapResponse<E, T>,
    ) -> Result<T, Reject> {
        let checked = self.warnings.check(E::expectations(&reply), || record.name().unwrap_or_default());
        // A reply that can't be encoded fails with that reason, whatever else is wrong with it.
        let response = E::encode(reply, format)?;
        checked?;
        map_response(response, self.max_message_size)
    }
}

// Step 6, refuse.

impl<E: Wire, T> InFlight<E, T> {
    /// The response is the encoded reply or the refusal; the status is that of a failure.
    fn respond(&mut self, encoded: Result<T, Reject>) -> Result<T, Status> {
        let reject = match encoded {
            Ok(reply) => return Ok(reply),
            Err(reject) => reject,
        };
        let is_refusal = !reject.is_internal();
        let entered = self.observed.as_ref().map(|call| call.enter());
        // The causes of refusals are the app's errors, whose destructors may panic, too.
        let responded = guard(|| self.refuse(Arc::new(reject)));
        let responded = responded.unwrap_or_else(|panic| Err(fail(&self.record, Arc::new(panic))));
        drop(entered);
        if let (true, Err(_), Some(observed)) = (is_refusal, &responded, &mut self.observed) {
            observed.ends(Outcome::Failed);
        }
        responded
    }

    fn refuse(&self, reject: Arc<Reject>) -> Result<T, Status> {
        let response = refuse::<E>(&self.record, reject)?;
        let max = self.record.dispatch().max_message_size;
        (self.map_response)(response, max).map_err(|reject| fail(&self.record, Arc::new(reject)))
    }
}

/// Makes a response of a refusal, and reports it. `Err`: it is a failure, or Centrifugo has no field for such a refusal.
pub(crate) fn refuse<E: Wire>(record: &CallRecord, reject: Arc<Reject>) -> Result<E::Response, Status> {
    match Refusal::of(&reject).map(E::refuse) {
        Some(Some(response)) => {
            record.refused(&reject);
            Ok(response)
        }
        Some(None) => {
            record.failed(reject, &format!("; Centrifugo passes no refusal of a {} on, so the call fails", E::KIND));
            Err(internal_error())
        }
        None => Err(fail(record, reject)),
    }
}

/// Reports a failure. Its status goes to Centrifugo's log, and has the reason only where that is no secret.
fn fail(record: &CallRecord, reject: Arc<Reject>) -> Status {
    let status = match reject.cause() {
        Some(cause) if cause.is::<Late>() => Status::deadline_exceeded("the handler missed its deadline"),
        Some(cause) if cause.is::<TooLong>() => Status::out_of_range("the response is too long"),
        _ => internal_error(),
    };
    record.failed(reject, "");
    status
}

/// The status of a failure whose reason is in the app's log alone.
pub(crate) fn internal_error() -> Status {
    Status::internal("internal server error")
}

// Step 7, report: what `call_record.rs` can't see, which is that a call is dropped.

/// Drops the handler if it still runs, and reports who ended the call: the end of the app's stop, or the caller.
impl<E: Wire, T> Drop for InFlight<E, T> {
    fn drop(&mut self) {
        if self.handler.is_some() {
            let entered = self.observed.as_ref().map(|call| call.enter());
            drop_handler(&mut self.handler, &self.record);
            let outcome = if self.record.dispatch().drain_over.load(Ordering::Relaxed) {
                self.record.cut_by_stop(self.deadline.since_arrival());
                Outcome::Stopped
            } else {
                self.deadline.report_dropped(&self.record)
            };
            drop(entered);
            if let Some(observed) = &mut self.observed {
                observed.ends(outcome);
            }
        }
        // Last: a handler whose destructor blocks its thread is one that can't be dropped.
        self.record.dispatch().running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Drops what is left of a handler, and reports a panic of its destructors.
fn drop_handler<T: ?Sized>(handler: &mut Option<Pin<Box<T>>>, record: &CallRecord) {
    if let Some(handler) = handler.take()
        && let Err(panic) = guard(|| drop(handler))
    {
        record.failed(Arc::new(panic), "; while it was dropped");
    }
}
