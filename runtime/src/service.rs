//! The gRPC service: hands every call to its event.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::{FutureExt, ready};
use http::request::Parts;
use http_body_util::Full;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;
use tonic::{Request, Response, Status, Streaming};

use crate::answer::Answer;
use crate::dispatch::Dispatch;
use crate::event::{CacheEmpty, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh, Subscribe};
use crate::generated as wire;
use crate::generated::centrifugo_proxy_server::{CentrifugoProxy, CentrifugoProxyServer, SERVICE_NAME};
use crate::layers::Layered;
use crate::short::{self, RequestBody};
use crate::stream::Responses;

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
///     .add_service(proxy)
///     .serve("127.0.0.1:10001".parse()?)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ProxyService {
    dispatch: Arc<Dispatch>,
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    Bare(Arc<Bare>),
    Layered(Layered),
}

/// The app without layers: its two ways to an answer.
struct Bare {
    dispatch: Arc<Dispatch>,
    max_message_size: usize,
    long: CentrifugoProxyServer<Proxy>,
}

impl ProxyService {
    pub(crate) fn new(dispatch: Dispatch, max_message_size: usize) -> Self {
        let dispatch = Arc::new(dispatch);
        let long = CentrifugoProxyServer::new(Proxy(Arc::clone(&dispatch)))
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(max_message_size)
            .max_encoding_message_size(max_message_size);
        let bare = Bare { dispatch: Arc::clone(&dispatch), max_message_size, long };
        Self { dispatch, inner: Inner::Bare(Arc::new(bare)) }
    }

    /// The same app, reached through layers.
    pub(crate) fn wrapped(self, layered: Layered) -> Self {
        Self { inner: Inner::Layered(layered), ..self }
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

    /// Ready when the app's error handler has heard of every failure.
    pub(crate) async fn told(&self) {
        if let Some(handler) = &self.dispatch.error_handler {
            handler.told().await;
        }
    }

    /// The answer to a request, in no more boxes than it needs.
    pub(crate) fn answer<B: RequestBody>(
        &self,
        request: http::Request<B>,
    ) -> impl Future<Output = http::Response<Answer>> + use<B> {
        match &self.inner {
            Inner::Bare(bare) => Arc::clone(bare).answer(request).left_future(),
            Inner::Layered(layered) => layered.clone().call(request.map(Body::new)).map(long).right_future(),
        }
    }
}

impl Bare {
    fn answer<B: RequestBody>(self: Arc<Self>, request: http::Request<B>) -> impl Future<Output = http::Response<Answer>> {
        let (parts, body) = request.into_parts();
        let bare = Arc::clone(&self);
        short(self, parts, body).then(move |answered| match answered {
            Ok(response) => ready(response).left_future(),
            Err(request) => bare.long.clone().call(request).map(long).right_future(),
        })
    }
}

/// An answer that came the long way.
fn long(answered: Result<http::Response<Body>, Infallible>) -> http::Response<Answer> {
    match answered {
        Ok(response) => response.map(Answer::Long),
        Err(never) => match never {},
    }
}

impl NamedService for ProxyService {
    const NAME: &'static str = <CentrifugoProxyServer<Proxy> as NamedService>::NAME;
}

impl Service<http::Request<Body>> for ProxyService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match &mut self.inner {
            Inner::Bare(_) => Poll::Ready(Ok(())),
            Inner::Layered(layered) => layered.poll_ready(context),
        }
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match &mut self.inner {
            Inner::Bare(bare) => Box::pin(Arc::clone(bare).answer(request).map(|response| Ok(response.map(Body::new)))),
            Inner::Layered(layered) => layered.call(request),
        }
    }
}

impl fmt::Debug for ProxyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyService")
    }
}

struct Proxy(Arc<Dispatch>);

/// The calls with one question and one answer, by both ways: the names of paths for the short one, the generated trait for the long one.
/// One macro for all of it, because `async_trait` must see the functions.
macro_rules! service {
    ($($path:literal $method:ident: $event:ident($request:ident) -> $response:ident;)*) => {
        /// The calls with one question.
        enum Question {
            $($event,)*
            SubscribeStream,
        }

        impl Question {
            fn of(path: &str) -> Option<Self> {
                match path.strip_prefix('/')?.strip_prefix(SERVICE_NAME)?.strip_prefix('/')? {
                    $($path => Some(Self::$event),)*
                    "SubscribeUnidirectional" => Some(Self::SubscribeStream),
                    _ => None,
                }
            }
        }

        /// The short way, if the request can go it. No `async fn`, whose future would hold its arguments twice.
        fn short<B: RequestBody>(
            bare: Arc<Bare>,
            parts: Parts,
            body: B,
        ) -> impl Future<Output = Result<http::Response<Answer>, http::Request<Body>>> {
            async move {
                let Some(question) = Question::of(parts.uri.path()) else {
                    return Err(http::Request::from_parts(parts, Body::new(body)));
                };
                let data = match short::only_frame(body, bare.max_message_size).await {
                    Ok(data) => data,
                    Err(body) => return Err(http::Request::from_parts(parts, body)),
                };
                match question {
                    $(Question::$event => {
                        if let Some(message) = short::message::<wire::$request>(&data) {
                            return Ok(short::answer::<$event>(&bare.dispatch, parts, message, bare.max_message_size).await);
                        }
                    })*
                    Question::SubscribeStream => {
                        if let Some(message) = short::message(&data) {
                            return Ok(short::open(&bare.dispatch, parts, message, bare.max_message_size).await);
                        }
                    }
                }
                Err(http::Request::from_parts(parts, Body::new(Full::new(data))))
            }
        }

        #[tonic::async_trait]
        impl CentrifugoProxy for Proxy {
            type SubscribeUnidirectionalStream = Responses;
            type SubscribeBidirectionalStream = Responses;

            $(async fn $method(&self, request: Request<wire::$request>) -> Result<Response<wire::$response>, Status> {
                let (metadata, extensions, message) = request.into_parts();
                self.0.dispatch::<$event>(metadata.into_headers(), extensions, message).await.map(Response::new)
            })*

            async fn notify_channel_state(
                &self,
                request: Request<wire::NotifyChannelStateRequest>,
            ) -> Result<Response<wire::NotifyChannelStateResponse>, Status> {
                self.0.notify(request).await
            }

            async fn subscribe_unidirectional(
                &self,
                request: Request<wire::SubscribeRequest>,
            ) -> Result<Response<Responses>, Status> {
                let (metadata, extensions, message) = request.into_parts();
                self.0.open(metadata.into_headers(), extensions, message).await.map(Response::new)
            }

            async fn subscribe_bidirectional(
                &self,
                request: Request<Streaming<wire::StreamSubscribeRequest>>,
            ) -> Result<Response<Responses>, Status> {
                self.0.open_bidirectional(request).await.map(Response::new)
            }
        }
    };
}

service! {
    "Connect" connect: Connect(ConnectRequest) -> ConnectResponse;
    "Refresh" refresh: Refresh(RefreshRequest) -> RefreshResponse;
    "Subscribe" subscribe: Subscribe(SubscribeRequest) -> SubscribeResponse;
    "Publish" publish: Publish(PublishRequest) -> PublishResponse;
    "SubRefresh" sub_refresh: SubRefresh(SubRefreshRequest) -> SubRefreshResponse;
    "RPC" rpc: Rpc(RpcRequest) -> RpcResponse;
    "MapPublish" map_publish: MapPublish(MapPublishRequest) -> MapPublishResponse;
    "MapRemove" map_remove: MapRemove(MapRemoveRequest) -> MapRemoveResponse;
    "SharedPollRefresh" shared_poll_refresh: SharedPoll(SharedPollRefreshRequest) -> SharedPollRefreshResponse;
    "NotifyCacheEmpty" notify_cache_empty: CacheEmpty(NotifyCacheEmptyRequest) -> NotifyCacheEmptyResponse;
}
