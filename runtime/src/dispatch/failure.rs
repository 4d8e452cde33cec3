//! What went wrong inside: reported to the log, and to the app's error handler.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::field::display;

use crate::dispatch::throttle::Throttle;
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::event::{Client, Event};
use crate::handler::call::{Request, States};
use crate::handler::{BoxFuture, Handler};
use crate::names::id::{ClientId, UserId};
use crate::names::location::Location;
use crate::reject::Reject;
use crate::reject::guard::{Panicked, guard};
use crate::reject::logged::Logged;

/// How many failures an error handler may be busy with. A slow one (an HTTP request to a tracker, say) must not become a queue without end
/// that any client can feed.
const MAX_REPORTS: usize = 1000;

/// An internal failure, for the app's [`error_handler`](macro@crate::error_handler): what a handler, an extractor, an interceptor or a
/// stream failed with, panicked with, or that it was given up at its deadline; and whose call it was.
///
/// It has been logged already, and the client has received "internal server error". Its `Display` form is one line, with all texts from
/// outside escaped and cut.
pub struct Failure {
    event: Kind,
    claimant: Claimant,
    subject: Arc<dyn Subject>,
    states: Arc<States>,
    reject: Arc<Reject>,
}

/// The app's function for failures.
#[derive(Clone)]
pub(crate) struct ErrorHandler {
    call: Arc<dyn Fn(Failure) -> BoxFuture<()> + Send + Sync>,
    /// Where its attribute stands, if it has one.
    pub(crate) at: Option<Location>,
    /// The reports that it is busy with.
    reports: TaskTracker,
    /// Ends them.
    given_up: CancellationToken,
    /// The log lines about reports that it didn't receive.
    full: Arc<Throttle>,
}

impl ErrorHandler {
    pub(crate) fn new<F>(call: impl Fn(Failure) -> F + Send + Sync + 'static, at: Option<Location>) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let call = Arc::new(move |failure| -> BoxFuture<()> { Box::pin(call(failure)) });
        Self { call, at, reports: TaskTracker::new(), given_up: CancellationToken::new(), full: Arc::default() }
    }

    /// Reports in a task of its own: Centrifugo waits for the answer, and must not wait for this.
    fn report(&self, failure: Failure) {
        if self.reports.len() >= MAX_REPORTS {
            if let Some(more) = self.full.pass() {
                tracing::warn!("the error handler is busy with {MAX_REPORTS} failures, and does not receive this one{more}");
            }
            return;
        }
        let Self { call, given_up, .. } = self.clone();
        self.reports.spawn(async move {
            let guarded = Guarded(Some(Box::pin(async move { call(failure).await })));
            if let Some(Err(panic)) = given_up.run_until_cancelled(guarded).await {
                tracing::error!("in the error handler: {panic}");
            }
        });
    }

    /// Ready when it is done with all reports so far.
    pub(crate) async fn done(&self) {
        self.reports.close();
        self.reports.wait().await;
    }

    /// Drops the reports that it is still busy with.
    pub(crate) fn give_up(&self) {
        self.given_up.cancel();
    }
}

/// A future of the app whose panics, also those of its `Drop`, are failures.
struct Guarded(Option<BoxFuture<()>>);

impl Future for Guarded {
    type Output = Result<(), Reject>;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        use std::task::Poll;
        let polled = guard(|| self.0.as_mut().map_or(Poll::Ready(()), |future| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            polled => {
                let dropped = guard(|| drop(self.0.take()));
                Poll::Ready(polled.and(dropped))
            }
        }
    }
}

/// Who answers a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimant {
    Handler(&'static Handler),
    /// No pattern matches.
    Nobody,
}

/// What a call is about, and who makes it.
trait Subject: Send + Sync {
    fn name(&self) -> Option<&str>;
    fn client(&self) -> Option<&ClientId>;
    fn user(&self) -> Option<&UserId>;
    fn metadata(&self) -> &HeaderMap;
}

impl<E: Event> Subject for Request<E> {
    fn name(&self) -> Option<&str> {
        self.event.subject()
    }

    fn client(&self) -> Option<&ClientId> {
        self.event.origin().0.map(|client: &Client| &client.id)
    }

    fn user(&self) -> Option<&UserId> {
        self.event.origin().1
    }

    fn metadata(&self) -> &HeaderMap {
        &self.metadata
    }
}

/// The same without the event, for streams that stay open.
struct Names {
    name: Option<String>,
    client: Option<ClientId>,
    user: Option<UserId>,
    /// Empty if there is no error handler that could look at it.
    metadata: HeaderMap,
}

impl Subject for Names {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn client(&self) -> Option<&ClientId> {
        self.client.as_ref()
    }

    fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    fn metadata(&self) -> &HeaderMap {
        &self.metadata
    }
}

/// Who receives reports of failures besides the log, and with what.
pub(crate) struct Reporter {
    pub(crate) error_handler: Option<ErrorHandler>,
    pub(crate) states: Arc<States>,
}

/// What the report of a call's failure needs to know about the call.
#[derive(Clone)]
pub(crate) struct Blame {
    event: Kind,
    claimant: Claimant,
    subject: Arc<dyn Subject>,
    reporter: Arc<Reporter>,
}

/// A call was given up when its caller waited no longer.
#[derive(Debug, thiserror::Error)]
#[error("given up after {}: Centrifugo waits {} for the answer (`timeout` of the proxy)", Rounded(*.elapsed), Rounded(*.allowed))]
pub(crate) struct Late {
    pub(crate) elapsed: Duration,
    pub(crate) allowed: Duration,
}

/// A duration to the millisecond.
struct Rounded(Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Duration::from_millis(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Failure {
    /// The event.
    pub fn event(&self) -> Kind {
        self.event
    }

    /// Where the handler stands; `None` if no handler had been found.
    pub fn handler(&self) -> Option<Location> {
        self.claimant.handler().map(Handler::location)
    }

    /// The channel or the method; `None` for events that have neither.
    pub fn name(&self) -> Option<&str> {
        self.subject.name()
    }

    /// The connection; `None` for events that come from none.
    pub fn client(&self) -> Option<&ClientId> {
        self.subject.client()
    }

    /// The connection's user; `None` where none is known yet.
    pub fn user(&self) -> Option<&UserId> {
        self.subject.user()
    }

    /// The call's gRPC metadata, as it came from Centrifugo: forwarded headers such as a request's or a trace's id.
    pub fn metadata(&self) -> &HeaderMap {
        self.subject.metadata()
    }

    /// What went wrong. Its `Display` form has all causes in one line.
    pub fn reject(&self) -> &Reject {
        &self.reject
    }

    /// Whether it was a panic.
    pub fn is_panic(&self) -> bool {
        self.reject.cause().is_some_and(|cause| cause.is::<Panicked>())
    }

    /// Whether the call was given up at its deadline: Centrifugo waits for an answer for the proxy's `timeout`, 1 s by default.
    pub fn is_timeout(&self) -> bool {
        is_late(&self.reject)
    }

    /// A value given to [`App::state`](crate::App::state).
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.states.get()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("event", &self.event)
            .field("handler", &self.handler())
            .field("name", &self.name())
            .field("client", &self.client())
            .field("user", &self.user())
            .field("reject", &self.reject)
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: {}", self.event, self.claimant, self.reject)
    }
}

impl Claimant {
    /// The options of the attribute; those of one that has none.
    pub(crate) fn options(self) -> &'static Options {
        self.handler().map_or(&Options::NONE, Handler::options)
    }

    pub(crate) fn handler(self) -> Option<&'static Handler> {
        match self {
            Self::Handler(handler) => Some(handler),
            Self::Nobody => None,
        }
    }
}

impl fmt::Display for Claimant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(handler) => handler.location().fmt(f),
            Self::Nobody => f.write_str("no handler"),
        }
    }
}

impl Blame {
    pub(crate) fn new<E: Event>(claimant: Claimant, request: Arc<Request<E>>, reporter: Arc<Reporter>) -> Self {
        Self { event: E::KIND, claimant, subject: request, reporter }
    }

    /// Who answers; `None` if no pattern matches.
    pub(crate) fn handler(&self) -> Option<&'static Handler> {
        self.claimant.handler()
    }

    /// The channel or the method; `None` for events that have neither.
    pub(crate) fn name(&self) -> Option<&str> {
        self.subject.name()
    }

    /// The call's metadata, as it arrived.
    pub(crate) fn metadata(&self) -> &HeaderMap {
        self.subject.metadata()
    }

    pub(crate) fn event(&self) -> Kind {
        self.event
    }

    /// The same for a stream that stays open: it keeps the names, and lets the event go.
    pub(crate) fn for_stream(&self) -> Self {
        let subject = &self.subject;
        let names = Names {
            name: subject.name().map(str::to_owned),
            client: subject.client().cloned(),
            user: subject.user().cloned(),
            metadata: self.reporter.error_handler.as_ref().map(|_| subject.metadata().clone()).unwrap_or_default(),
        };
        Self { subject: Arc::new(names), ..self.clone() }
    }

    /// A refusal that the client receives.
    pub(crate) fn refused(&self, reject: &Reject) {
        let Self { event, claimant: at, subject, .. } = self;
        let (handler, pattern) = (at.handler().map(Handler::name), at.handler().and_then(Handler::pattern));
        let (name, user, client) = (logged(subject.name()), logged(subject.user()), logged(subject.client()));
        let reject = Shown(reject);
        if reject.0.has_details() {
            tracing::warn!(%event, handler, pattern, name, user, client, %at, "{reject}");
        } else {
            tracing::debug!(%event, handler, pattern, name, user, client, %at, "{reject}");
        }
    }

    /// A failure that the client doesn't see. `remark` is for the log.
    pub(crate) fn failed(&self, reject: Arc<Reject>, remark: &str) {
        let Self { event, claimant: at, subject, reporter } = self;
        let (handler, pattern) = (at.handler().map(Handler::name), at.handler().and_then(Handler::pattern));
        let (name, user, client) = (logged(subject.name()), logged(subject.user()), logged(subject.client()));
        let shown = Shown(&reject);
        if is_late(&reject) {
            tracing::warn!(%event, handler, pattern, name, user, client, %at, "{shown}{remark}");
        } else {
            tracing::error!(%event, handler, pattern, name, user, client, %at, "{shown}{remark}");
        }
        let Some(error_handler) = &reporter.error_handler else { return };
        let (subject, states) = (Arc::clone(subject), Arc::clone(&reporter.states));
        error_handler.report(Failure { event: *event, claimant: *at, subject, states, reject });
    }

    /// A call that nobody waits for any longer, though its deadline isn't over.
    pub(crate) fn abandoned(&self, elapsed: Duration) {
        let Self { event, claimant: at, .. } = self;
        tracing::debug!(%event, handler = at.handler().map(Handler::name), %at, "dropped after {elapsed:?}: nobody waits for the answer");
    }
}

/// A text from outside, as a field of a log line.
fn logged<T: AsRef<str> + ?Sized>(text: Option<&T>) -> Option<tracing::field::DisplayValue<Logged<&str>>> {
    text.map(|text| display(Logged(text.as_ref())))
}

fn is_late(reject: &Reject) -> bool {
    reject.cause().is_some_and(|cause| cause.is::<Late>())
}

/// A refusal in a log line. An error of the app writes itself, and may panic there.
struct Shown<'r>(&'r Reject);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match guard(|| self.0.to_string()) {
            Ok(text) => f.write_str(&text),
            Err(panic) => write!(f, "an error whose `Display` failed: {panic}"),
        }
    }
}
