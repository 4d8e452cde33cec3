//! What went wrong inside: told to the log, and to the app's error handler.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use http::HeaderMap;
use tokio_util::task::TaskTracker;

use crate::call::States;
use crate::event::{Client, Wire};
use crate::handler::{BoxFuture, Handler, Location, Options};
use crate::id::{ClientId, UserId};
use crate::kind::Kind;
use crate::reject::Reject;

/// An internal failure, for the app's [`error_handler`](macro@crate::error_handler): what a handler, an extractor, an interceptor or a
/// stream failed with, or panicked with, and whose call it was.
///
/// It has been logged already, and the client was told "internal server error".
pub struct Failure {
    event: Kind,
    claimant: Claimant,
    asked: Arc<Asked>,
    reject: Arc<Reject>,
}

/// The function that is told of failures.
#[derive(Clone)]
pub(crate) struct ErrorHandler {
    call: Arc<dyn Fn(Failure) -> BoxFuture<()> + Send + Sync>,
    /// Where its attribute stands, if it has one.
    pub(crate) at: Option<Location>,
    /// What it is being told.
    telling: TaskTracker,
}

impl ErrorHandler {
    pub(crate) fn new<F>(call: impl Fn(Failure) -> F + Send + Sync + 'static, at: Option<Location>) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { call: Arc::new(move |failure| Box::pin(call(failure))), at, telling: TaskTracker::new() }
    }

    /// Tells it in a task of its own: Centrifugo waits for the answer, and shall not wait for this.
    fn tell(&self, failure: Failure) {
        let call = Arc::clone(&self.call);
        self.telling.spawn(async move {
            if let Err(panic) = AssertUnwindSafe(async { call(failure).await }).catch_unwind().await {
                tracing::error!("in the error handler: {}", panicked(panic.as_ref()));
            }
        });
    }

    /// Ready when it has heard of everything so far.
    pub(crate) async fn told(&self) {
        self.telling.close();
        self.telling.wait().await;
    }
}

/// Who answers a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimant {
    Handler(&'static Handler),
    /// No pattern matches.
    Nobody,
}

/// Whose call it is, and who is told if it fails.
struct Asked {
    handler: ErrorHandler,
    name: Option<String>,
    client: Option<ClientId>,
    user: Option<UserId>,
    metadata: HeaderMap,
    states: Arc<States>,
}

/// Who is asked, and for whom, kept for when that fails.
#[derive(Clone)]
pub(crate) struct Blame {
    event: Kind,
    claimant: Claimant,
    /// There only for an error handler: the log does without.
    asked: Option<Arc<Asked>>,
}

/// A panic, as the cause of a failure.
#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
struct Panicked(String);

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
        self.asked.name.as_deref()
    }

    /// The connection; `None` for events that come from none.
    pub fn client(&self) -> Option<&ClientId> {
        self.asked.client.as_ref()
    }

    /// The connection's user; `None` where none is known yet.
    pub fn user(&self) -> Option<&UserId> {
        self.asked.user.as_ref()
    }

    /// The call's gRPC metadata, as it came from Centrifugo: forwarded headers such as a request's or a trace's id.
    pub fn metadata(&self) -> &HeaderMap {
        &self.asked.metadata
    }

    /// What went wrong. Its `Display` form has all causes in one line.
    pub fn reject(&self) -> &Reject {
        &self.reject
    }

    /// Whether it was a panic.
    pub fn is_panic(&self) -> bool {
        self.reject.cause().is_some_and(|cause| cause.is::<Panicked>())
    }

    /// A value given to [`App::state`](crate::App::state).
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.asked.states.get()
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

    fn handler(self) -> Option<&'static Handler> {
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

impl Asked {
    // Apart from `Blame::new`, which is compiled for each event.
    fn new(
        handler: &ErrorHandler,
        name: Option<&str>,
        (client, user): (Option<&Client>, Option<&UserId>),
        metadata: &HeaderMap,
        states: &Arc<States>,
    ) -> Arc<Self> {
        Arc::new(Self {
            handler: handler.clone(),
            name: name.map(str::to_owned),
            client: client.map(|client| client.id.clone()),
            user: user.cloned(),
            metadata: metadata.clone(),
            states: Arc::clone(states),
        })
    }
}

impl Blame {
    pub(crate) fn new<E: Wire>(
        claimant: Claimant,
        event: &E,
        metadata: &HeaderMap,
        states: &Arc<States>,
        error_handler: Option<&ErrorHandler>,
    ) -> Self {
        let asked = error_handler.map(|handler| Asked::new(handler, event.name(), event.asker(), metadata, states));
        Self { event: E::KIND, claimant, asked }
    }

    /// A refusal that the client is told.
    pub(crate) fn refused(&self, reject: &Reject) {
        let (event, at) = (self.event, self.claimant);
        let name = at.handler().map(Handler::name);
        match reject.cause() {
            Some(_) => tracing::warn!(%event, handler = name, %at, "{reject}"),
            None => tracing::debug!(%event, handler = name, %at, "{reject}"),
        }
    }

    /// A failure that the client is not told. `remark` is for the log.
    pub(crate) fn failed(&self, reject: Arc<Reject>, remark: &str) {
        let (event, at) = (self.event, self.claimant);
        let name = at.handler().map(Handler::name);
        tracing::error!(%event, handler = name, %at, "{reject}{remark}");
        let Some(asked) = &self.asked else { return };
        let failure = Failure { event, claimant: self.claimant, asked: Arc::clone(asked), reject };
        asked.handler.tell(failure);
    }
}

/// The failure that a panic is.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Reject {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Reject::internal(Panicked(message.unwrap_or("with a value that is no text").to_owned()))
}
