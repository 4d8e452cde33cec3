//! Internal failures, and the app's error handler, which receives them.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::dispatch::late::is_late;
use crate::dispatch::subject::{Answerer, Subject};
use crate::event::kind::Kind;
use crate::handler::states::States;
use crate::handler::{BoxFuture, Handler};
use crate::names::id::{ClientId, UserId};
use crate::names::location::Location;
use crate::observe::limit::Limit;
use crate::observe::meter::{Counter, Meter};
use crate::reject::Reject;
use crate::reject::guard::{Panicked, guard};

/// The most failures that an error handler works on at a time. A slow one, which sends HTTP requests to a tracker, say, must
/// not become an endless queue that any client can fill.
const MAX_REPORTS: usize = 1000;

/// An internal failure, for the app's [`error_handler`](macro@crate::error_handler): the error or the panic of a handler, an
/// extractor, an interceptor, a stream or a tower layer, or a deadline that it missed; with the call that failed.
///
/// The log has it already, and the client has received "internal server error". Its `Display` form is one line, with all
/// texts from outside escaped and cut.
pub struct Failure {
    pub(super) event: Kind,
    pub(super) answerer: Answerer,
    pub(super) subject: Arc<dyn Subject>,
    pub(super) states: Arc<States>,
    pub(super) reject: Arc<Reject>,
}

impl Failure {
    /// The event.
    pub fn event(&self) -> Kind {
        self.event
    }

    /// The place of the handler; `None` if no pattern matches, or if the call was still in a tower layer, where its name,
    /// client and user are not known either.
    pub fn handler(&self) -> Option<Location> {
        self.answerer.handler().map(Handler::location)
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

    /// The call's gRPC metadata, as Centrifugo sent it: forwarded headers such as the id of a request or a trace.
    pub fn metadata(&self) -> &HeaderMap {
        self.subject.metadata()
    }

    /// The error. Its `Display` form has all causes in one line.
    pub fn reject(&self) -> &Reject {
        &self.reject
    }

    /// Whether it was a panic.
    pub fn is_panic(&self) -> bool {
        is_panic(&self.reject)
    }

    /// Whether the call missed its deadline: that of its caller (Centrifugo waits for the response for the proxy's
    /// `timeout`, 1 s by default), of its handler (the option `timeout` of the attribute), or of the app
    /// ([`App::timeout`](crate::App::timeout)).
    pub fn is_timeout(&self) -> bool {
        is_late(&self.reject)
    }

    /// A value that the app has added by [`App::state`](crate::App::state).
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
        write!(f, "{} of {}: {}", self.event, self.answerer, self.reject)
    }
}

/// The app's function for failures, and the tasks in which it runs.
#[derive(Clone)]
pub(crate) struct ErrorHandler {
    call: Arc<dyn Fn(Failure) -> BoxFuture<()> + Send + Sync>,
    /// The place of its attribute, if it has one.
    pub(crate) at: Option<Location>,
    /// Its running tasks, one for each failure.
    reports: TaskTracker,
    /// Ends them.
    given_up: CancellationToken,
}

impl ErrorHandler {
    pub(crate) fn new<F>(call: impl Fn(Failure) -> F + Send + Sync + 'static, at: Option<Location>) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let call = Arc::new(move |failure| -> BoxFuture<()> { Box::pin(call(failure)) });
        Self { call, at, reports: TaskTracker::new(), given_up: CancellationToken::new() }
    }

    /// Calls the function in a task of its own: Centrifugo waits for the call's response, and must not wait for this.
    fn report(&self, failure: Failure, panics: Counter) {
        let Self { call, given_up, .. } = self.clone();
        self.reports.spawn(async move {
            let guarded = Guarded(Some(Box::pin(async move { call(failure).await })));
            if let Some(Err(panic)) = given_up.run_until_cancelled(guarded).await {
                panics.increment();
                tracing::error!("in the error handler: {panic}");
            }
        });
    }

    /// Waits until the function has returned from all failures.
    pub(crate) async fn done(&self) {
        self.reports.close();
        self.reports.wait().await;
    }

    /// Drops the calls of the function that still run.
    pub(crate) fn give_up(&self) {
        self.given_up.cancel();
    }
}

/// A future of the app: a panic of it, also in its `Drop`, becomes a failure.
struct Guarded(Option<BoxFuture<()>>);

impl Future for Guarded {
    type Output = Result<(), Reject>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
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

/// The receiver of failures besides the log, and the app's state, which it may read.
pub(crate) struct Reporter {
    pub(crate) error_handler: Option<ErrorHandler>,
    pub(crate) states: Arc<States>,
    /// Reached when the error handler works on as many failures as it may.
    backlog: Limit,
}

impl Reporter {
    pub(crate) fn new(error_handler: Option<ErrorHandler>, states: Arc<States>, meter: Meter) -> Self {
        Self { error_handler, states, backlog: Limit::new("error_handler", meter) }
    }

    /// Calls the error handler, if the app has one. `panics`: the counter of its own.
    pub(super) fn report(&self, panics: &Counter, failure: impl FnOnce(Arc<States>) -> Failure) {
        let Some(error_handler) = &self.error_handler else { return };
        if error_handler.reports.len() >= MAX_REPORTS {
            self.backlog.reached(format_args!("it works on {MAX_REPORTS} failures, and does not receive this one"));
            return;
        }
        error_handler.report(failure(Arc::clone(&self.states)), panics.clone());
    }
}

/// Whether a failure is a panic.
pub(super) fn is_panic(reject: &Reject) -> bool {
    reject.cause().is_some_and(|cause| cause.is::<Panicked>())
}
