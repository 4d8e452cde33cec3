//! The way of a call: from Centrifugo's request to its response.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::future::{FutureExt, TryFutureExt};
use http::{Extensions, HeaderMap};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::audit::Audit;
use crate::call::{Call, States};
use crate::event::{Event, Refusal, Wire};
use crate::failure::{Blame, Claimant, ErrorHandler, panicked};
use crate::handler::{Bound, BoxFuture};
use crate::kind::Kind;
use crate::payload::Form;
use crate::reject::Reject;
use crate::router::{Found, Routes};
use crate::secret::Secret;

/// What all calls share.
pub(crate) struct Dispatch {
    pub(crate) routes: Routes,
    pub(crate) states: Arc<States>,
    pub(crate) secret: Option<Secret>,
    pub(crate) audit: Audit,
    pub(crate) error_handler: Option<ErrorHandler>,
    /// The longest answer, in bytes, and the longest request that goes the short way.
    pub(crate) max_message_size: usize,
    /// Ends the streams that are open.
    pub(crate) stopping: CancellationToken,
}

/// Why an event has no response of its own.
pub(crate) enum Unanswered {
    /// No attribute of the app is for this event.
    Unclaimed,
    Rejected(Arc<Reject>, Blame),
}

/// A handler at work.
struct Asked<E: Event> {
    reply: BoxFuture<Result<E::Reply, Reject>>,
    form: Form,
    blame: Blame,
}

// No `async fn` here: its future would hold the whole call, and be moved with it from task to task. The handler's own is on the heap.
impl Dispatch {
    /// The response.
    pub(crate) fn dispatch<E: Wire>(
        self: &Arc<Self>,
        metadata: HeaderMap,
        extensions: Extensions,
        message: E::Request,
    ) -> impl Future<Output = Result<E::Response, Status>> + use<E> {
        self.answer::<E>(metadata, extensions, message).map_ok(|(response, _)| response)
    }

    /// The response, and who is to blame for what is still to come of it.
    pub(crate) fn answer<E: Wire>(
        self: &Arc<Self>,
        metadata: HeaderMap,
        extensions: Extensions,
        message: E::Request,
    ) -> impl Future<Output = Result<(E::Response, Blame), Status>> + use<E> {
        let event = self.admit(E::KIND.name(), &metadata).and_then(|()| decode::<E>(message));
        match event.map(|event| self.handle(event, metadata, extensions)) {
            Ok(handled) => handled.map(respond::<E>).left_future(),
            Err(status) => async { Err(status) }.right_future(),
        }
    }

    /// From the event to its response; [`testing`](crate::testing) enters here.
    pub(crate) fn handle<E: Wire>(
        self: &Arc<Self>,
        event: E,
        metadata: HeaderMap,
        extensions: Extensions,
    ) -> impl Future<Output = Result<(E::Response, Blame), Unanswered>> + use<E> {
        let Asked { reply, form, blame } = match self.ask(event, metadata, extensions) {
            Ok(asked) => asked,
            Err(unanswered) => return async { Err(unanswered) }.left_future(),
        };
        let dispatch = Arc::clone(self);
        let encoded = AssertUnwindSafe(reply).catch_unwind().map(move |reply| {
            let reply = reply.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
            match reply.and_then(|reply| dispatch.encode::<E>(reply, form)) {
                Ok(response) => Ok((response, blame)),
                Err(reject) => Err(Unanswered::Rejected(Arc::new(reject), blame)),
            }
        });
        encoded.right_future()
    }

    fn ask<E: Wire>(&self, event: E, metadata: HeaderMap, extensions: Extensions) -> Result<Asked<E>, Unanswered> {
        let Some((claimant, bound)) = self.find(&event) else { return Err(Unanswered::Unclaimed) };
        let blame = Blame::new(claimant, &event, &metadata, &self.states, self.error_handler.as_ref());
        let options = claimant.options();
        if matches!(claimant, Claimant::Handler(_))
            && let Err(reject) = event.admit(options)
        {
            return Err(Unanswered::Rejected(Arc::new(reject), blame));
        }
        let form = event.form(options);
        let reply = bound.call(Call::new(event, metadata, extensions, Arc::clone(&self.states)));
        Ok(Asked { reply, form, blame })
    }

    fn encode<E: Wire>(&self, reply: E::Reply, form: Form) -> Result<E::Response, Reject> {
        E::audit(&reply, &self.audit);
        E::encode(reply, form)
    }

    /// Lets in only who knows the secret, if there is one.
    pub(crate) fn admit(&self, event: &str, metadata: &HeaderMap) -> Result<(), Status> {
        match &self.secret {
            Some(secret) if !secret.is_in(metadata) => {
                tracing::warn!(event, "refused: the call has not exactly one `{}` with the secret", secret.name());
                Err(Status::unauthenticated("the secret is missing or wrong"))
            }
            _ => Ok(()),
        }
    }

    /// Who answers, with the interceptors around it. `None`: the event has no handlers at all.
    fn find<E: Wire>(&self, event: &E) -> Option<(Claimant, Bound<E>)> {
        let table = E::table(&self.routes);
        let name = event.name().unwrap_or_default();
        let (claimant, bound): (_, Bound<E>) = match table.find(name) {
            Found::Bound(handler, bound) => (Claimant::Handler(handler), bound),
            Found::Panicked(handler, panic) => (
                Claimant::Handler(handler),
                Bound::Closure(Box::new(move |_| Box::pin(async move { Err(panicked(panic.as_ref())) }))),
            ),
            Found::NoMatch => {
                tracing::debug!(event = %E::KIND, ?name, "no pattern matches");
                (Claimant::Nobody, Bound::Function(|_| Box::pin(async { E::no_match() })))
            }
            Found::NoHandlers => return None,
        };
        Some((claimant, table.around(bound)))
    }
}

fn respond<E: Wire>(handled: Result<(E::Response, Blame), Unanswered>) -> Result<(E::Response, Blame), Status> {
    match handled {
        Ok(answered) => Ok(answered),
        Err(Unanswered::Unclaimed) => Err(unclaimed(E::KIND)),
        Err(Unanswered::Rejected(reject, blame)) => refuse::<E>(&blame, reject).map(|response| (response, blame)),
    }
}

fn decode<E: Wire>(message: E::Request) -> Result<E, Status> {
    E::decode(message).map_err(|malformed| {
        tracing::warn!(event = %E::KIND, "{malformed}: it doesn't come from Centrifugo");
        Status::invalid_argument(malformed.to_string())
    })
}

/// The answer when nobody has claimed the event.
pub(crate) fn unclaimed(kind: Kind) -> Status {
    tracing::warn!(event = %kind, "no handler: write one with `{}`, or switch the proxy off in Centrifugo's configuration", kind.attribute());
    Status::unimplemented(format!("no handler for {kind}"))
}

/// Tells the log everything, and the client what it may know.
pub(crate) fn refuse<E: Wire>(blame: &Blame, reject: Arc<Reject>) -> Result<E::Response, Status> {
    match Refusal::of(&reject).map(E::refuse) {
        Some(Some(response)) => {
            blame.refused(&reject);
            return Ok(response);
        }
        Some(None) => {
            blame.failed(reject, &format!("; Centrifugo passes no refusal of a {} on, so the call fails", E::KIND));
        }
        None => blame.failed(reject, ""),
    }
    Err(Status::internal("internal server error"))
}
