//! The gRPC service: hands every call to its event.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;
use tonic::{Request, Response, Status, Streaming};

use crate::dispatch::Dispatch;
use crate::event::{
    CacheEmpty, ChannelState, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh, Subscribe,
};
use crate::generated as wire;
use crate::generated::centrifugo_proxy_server::{CentrifugoProxy, CentrifugoProxyServer};
use crate::layers::Layered;
use crate::stream::Responses;

/// The app as a tonic service, made by [`App::into_service`](crate::App::into_service), to mount beside services of your own.
///
/// ```no_run
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = centrifugo::App::new().into_service()?;
/// tonic::transport::Server::builder()
///     .max_concurrent_streams(65_536) // Centrifugo sends all calls of a kind on one connection
///     .add_service(proxy)
///     .serve("127.0.0.1:10001".parse()?)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ProxyService {
    inner: Inner,
    stopping: CancellationToken,
}

#[derive(Clone)]
enum Inner {
    Bare(CentrifugoProxyServer<Proxy>),
    Layered(Layered),
}

impl ProxyService {
    pub(crate) fn new(dispatch: Dispatch, max_message_size: usize) -> Self {
        let stopping = dispatch.stopping.clone();
        let bare = CentrifugoProxyServer::new(Proxy(Arc::new(dispatch)))
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(max_message_size)
            .max_encoding_message_size(max_message_size);
        Self { inner: Inner::Bare(bare), stopping }
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
        self.stopping.cancel();
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
            Inner::Bare(service) => Service::<http::Request<Body>>::poll_ready(service, context),
            Inner::Layered(service) => service.poll_ready(context),
        }
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match &mut self.inner {
            Inner::Bare(service) => service.call(request),
            Inner::Layered(service) => service.call(request),
        }
    }
}

impl fmt::Debug for ProxyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyService")
    }
}

struct Proxy(Arc<Dispatch>);

/// The generated trait, call by call. One macro for all of it, because `async_trait` must see the functions.
macro_rules! service {
    ($($method:ident: $event:ident($request:ident) -> $response:ident;)*) => {
        #[tonic::async_trait]
        impl CentrifugoProxy for Proxy {
            type SubscribeUnidirectionalStream = Responses;
            type SubscribeBidirectionalStream = Responses;

            $(async fn $method(&self, request: Request<wire::$request>) -> Result<Response<wire::$response>, Status> {
                self.0.dispatch::<$event>(request).await
            })*

            async fn subscribe_unidirectional(
                &self,
                request: Request<wire::SubscribeRequest>,
            ) -> Result<Response<Responses>, Status> {
                self.0.open(request).await
            }

            async fn subscribe_bidirectional(
                &self,
                request: Request<Streaming<wire::StreamSubscribeRequest>>,
            ) -> Result<Response<Responses>, Status> {
                self.0.open_bidirectional(request).await
            }
        }
    };
}

service! {
    connect: Connect(ConnectRequest) -> ConnectResponse;
    refresh: Refresh(RefreshRequest) -> RefreshResponse;
    subscribe: Subscribe(SubscribeRequest) -> SubscribeResponse;
    publish: Publish(PublishRequest) -> PublishResponse;
    sub_refresh: SubRefresh(SubRefreshRequest) -> SubRefreshResponse;
    rpc: Rpc(RpcRequest) -> RpcResponse;
    map_publish: MapPublish(MapPublishRequest) -> MapPublishResponse;
    map_remove: MapRemove(MapRemoveRequest) -> MapRemoveResponse;
    shared_poll_refresh: SharedPoll(SharedPollRefreshRequest) -> SharedPollRefreshResponse;
    notify_cache_empty: CacheEmpty(NotifyCacheEmptyRequest) -> NotifyCacheEmptyResponse;
    notify_channel_state: ChannelState(NotifyChannelStateRequest) -> NotifyChannelStateResponse;
}
