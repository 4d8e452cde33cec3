//! The reports of a call: the log lines about its refusal or failure, and the failure for the app's error handler.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tracing::field::{DisplayValue, display};

use crate::dispatch::Dispatch;
use crate::dispatch::counters::Place;
use crate::dispatch::failure::{Failure, is_panic};
use crate::dispatch::late::{Rounded, is_late};
use crate::dispatch::message::TooLong;
use crate::dispatch::subject::{Answerer, Names, Subject};
use crate::event::Event;
use crate::event::kind::Kind;
use crate::handler::Handler;
use crate::handler::call::Request;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reject::logged::{Logged, without_query};

/// The record of a call: what its reports say about it, kept until the call has ended.
#[derive(Clone)]
pub(crate) struct CallRecord {
    event: Kind,
    place: Place,
    answerer: Answerer,
    subject: Arc<dyn Subject>,
    dispatch: Arc<Dispatch>,
}

/// Writes a log line with the fields of the call.
macro_rules! log {
    ($level:ident, $record:expr, $($text:tt)+) => {{
        let CallRecord { event, answerer: at, subject, .. } = $record;
        let (handler, pattern) = (at.handler().map(Handler::name), at.handler().and_then(Handler::pattern));
        let name = subject.name().map(|name| shown_name(*event, name));
        let (name, user, client) = (logged(name), logged(subject.user()), logged(subject.client()));
        tracing::$level!(%event, handler, pattern, name, user, client, %at, $($text)+)
    }};
}

impl CallRecord {
    pub(super) fn new<E: Event>(answerer: Answerer, request: Arc<Request<E>>, dispatch: Arc<Dispatch>) -> Self {
        Self { event: E::KIND, place: Place::Handler, answerer, subject: request, dispatch }
    }

    /// The record of a call that is still in a tower layer of the app.
    pub(crate) fn in_layer(event: Kind, metadata: HeaderMap, dispatch: Arc<Dispatch>) -> Self {
        let subject = Arc::new(Names::unknown(metadata));
        Self { event, place: Place::Layer, answerer: Answerer::Layer, subject, dispatch }
    }

    pub(super) fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    pub(crate) fn event(&self) -> Kind {
        self.event
    }

    /// The handler; `None` if no pattern matches.
    pub(crate) fn handler(&self) -> Option<&'static Handler> {
        self.answerer.handler()
    }

    /// The channel or the method; `None` for events that have neither.
    pub(crate) fn name(&self) -> Option<&str> {
        self.subject.name()
    }

    /// The call's metadata, as it arrived.
    pub(crate) fn metadata(&self) -> &HeaderMap {
        self.subject.metadata()
    }

    /// The record of an open stream: without the event, and without metadata if no error handler could read it.
    pub(crate) fn for_stream(&self) -> Self {
        let metadata = self.dispatch.reporter.error_handler.as_ref().map(|_| self.subject.metadata().clone());
        let names = Names::of(&*self.subject, metadata.unwrap_or_default());
        Self { place: Place::Stream, subject: Arc::new(names), ..self.clone() }
    }

    /// Logs a refusal that the client receives: one with details as a warning.
    pub(crate) fn refused(&self, reject: &Reject) {
        let shown = Shown(reject);
        if reject.has_details() {
            log!(warn, self, "{shown}");
        } else {
            log!(debug, self, "{shown}");
        }
    }

    /// Logs a failure that the client doesn't see, and passes it to the error handler. `remark` is for the log.
    pub(crate) fn failed(&self, reject: Arc<Reject>, remark: &str) {
        let shown = Shown(&reject);
        if is_late(&reject) {
            log!(warn, self, "{shown}{remark}");
        } else {
            log!(error, self, "{shown}{remark}");
        }
        if reject.cause().is_some_and(|cause| cause.is::<TooLong>()) {
            self.dispatch.response_is_too_long();
        }
        let counters = self.dispatch.counters();
        if is_panic(&reject) {
            counters.panics(self.place).increment();
        }
        self.dispatch.reporter.report(counters.panics(Place::ErrorHandler), |states| {
            let Self { event, answerer, subject, .. } = self.clone();
            Failure { event, answerer, subject, states, reject }
        });
    }

    /// Logs that the app stopped before the handler returned.
    pub(crate) fn cut_by_stop(&self, elapsed: Duration) {
        log!(warn, self, "dropped after {}: the app stopped before the handler returned", Rounded(elapsed));
    }

    /// Logs that the caller dropped the call before its deadline.
    pub(crate) fn abandoned(&self, elapsed: Duration) {
        let Self { event, answerer: at, .. } = self;
        let handler = at.handler().map(Handler::name);
        tracing::debug!(%event, handler, %at, "dropped after {}: the caller waits no longer", Rounded(elapsed));
    }
}

/// The channel or method, as log lines have it: a method without its query, which is private.
pub(super) fn shown_name(event: Kind, name: &str) -> &str {
    if event == Kind::Rpc { without_query(name) } else { name }
}

/// A text from outside, as a field of a log line.
fn logged<T: AsRef<str> + ?Sized>(text: Option<&T>) -> Option<DisplayValue<Logged<&str>>> {
    text.map(|text| display(Logged(text.as_ref())))
}

/// A refusal in a log line. The app's errors write themselves, and may panic there.
struct Shown<'r>(&'r Reject);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match guard(|| self.0.to_string()) {
            Ok(text) => f.write_str(&text),
            Err(panic) => write!(f, "an error whose `Display` failed: {panic}"),
        }
    }
}
