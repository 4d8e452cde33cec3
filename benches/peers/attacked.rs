//! The app of `tests/attacks` by hand, on tonic's server with default settings: the same attacks can be played on it, as
//! `docs/reliability.md` describes. It has no settings, and its argument is ignored.

#![allow(clippy::print_stderr, reason = "the tests read the address from the log")]

use std::error::Error;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tonic::codec::CompressionEncoding;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use wire::centrifugo_proxy_server::{CentrifugoProxy, CentrifugoProxyServer};

#[expect(unreachable_pub, reason = "the generator makes everything public")]
mod wire {
    tonic::include_proto!("centrifugal.centrifugo.proxy");
}

static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// A value of a handler or of a stream, counted while it is alive.
struct Running;

impl Running {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Proxy;

type Reply<T> = Result<Response<T>, Status>;
type Responses = BoxStream<'static, Result<wire::StreamSubscribeResponse, Status>>;

/// The methods that no attack calls.
macro_rules! unused {
    ($($method:ident($request:ident) -> $response:ident),* $(,)?) => {
        // As `async_trait` writes a method.
        $(fn $method<'a: 'f, 'f>(
            &'a self,
            _: Request<wire::$request>,
        ) -> Pin<Box<dyn Future<Output = Reply<wire::$response>> + Send + 'f>> {
            Box::pin(async { Err(Status::unimplemented("not used by this app")) })
        })*
    };
}

#[tonic::async_trait]
impl CentrifugoProxy for Proxy {
    type SubscribeUnidirectionalStream = Responses;
    type SubscribeBidirectionalStream = Responses;

    async fn rpc(&self, request: Request<wire::RpcRequest>) -> Reply<wire::RpcResponse> {
        let wire::RpcRequest { method, data, .. } = request.into_inner();
        let data = reply_to(&method, data).await?;
        let result = Some(wire::RpcResult { data, ..Default::default() });
        Ok(Response::new(wire::RpcResponse { result, ..Default::default() }))
    }

    async fn subscribe(&self, _: Request<wire::SubscribeRequest>) -> Reply<wire::SubscribeResponse> {
        Ok(Response::new(granted()))
    }

    async fn subscribe_unidirectional(&self, request: Request<wire::SubscribeRequest>) -> Reply<Responses> {
        let running = Running::begin();
        let endless = request.get_ref().channel.starts_with("endless:");
        let publications = stream::repeat_with(move || {
            let _ = &running;
            Ok(published("x".repeat(1 << 10).into()))
        });
        Ok(Response::new(opened(if endless { publications.boxed() } else { stream::pending().boxed() })))
    }

    async fn subscribe_bidirectional(&self, request: Request<Streaming<wire::StreamSubscribeRequest>>) -> Reply<Responses> {
        let mut requests = request.into_inner();
        let first = requests.message().await?.and_then(|message| message.subscribe_request);
        let channel = first.ok_or_else(|| Status::invalid_argument("not an opening"))?.channel;
        Ok(Response::new(opened(publications(&channel, requests))))
    }

    unused! {
        connect(ConnectRequest) -> ConnectResponse,
        refresh(RefreshRequest) -> RefreshResponse,
        publish(PublishRequest) -> PublishResponse,
        sub_refresh(SubRefreshRequest) -> SubRefreshResponse,
        map_publish(MapPublishRequest) -> MapPublishResponse,
        map_remove(MapRemoveRequest) -> MapRemoveResponse,
        shared_poll_refresh(SharedPollRefreshRequest) -> SharedPollRefreshResponse,
        notify_cache_empty(NotifyCacheEmptyRequest) -> NotifyCacheEmptyResponse,
        notify_channel_state(NotifyChannelStateRequest) -> NotifyChannelStateResponse,
    }
}

async fn reply_to(method: &str, data: Bytes) -> Result<Bytes, Status> {
    match method {
        "ping" => Ok(Bytes::from_static(br#""pong""#)),
        "running" => Ok(RUNNING.load(Ordering::SeqCst).to_string().into()),
        "sleep" => {
            let _running = Running::begin();
            tokio::time::sleep(Duration::from_millis(number(&data)?)).await;
            Ok(Bytes::from_static(br#""slept""#))
        }
        "echo" => Ok(data),
        "panic" => panic!("on purpose"),
        "repeat" => Ok(format!("\"{}\"", "x".repeat(number(&data)?)).into()),
        _ => Err(Status::unimplemented("no such method")),
    }
}

fn number<T: serde::de::DeserializeOwned>(data: &[u8]) -> Result<T, Status> {
    serde_json::from_slice(data).map_err(|error| Status::invalid_argument(error.to_string()))
}

/// The stream of a bidirectional subscription. `mirror` reads its client's publications, the others don't.
fn publications(channel: &str, requests: Streaming<wire::StreamSubscribeRequest>) -> Responses {
    if channel.starts_with("mirror:") {
        let published = requests.map(|request| Ok(published(request?.publication.unwrap_or_default().data)));
        return published.boxed();
    }
    let (running, requests) = (Running::begin(), (!channel.starts_with("dropped:")).then_some(requests));
    let silent = stream::pending().map(move |item| {
        let _ = (&running, &requests);
        item
    });
    silent.boxed()
}

fn opened(publications: impl Stream<Item = Result<wire::StreamSubscribeResponse, Status>> + Send + 'static) -> Responses {
    let response = wire::StreamSubscribeResponse { subscribe_response: Some(granted()), ..Default::default() };
    stream::iter([Ok(response)]).chain(publications).boxed()
}

fn granted() -> wire::SubscribeResponse {
    wire::SubscribeResponse { result: Some(wire::SubscribeResult::default()), ..Default::default() }
}

fn published(data: Bytes) -> wire::StreamSubscribeResponse {
    let publication = Some(wire::Publication { data, ..Default::default() });
    wire::StreamSubscribeResponse { publication, ..Default::default() }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let proxy = CentrifugoProxyServer::new(Proxy).accept_compressed(CompressionEncoding::Gzip);
    let mut terminated = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("listening on {}", listener.local_addr()?);
    let stop = async move { terminated.recv().await.unwrap_or_default() };
    Server::builder().add_service(proxy).serve_with_incoming_shutdown(TcpIncoming::from(listener), stop).await?;
    Ok(())
}
