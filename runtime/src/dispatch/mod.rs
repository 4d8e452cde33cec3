//! The way of a call: from Centrifugo's request to its response.

pub(crate) mod channel_states;
pub(crate) mod failure;
pub(crate) mod message;
pub(crate) mod secret;
pub(crate) mod stream;
pub(crate) mod throttle;
pub(crate) mod warnings;

use std::future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http::{Extensions, HeaderMap};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::dispatch::failure::{Blame, Claimant, Late, Reporter};
use crate::dispatch::message::TooLong;
use crate::dispatch::secret::Secret;
use crate::dispatch::throttle::Throttle;
use crate::dispatch::warnings::Warnings;
use crate::event::kind::Kind;
use crate::event::{Malformed, Refusal, Wire};
use crate::handler::call::{Call, Request};
use crate::handler::deadline;
use crate::handler::router::{Found, Routed, Routes};
use crate::handler::{Bound, Replying};
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reject::logged::Logged;
use crate::reply::payload::PayloadFormat;

/// What all calls share.
pub(crate) struct Dispatch {
    pub(crate) routes: Routes,
    pub(crate) reporter: Arc<Reporter>,
    pub(crate) secret: Option<Secret>,
    pub(crate) warnings: Warnings,
    /// The longest answer, in bytes, and the longest request that goes the short way.
    pub(crate) max_message_size: usize,
    /// Ends the streams that are open.
    pub(crate) stopping: CancellationToken,
    /// How many handlers are at work.
    pub(crate) running: AtomicUsize,
    /// The log lines about calls that are refused before they are read.
    pub(crate) refused: Throttle,
}

/// What comes before a call's message.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
    /// When the call arrived.
    pub(crate) arrived: Instant,
}

impl Head {
    /// Of a call that arrives now.
    pub(crate) fn now(metadata: HeaderMap, extensions: Extensions) -> Self {
        Self { metadata, extensions, arrived: Instant::now() }
    }
}

/// A handler at work, until its event has a response in the form that is sent.
// Polled by hand, because combinators and `async` blocks would be compiled for each event, one in the other.
pub(crate) struct Asked<E: Wire, T> {
    dispatch: Arc<Dispatch>,
    /// `None` once it has ended.
    reply: Option<Replying<E>>,
    format: PayloadFormat,
    finish: Finish<E, T>,
    blame: Blame,
    deadline: Deadline,
}

/// Brings a response into the form that is sent, which may be so long.
type Finish<E, T> = fn(<E as Wire>::Response, usize) -> Result<T, Reject>;

/// How long the caller waits. It is looked at when a handler has to wait for something: most are done before.
struct Deadline {
    arrived: Instant,
    timer: Timer,
}

enum Timer {
    /// Nobody has looked yet.
    Unknown,
    /// The caller waits as long as it takes.
    Never,
    At(Pin<Box<Sleep>>, Duration),
}

impl Dispatch {
    /// From a message to a handler at work.
    pub(crate) fn answer<E: Routed, T>(
        self: &Arc<Self>,
        head: Head,
        message: E::Request,
        finish: Finish<E, T>,
    ) -> Result<Asked<E, T>, Status> {
        let event = E::decode(message).map_err(malformed)?;
        self.ask(event, head, finish).ok_or_else(|| unclaimed(E::KIND))
    }

    /// From an event to a handler at work; [`testing`](crate::testing) enters here. `None`: no attribute of the app is for this event.
    pub(crate) fn ask<E: Routed, T>(self: &Arc<Self>, event: E, head: Head, finish: Finish<E, T>) -> Option<Asked<E, T>> {
        let (claimant, bound) = self.find(&event)?;
        let Head { metadata, extensions, arrived } = head;
        let deadline = Deadline { arrived, timer: Timer::Unknown };
        let is_handler = matches!(claimant, Claimant::Handler(_));
        let admitted = if is_handler { event.admit(claimant.options()) } else { Ok(()) };
        let format = event.format(claimant.options());
        let request = Arc::new(Request { event, metadata });
        let blame = Blame::new(claimant, Arc::clone(&request), Arc::clone(&self.reporter));
        let reply = match admitted {
            Ok(()) => bound.call(Call::new(request, claimant.handler(), extensions, Arc::clone(&self.reporter.states))),
            Err(reject) => Box::pin(future::ready(Err(reject))),
        };
        self.running.fetch_add(1, Ordering::Relaxed);
        Some(Asked { dispatch: Arc::clone(self), reply: Some(reply), format, finish, blame, deadline })
    }

    /// How many handlers are at work.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    fn encode<E: Wire, T>(
        &self,
        reply: E::Reply,
        blame: &Blame,
        format: PayloadFormat,
        finish: Finish<E, T>,
    ) -> Result<T, Reject> {
        let met = self.warnings.check(E::expectations(&reply), || blame.name().unwrap_or_default());
        // What can't be sent anyway comes first.
        let response = E::encode(reply, format)?;
        met?;
        finish(response, self.max_message_size)
    }

    /// Who answers, with the interceptors around it. `None`: the event has no handlers at all.
    fn find<E: Routed>(&self, event: &E) -> Option<(Claimant, Bound<E>)> {
        let table = E::table(&self.routes);
        let name = event.subject().unwrap_or_default();
        let (claimant, bound): (_, Bound<E>) = match table.find(name) {
            Found::Bound(handler, bound) => (Claimant::Handler(handler), bound),
            Found::Panicked(handler, reject) => {
                (Claimant::Handler(handler), Bound::Closure(Box::new(|_| Box::pin(future::ready(Err(reject))))))
            }
            Found::NoMatch => {
                unmatched(E::KIND, name);
                (Claimant::Nobody, Bound::Function(|_| Box::pin(future::ready(E::no_match()))))
            }
            Found::NoHandlers => return None,
        };
        Some((claimant, table.around(bound)))
    }
}

impl<E: Wire, T> Future for Asked<E, T> {
    type Output = Result<T, Reject>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { dispatch, reply, format, finish, blame, deadline } = &mut *self;
        // All that is the app's runs in here: the handler, its reply's serialization, and what either of them drops.
        let polled = guard(|| {
            let Some(Poll::Ready(replied)) = reply.as_mut().map(|reply| reply.as_mut().poll(context)) else {
                return Poll::Pending;
            };
            *reply = None;
            Poll::Ready(replied.and_then(|reply| dispatch.encode::<E, T>(reply, blame, *format, *finish)))
        });
        let finished = match polled {
            Ok(Poll::Ready(finished)) => finished,
            Ok(Poll::Pending) => Err(ready!(deadline.poll_missed(blame.metadata(), context))),
            Err(panic) => Err(panic),
        };
        end(reply, blame);
        Poll::Ready(finished)
    }
}

impl<E: Wire, T> Asked<E, T> {
    /// What the report of a failure needs.
    pub(crate) fn blame(&self) -> &Blame {
        &self.blame
    }

    /// The longest answer, in bytes.
    pub(crate) fn max(&self) -> usize {
        self.dispatch.max_message_size
    }
}

/// Drops what is left of a handler.
fn end<T>(reply: &mut Option<Pin<Box<T>>>, blame: &Blame)
where
    T: ?Sized,
{
    if let Some(reply) = reply.take()
        && let Err(panic) = guard(|| drop(reply))
    {
        blame.failed(Arc::new(panic), "; while it was dropped");
    }
}

/// Nobody waits for the answer any longer, unless there was one.
impl<E: Wire, T> Drop for Asked<E, T> {
    fn drop(&mut self) {
        self.dispatch.running.fetch_sub(1, Ordering::Relaxed);
        if self.reply.is_some() {
            end(&mut self.reply, &self.blame);
            report_dropped(self.deadline.arrived.elapsed(), &self.blame);
        }
    }
}

impl Deadline {
    /// Ready with the failure that a missed deadline is.
    fn poll_missed(&mut self, metadata: &HeaderMap, context: &mut Context<'_>) -> Poll<Reject> {
        if let Timer::Unknown = self.timer {
            self.timer = deadline::of(metadata).map_or(Timer::Never, |allowed| {
                Timer::At(Box::pin(sleep(allowed.saturating_sub(self.arrived.elapsed()))), allowed)
            });
        }
        match &mut self.timer {
            Timer::At(timer, allowed) => {
                ready!(timer.as_mut().poll(context));
                Poll::Ready(late(self.arrived.elapsed(), *allowed))
            }
            _ => Poll::Pending,
        }
    }
}

fn late(elapsed: Duration, allowed: Duration) -> Reject {
    Reject::internal(Late { elapsed, allowed })
}

/// Reports a call that its caller has reset. Centrifugo does that at its own deadline, which comes a little before the one that it sends.
fn report_dropped(elapsed: Duration, blame: &Blame) {
    match deadline::of(blame.metadata()).or(blame.event().facts().unsent_timeout) {
        Some(allowed) if elapsed >= allowed.mul_f32(0.9) => blame.failed(Arc::new(late(elapsed, allowed)), ""),
        _ => blame.abandoned(elapsed),
    }
}

/// What is sent: a refusal is a response, too.
pub(crate) fn respond<E: Wire, T>(finished: Result<T, Reject>, asked: &Asked<E, T>) -> Result<T, Status> {
    finished.or_else(|reject| {
        let response = refuse::<E>(&asked.blame, Arc::new(reject))?;
        (asked.finish)(response, asked.max()).map_err(|reject| failed(&asked.blame, Arc::new(reject)))
    })
}

// What follows is not generic over the event, so it is compiled once.

/// The answer to a message that is no event.
fn malformed(malformed: Malformed) -> Status {
    tracing::warn!(event = %malformed.kind, "{}: it doesn't come from Centrifugo", Logged(&malformed));
    Status::invalid_argument(malformed.to_string())
}

fn unmatched(event: Kind, name: &str) {
    tracing::debug!(%event, name = %Logged(name), "no pattern matches");
}

/// The answer when nobody has claimed the event.
pub(crate) fn unclaimed(kind: Kind) -> Status {
    tracing::warn!(event = %kind, "no handler: write one with `{}`, or switch the proxy off in Centrifugo's configuration", kind.facts().attribute);
    Status::unimplemented(format!("no handler for {kind}"))
}

/// What the caller receives of a failure.
pub(crate) fn failure() -> Status {
    Status::internal("internal server error")
}

/// Reports everything to the log, and to the client what it may know.
pub(crate) fn refuse<E: Wire>(blame: &Blame, reject: Arc<Reject>) -> Result<E::Response, Status> {
    match Refusal::of(&reject).map(E::refuse) {
        Some(Some(response)) => {
            blame.refused(&reject);
            return Ok(response);
        }
        Some(None) => {
            blame.failed(reject, &format!("; Centrifugo passes no refusal of a {} on, so the call fails", E::KIND));
        }
        None => return Err(failed(blame, reject)),
    }
    Err(failure())
}

/// Reports a failure. The client doesn't see it, and its status tells Centrifugo's log the reason only where that is no secret.
fn failed(blame: &Blame, reject: Arc<Reject>) -> Status {
    let status = match reject.cause() {
        Some(cause) if cause.is::<Late>() => Status::deadline_exceeded("the handler was given up at the caller's deadline"),
        Some(cause) if cause.is::<TooLong>() => Status::out_of_range("the answer is too long"),
        _ => failure(),
    };
    blame.failed(reject, "");
    status
}
