//! The way of a call: from Centrifugo's request to its response.

use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Extensions, HeaderMap};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::audit::Audit;
use crate::call::{Call, States};
use crate::event::{Event, Malformed, Refusal, Wire};
use crate::failure::{Blame, Claimant, ErrorHandler, panicked};
use crate::handler::{Bound, Replying};
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

/// A handler at work, until its event has a response.
// Polled by hand, because combinators and `async` blocks would be compiled for each event, one in the other.
pub(crate) struct Asked<E: Event> {
    dispatch: Arc<Dispatch>,
    reply: Replying<E>,
    form: Form,
    blame: Blame,
}

/// Why an event has no response of its own, and who is to blame.
pub(crate) struct Rejected(pub(crate) Arc<Reject>, pub(crate) Blame);

/// The response, and who is to blame for what is still to come of it.
type Answered<E> = (<E as Wire>::Response, Blame);

impl Dispatch {
    /// From a message to a handler at work.
    pub(crate) fn answer<E: Wire>(
        self: &Arc<Self>,
        metadata: HeaderMap,
        extensions: Extensions,
        message: E::Request,
    ) -> Result<Asked<E>, Status> {
        self.admit(E::KIND.name(), &metadata)?;
        let event = E::decode(message).map_err(malformed)?;
        self.ask(event, metadata, extensions).ok_or_else(|| unclaimed(E::KIND))
    }

    /// From an event to a handler at work; [`testing`](crate::testing) enters here. `None`: no attribute of the app is for this event.
    pub(crate) fn ask<E: Wire>(self: &Arc<Self>, event: E, metadata: HeaderMap, extensions: Extensions) -> Option<Asked<E>> {
        let (claimant, bound) = self.find(&event)?;
        let blame = Blame::new(claimant, &event, &metadata, &self.states, self.error_handler.as_ref());
        let (options, is_handler) = (claimant.options(), matches!(claimant, Claimant::Handler(_)));
        let admitted = if is_handler { event.admit(options) } else { Ok(()) };
        let form = event.form(options);
        let reply = match admitted {
            Ok(()) => bound.call(Call::new(event, metadata, extensions, Arc::clone(&self.states))),
            Err(reject) => Box::pin(ready(Err(reject))),
        };
        Some(Asked { dispatch: Arc::clone(self), reply, form, blame })
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
            Found::Panicked(handler, reject) => {
                (Claimant::Handler(handler), Bound::Closure(Box::new(|_| Box::pin(ready(Err(reject))))))
            }
            Found::NoMatch => {
                unmatched(E::KIND, name);
                (Claimant::Nobody, Bound::Function(|_| Box::pin(ready(E::no_match()))))
            }
            Found::NoHandlers => return None,
        };
        Some((claimant, table.around(bound)))
    }
}

impl<E: Wire> Future for Asked<E> {
    type Output = Result<Answered<E>, Rejected>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { dispatch, reply, form, blame } = &mut *self;
        let reply = match catch_unwind(AssertUnwindSafe(|| reply.as_mut().poll(context))) {
            Ok(polled) => ready!(polled),
            Err(panic) => Err(panicked(panic.as_ref())),
        };
        Poll::Ready(match reply.and_then(|reply| dispatch.encode::<E>(reply, *form)) {
            Ok(response) => Ok((response, blame.clone())),
            Err(reject) => Err(Rejected(Arc::new(reject), blame.clone())),
        })
    }
}

/// The response: a refusal is one, too.
pub(crate) fn respond<E: Wire>(answered: Result<Answered<E>, Rejected>) -> Result<Answered<E>, Status> {
    match answered {
        Ok(answered) => Ok(answered),
        Err(Rejected(reject, blame)) => refuse::<E>(&blame, reject).map(|response| (response, blame)),
    }
}

// What follows is apart from its callers, which are compiled for each event.

/// The answer to a message that is no event.
fn malformed(malformed: Malformed) -> Status {
    tracing::warn!(event = %malformed.kind, "{malformed}: it doesn't come from Centrifugo");
    Status::invalid_argument(malformed.to_string())
}

fn unmatched(event: Kind, name: &str) {
    tracing::debug!(%event, ?name, "no pattern matches");
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
