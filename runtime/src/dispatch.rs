//! The way of a call: from Centrifugo's request to its response.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tonic::{Request, Response, Status};

use crate::audit::Audit;
use crate::call::{Call, States};
use crate::event::{Refusal, Wire};
use crate::handler::{Bound, Handler};
use crate::kind::Kind;
use crate::reject::{Internal, Reject};
use crate::router::{Found, Routes};
use crate::secret::Secret;

/// What all calls share.
pub(crate) struct Dispatch {
    pub(crate) routes: Routes,
    pub(crate) states: Arc<States>,
    pub(crate) secret: Option<Secret>,
    pub(crate) audit: Audit,
}

impl Dispatch {
    pub(crate) async fn dispatch<E: Wire>(&self, request: Request<E::Request>) -> Result<Response<E::Response>, Status> {
        let (metadata, extensions, message) = request.into_parts();
        let metadata = metadata.into_headers();
        self.admit(E::KIND.name(), &metadata)?;
        let event = E::decode(message).map_err(|malformed| {
            tracing::warn!(event = %E::KIND, "{malformed}: it doesn't come from Centrifugo");
            Status::invalid_argument(malformed.to_string())
        })?;
        let (handler, bound) = match E::table(&self.routes).find(event.name().unwrap_or_default()) {
            Found::Bound(handler, bound) => (handler, bound),
            Found::NoMatch => return no_match::<E>(&event),
            Found::NoHandlers => return Err(unclaimed(E::KIND)),
            Found::Panicked(handler, panic) => return refuse::<E>(handler, Reject::internal(told(panic.as_ref()))),
        };
        let call = Call::new(event, metadata, extensions, Arc::clone(&self.states));
        match self.answer(handler, bound, call).await {
            Ok(response) => Ok(Response::new(response)),
            Err(reject) => refuse::<E>(handler, reject),
        }
    }

    /// Lets in only who knows the secret, if there is one.
    pub(crate) fn admit(&self, event: &str, metadata: &http::HeaderMap) -> Result<(), Status> {
        match &self.secret {
            Some(secret) if !secret.is_in(metadata) => {
                tracing::warn!(event, "refused: the call has not exactly one `{}` with the secret", secret.name());
                Err(Status::unauthenticated("the secret is missing or wrong"))
            }
            _ => Ok(()),
        }
    }

    async fn answer<E: Wire>(&self, handler: &Handler, bound: Bound<E>, call: Call<E>) -> Result<E::Response, Reject> {
        call.event().admit(handler.options())?;
        let form = call.event().form(handler.options());
        let asked = AssertUnwindSafe(async move { bound(call).await }).catch_unwind();
        let reply = asked.await.map_err(|panic| Internal::new(told(panic.as_ref())))??;
        E::audit(&reply, &self.audit);
        E::encode(reply, form)
    }
}

/// The answer when nobody has claimed the event.
pub(crate) fn unclaimed(kind: Kind) -> Status {
    tracing::warn!(event = %kind, "no handler: write one with `{}`, or switch the proxy off in Centrifugo's configuration", kind.attribute());
    Status::unimplemented(format!("no handler for {kind}"))
}

fn no_match<E: Wire>(event: &E) -> Result<Response<E::Response>, Status> {
    tracing::debug!(event = %E::KIND, name = ?event.name().unwrap_or_default(), "no pattern matches");
    E::no_match().map(Response::new)
}

/// Tells the log everything, and the client what it may know.
fn refuse<E: Wire>(handler: &Handler, reject: Reject) -> Result<Response<E::Response>, Status> {
    let (event, name, at) = (E::KIND, handler.name(), handler.location());
    match Refusal::of(&reject).map(E::refuse) {
        None => tracing::error!(%event, handler = name, %at, "{reject}"),
        Some(None) => {
            tracing::error!(%event, handler = name, %at, "{reject}; Centrifugo passes no refusal of a {event} on, so the call fails")
        }
        Some(Some(response)) => {
            match reject.cause() {
                Some(_) => tracing::warn!(%event, handler = name, %at, "{reject}"),
                None => tracing::debug!(%event, handler = name, %at, "{reject}"),
            }
            return Ok(Response::new(response));
        }
    }
    Err(Status::internal("internal server error"))
}

fn told(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", message.unwrap_or("with a value that is no text"))
}
