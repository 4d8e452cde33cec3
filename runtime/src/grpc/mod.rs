//! The gRPC service: finds out what is asked, and which way the answer goes.

pub(crate) mod gate;
pub(crate) mod layers;
pub(crate) mod method;
pub(crate) mod response_body;
pub(crate) mod single_frame;
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

use crate::dispatch::message::decode;
use crate::dispatch::{Dispatch, Head};
use crate::grpc::layers::Layered;
use crate::grpc::method::{Method, SERVICE};
use crate::grpc::response_body::Answer;
use crate::grpc::single_frame::RequestBody;
use crate::handler::BoxFuture;

/// The app as a tonic service, made by [`App::into_service`](crate::App::into_service), to mount beside services of your own.
///
/// ```no_run
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = centrifugo::App::new().into_service()?;
/// tonic::transport::Server::builder()
///     // Centrifugo sends all calls of a kind on one connection, and gives up those that are late.
///     .max_concurrent_streams(65_536)
///     .http2_max_pending_accept_reset_streams(Some(65_536))
///     // A stream whose handler doesn't read holds up no other.
///     .initial_stream_window_size(64 << 10)
///     .initial_connection_window_size((1 << 31) - 1)
///     // A peer that is gone without a word is noticed.
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

    /// The same app, reached through layers.
    pub(crate) fn wrapped(self, layered: Layered) -> Self {
        Self { layered: Some(layered), ..self }
    }

    /// Ends all [streams](macro@crate::stream), also those that are still to be opened: their clients subscribe again, and find another
    /// instance of the app.
    ///
    /// For servers of one's own, when they begin to stop: streams end by themselves only when clients leave.
    /// [`Server`](crate::Server) does it.
    pub fn end_streams(&self) {
        self.dispatch.stopping.cancel();
    }

    /// Ready as soon as streams are to end.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.dispatch.stopping
    }

    /// Ready when the app's error handler is done with every failure.
    pub(crate) async fn reported(&self) {
        if let Some(handler) = &self.dispatch.reporter.error_handler {
            handler.done().await;
        }
    }

    /// Drops the failures that the app's error handler is still busy with.
    pub(crate) async fn give_up_reports(&self) {
        if let Some(handler) = &self.dispatch.reporter.error_handler {
            handler.give_up();
            handler.done().await;
        }
    }

    /// How many handlers are at work.
    pub(crate) fn running(&self) -> usize {
        self.dispatch.running()
    }

    /// The answer to a request, in no more boxes than it needs.
    pub(crate) fn answer<B: RequestBody>(&self, request: Request<B>) -> impl Future<Output = Response<Answer>> + use<B> {
        match &self.layered {
            None => answer(Arc::clone(&self.dispatch), request).left_future(),
            Some(layered) => {
                let answered = layered.clone().call(with_headers(request).map(Body::new));
                answered.map(|Ok(response)| long(response)).right_future()
            }
        }
    }
}

/// The answer of the app itself.
fn answer<B: RequestBody>(dispatch: Arc<Dispatch>, request: Request<B>) -> impl Future<Output = Response<Answer>> {
    let arrived = Instant::now();
    match dispatch.admit(&request) {
        Ok(Method::Unary(method)) => {
            let message = single_frame::only_message(request, dispatch.max_message_size);
            let answered = message.then(move |message| match message {
                Ok((parts, message)) => {
                    let head = Head { metadata: parts.headers, extensions: parts.extensions, arrived };
                    let answered = method.answer(&dispatch, head, message);
                    answered.map(|framed| framed.map_or_else(Status::into_http, Answer::message)).left_future()
                }
                Err(request) => via_tonic::answer(dispatch, method, request, arrived).map(long).boxed().right_future(),
            });
            answered.left_future()
        }
        Ok(Method::SubscribeUnidirectional) => open(dispatch, request, arrived).boxed().right_future(),
        Ok(Method::SubscribeBidirectional) => {
            let request = with_headers(request);
            via_tonic::open_bidirectional(dispatch, request.map(Body::new), arrived).map(long).boxed().right_future()
        }
        Err(refused) => ready(*refused).boxed().right_future(),
    }
}

async fn open<B: RequestBody>(dispatch: Arc<Dispatch>, request: Request<B>, arrived: Instant) -> Response<Answer> {
    let (parts, message) = match single_frame::only_message(request, dispatch.max_message_size).await {
        Ok(message) => message,
        Err(request) => return long(via_tonic::open(dispatch, request, arrived).await),
    };
    let head = Head { metadata: parts.headers, extensions: parts.extensions, arrived };
    let opened = match decode(message) {
        Ok(request) => dispatch.open(head, request).await,
        Err(status) => Err(status),
    };
    opened.map_or_else(Status::into_http, Answer::messages)
}

/// The request, whose body knows what headers it comes behind.
fn with_headers<B: RequestBody>(request: Request<B>) -> Request<B> {
    let (head, mut body) = request.into_parts();
    body.belongs_to(&head.headers);
    Request::from_parts(head, body)
}

fn long(response: Response<Body>) -> Response<Answer> {
    response.map(Answer::Long)
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

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match &mut self.layered {
            None => Box::pin(answer(Arc::clone(&self.dispatch), request).map(|response| Ok(response.map(Body::new)))),
            Some(layered) => layered.call(request),
        }
    }
}

impl fmt::Debug for ProxyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyService")
    }
}
