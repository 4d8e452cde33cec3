//! The gRPC service: a request becomes a message for `dispatch`, and the reply becomes a response.
//!
//! A request passes the gate, which finds its method (`gate.rs`, `method.rs`). A message in one frame is read in place
//! (`single_frame.rs`), nearly always before the call has a task (`unary.rs`); every other one by tonic's codec
//! (`via_tonic.rs`). Calls of the health service and of the reflection service end here (`health.rs`, `reflection.rs`).

mod bytes_codec;
pub(crate) mod gate;
mod health;
pub(crate) mod layers;
pub(crate) mod method;
#[cfg(feature = "reflection")]
mod reflection;
pub(crate) mod response_body;
#[cfg(feature = "reflection")]
mod schema;
pub(crate) mod single_frame;
mod unary;
pub(crate) mod via_tonic;

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::future::{FutureExt, ready};
use http::{Request, Response};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service;

use crate::dispatch::{Dispatch, Head};
use crate::event::facts::SERVICE;
use crate::grpc::layers::{Arrival, Layered};
use crate::grpc::method::Method;
use crate::grpc::response_body::ResponseBody;
use crate::grpc::single_frame::{Read, RequestBody};
use crate::grpc::unary::UnaryRequest;
use crate::handler::BoxFuture;
use crate::observe::meter::Meter;

/// The app as a tonic service, to mount beside other services. Made by [`App::into_service`](crate::App::into_service).
///
/// A tonic server has no health service of its own: [the guide](crate::operations#health) mounts one.
///
/// ```no_run
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = centrifugo::App::new().into_service()?;
/// tonic::transport::Server::builder()
///     // Centrifugo sends all calls of a kind on one connection, and resets those that are late.
///     .max_concurrent_streams(65_536)
///     .http2_max_pending_accept_reset_streams(Some(65_536))
///     // DATA that arrives after the end of its call is no attack.
///     .http2_max_local_error_reset_streams(Some(65_536))
///     // A stream whose handler doesn't read must not hold up the others.
///     .initial_stream_window_size(64 << 10)
///     .initial_connection_window_size((1 << 31) - 1)
///     // Finds out when a peer is gone without a word.
///     .tcp_keepalive(Some(std::time::Duration::from_secs(60)))
///     .add_service(proxy)
///     .serve("127.0.0.1:10001".parse()?)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ProxyService {
    dispatch: Arc<Dispatch>,
    layered: Option<Layered>,
}

impl ProxyService {
    pub(crate) fn new(dispatch: Arc<Dispatch>) -> Self {
        Self { dispatch, layered: None }
    }

    /// The same app behind layers.
    pub(crate) fn wrapped(self, layered: Layered) -> Self {
        Self { layered: Some(layered), ..self }
    }

    /// Ends all [streams](macro@crate::stream), also those that open from now on: their clients subscribe again, and reach
    /// another instance of the app.
    ///
    /// For a server of your own, when it begins to stop: without this, streams end only when their clients leave.
    /// [`Server`](crate::Server) calls it by itself.
    pub fn end_streams(&self) {
        self.leave();
        self.dispatch.stopping().cancel();
    }

    /// Notes that the app is about to stop, which the health service reports.
    pub(crate) fn leave(&self) {
        self.dispatch.leaving().cancel();
    }

    /// The token that is cancelled when the app begins to stop.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        self.dispatch.stopping()
    }

    /// Notes that the stop waits no longer for the calls that still run: they are about to be dropped.
    pub(crate) fn end_drain(&self) {
        self.dispatch.end_drain();
    }

    /// Waits until the app's error handler has returned from every failure.
    pub(crate) async fn reported(&self) {
        if let Some(handler) = self.dispatch.error_handler() {
            handler.done().await;
        }
    }

    /// Drops the failures that the app's error handler still works on.
    pub(crate) async fn give_up_reports(&self) {
        if let Some(handler) = self.dispatch.error_handler() {
            handler.give_up();
            handler.done().await;
        }
    }

    /// The number of handlers that run.
    pub(crate) fn running(&self) -> usize {
        self.dispatch.running()
    }

    /// The meter of the app, which is off without metrics.
    pub(crate) fn meter(&self) -> Meter {
        self.dispatch.meter()
    }

    /// Whether a request is Centrifugo's: it calls a method of its service, with the secret if the app has one.
    pub(crate) fn is_of_centrifugo<B>(&self, request: &Request<B>) -> bool {
        Method::of(request.uri().path()).and_then(Method::kind).is_some() && self.dispatch.has_secret(request)
    }

    /// Handles a request of [`Server`](crate::Server), through the layers if there are any. A probe asks whether the app
    /// serves, so neither a layer nor the number of running calls may refuse it.
    pub(crate) fn handle<B: RequestBody>(
        &self,
        request: Request<B>,
        arrived: Instant,
    ) -> impl Future<Output = Response<ResponseBody>> + use<B> {
        match &self.layered {
            Some(layered) if !Method::of(request.uri().path()).is_some_and(Method::is_public) => {
                let mut request = with_limits(request).map(Body::new);
                Arrival(arrived).note(&mut request);
                let response = layered.clone().call(request);
                response.map(|Ok(response)| from_tonic(response)).right_future()
            }
            _ => serve(Arc::clone(&self.dispatch), request, arrived).left_future(),
        }
    }
}

/// Serves a request without layers: the gate refuses it, or its method is called.
fn serve<B: RequestBody>(
    dispatch: Arc<Dispatch>,
    request: Request<B>,
    arrived: Instant,
) -> impl Future<Output = Response<ResponseBody>> {
    match gate::check(&dispatch, &request) {
        Ok(Method::Unary(method)) => UnaryRequest::new(dispatch, method, request, arrived).left_future(),
        Ok(Method::SubscribeUnidirectional) => stream(dispatch, request, arrived).boxed().right_future(),
        Ok(Method::SubscribeBidirectional) => {
            let request = with_limits(request).map(Body::new);
            via_tonic::bidirectional_stream(dispatch, request, arrived).map(from_tonic).boxed().right_future()
        }
        Ok(Method::Health(method)) => health::call(dispatch, method, request).boxed().right_future(),
        #[cfg(feature = "reflection")]
        Ok(Method::Reflection) => {
            let request = with_limits(request).map(Body::new);
            reflection::call(dispatch, request, arrived).map(from_tonic).boxed().right_future()
        }
        Err(refusal) => ready(*refusal).boxed().right_future(),
    }
}

/// A subscription to a stream of one direction.
async fn stream<B: RequestBody>(dispatch: Arc<Dispatch>, request: Request<B>, arrived: Instant) -> Response<ResponseBody> {
    let (parts, message) = match single_frame::read(request, dispatch.max_message_size()).await {
        Read::Message(parts, message) => (parts, message),
        Read::Other(request) => return from_tonic(via_tonic::stream(dispatch, request, arrived).await),
    };
    let head = Head::new(parts.headers, parts.extensions, arrived);
    let responses = match dispatch.decode(message) {
        Ok(request) => dispatch.open_stream(head, request).await,
        Err(status) => Err(status),
    };
    responses.map_or_else(Status::into_http, ResponseBody::messages)
}

/// The request, with the limits of its body set by its headers.
fn with_limits<B: RequestBody>(request: Request<B>) -> Request<B> {
    let (head, mut body) = request.into_parts();
    body.set_limits(&head.headers);
    Request::from_parts(head, body)
}

fn from_tonic(response: Response<Body>) -> Response<ResponseBody> {
    response.map(ResponseBody::Tonic)
}

impl NamedService for ProxyService {
    const NAME: &'static str = SERVICE;
}

impl Service<Request<Body>> for ProxyService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match &mut self.layered {
            None => Poll::Ready(Ok(())),
            Some(layered) => layered.poll_ready(context),
        }
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match &mut self.layered {
            None => {
                let Arrival(arrived) = Arrival::of(&mut request);
                let response = serve(Arc::clone(&self.dispatch), request, arrived);
                Box::pin(response.map(|response| Ok(response.map(Body::new))))
            }
            Some(layered) => {
                Arrival::of(&mut request).note(&mut request);
                layered.call(request)
            }
        }
    }
}

impl fmt::Debug for ProxyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyService")
    }
}
