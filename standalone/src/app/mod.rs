//! Calls of the app: Centrifugo's proxy calls, to the app's gRPC service in the same process.
//!
//! A call is a request of tonic's client, which the service takes as a function does its argument: there is no connection
//! and no HTTP/2. So the app's tower layers, secret, limits, deadlines and metrics are those of an app behind Centrifugo.

mod caller;
mod forwarded;
mod metadata;
mod payload;

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use http::{Request, Response};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tonic::body::Body;
use tonic::{Code, Status, Streaming};
use tower::util::BoxCloneSyncService;

use crate::config::options::{ProxyOptions, StreamProxy};
use crate::proto::proxy::centrifugo_proxy_client::CentrifugoProxyClient;
use crate::proto::proxy::{self, StreamSubscribeRequest, StreamSubscribeResponse};
use crate::throttled_log::ThrottledLog;

pub(crate) use self::caller::Caller;
pub(crate) use self::forwarded::Forwarded;
use self::metadata::{request, stream_request};
pub(crate) use self::payload::{BadBase64, payload, published};

/// The app's gRPC service.
pub(crate) type AppService = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// Calls the app.
pub(crate) struct App {
    client: CentrifugoProxyClient<AppService>,
    /// Whether a command's call ends with its connection. Centrifugo does so where commands run beside each other
    /// (`client.concurrency`); otherwise such a call runs to its end.
    ends_with_connection: bool,
}

/// A call without a response: the app has failed, or missed the deadline. The reason is in the log alone.
#[derive(Debug)]
pub(crate) struct CallFailed;

/// Messages of a stream after the first one. Dropped, the app's stream ends.
pub(crate) type Publications = std::pin::Pin<Box<dyn Stream<Item = Result<StreamSubscribeResponse, Status>> + Send>>;

impl App {
    pub(crate) fn new(service: AppService, ends_with_connection: bool) -> Self {
        Self { client: CentrifugoProxyClient::new(service), ends_with_connection }
    }
}

/// Writes the functions for calls with one message and one response.
macro_rules! unary {
    ($($name:ident: $request:ident -> $response:ident, $ends:expr;)*) => {
        impl App {
            $(
                /// Calls the app. The call goes on in a task of its own: a handler that blocks its thread holds up nobody.
                pub(crate) fn $name(
                    &self,
                    options: &ProxyOptions,
                    caller: &Caller,
                    message: proxy::$request,
                ) -> impl Future<Output = Result<proxy::$response, CallFailed>> + Send + use<> {
                    let mut client = self.client.clone();
                    let ends: fn(&Self) -> bool = $ends;
                    let call = request(options, caller, message).map(|request| {
                        tokio::spawn(async move { client.$name(request).await.map(tonic::Response::into_inner) })
                    });
                    returned(stringify!($name), options.timeout, ends(self), call)
                }
            )*
        }
    };
}

unary! {
    connect: ConnectRequest -> ConnectResponse, |_| false;
    refresh: RefreshRequest -> RefreshResponse, |_| true;
    subscribe: SubscribeRequest -> SubscribeResponse, |app| app.ends_with_connection;
    publish: PublishRequest -> PublishResponse, |app| app.ends_with_connection;
    rpc: RpcRequest -> RpcResponse, |app| app.ends_with_connection;
    sub_refresh: SubRefreshRequest -> SubRefreshResponse, |_| true;
}

/// Waits for the response until the proxy's timeout is over.
async fn returned<T>(
    name: &'static str,
    allowed: Duration,
    ends_with_connection: bool,
    call: Result<JoinHandle<Result<T, Status>>, Status>,
) -> Result<T, CallFailed> {
    let response = match call {
        Err(status) => Err(status),
        Ok(task) if ends_with_connection => within(allowed, AbortOnDropHandle::new(task)).await,
        Ok(task) => within(allowed, task).await,
    };
    response.map_err(|status| failed(name, &status))
}

async fn within<T>(
    allowed: Duration,
    task: impl Future<Output = Result<Result<T, Status>, tokio::task::JoinError>>,
) -> Result<T, Status> {
    match timeout(allowed, task).await {
        Ok(Ok(response)) => response,
        Ok(Err(ended)) => Err(Status::internal(ended.to_string())),
        Err(_) => Err(Status::deadline_exceeded("the app has not responded in time")),
    }
}

/// The lines about calls that fail, of all engines of the process: a client can cause them as fast as it sends.
static FAILURES: LazyLock<ThrottledLog> = LazyLock::new(ThrottledLog::default);

/// Logs the reason of a failure, as Centrifugo does.
fn failed(name: &'static str, status: &Status) -> CallFailed {
    // The app logs the failures of its own handlers.
    if status.code() == Code::Internal {
        tracing::debug!(call = name, "the app has failed: {}", status.message());
    } else {
        FAILURES.warn_of_call(name, status);
    }
    CallFailed
}

impl App {
    /// Opens a stream, and waits for its first message, the reply to the subscription, in a task of its own, as other calls.
    /// `inbound`: what the client publishes, for streams of both directions.
    pub(crate) fn open<I>(
        &self,
        stream: &StreamProxy,
        caller: &Caller,
        message: proxy::SubscribeRequest,
        inbound: I,
    ) -> impl Future<Output = Result<(proxy::SubscribeResponse, Publications), CallFailed>> + Send + use<I>
    where
        I: Stream<Item = StreamSubscribeRequest> + Send + 'static,
    {
        let (client, allowed) = (self.client.clone(), stream.options.timeout);
        // The deadline is that of the first message: a stream has none.
        let opening = if stream.is_bidirectional {
            let first = StreamSubscribeRequest { subscribe_request: Some(message), publication: None };
            let messages = stream::once(async { first }).chain(inbound);
            bidirectional(client, stream_request(&stream.options, caller, messages)).boxed()
        } else {
            unidirectional(client, stream_request(&stream.options, caller, message)).boxed()
        };
        returned("stream", allowed, true, Ok(tokio::spawn(opening.then(first_message))))
    }
}

type Opened = Result<Streaming<StreamSubscribeResponse>, Status>;

async fn unidirectional(
    mut client: CentrifugoProxyClient<AppService>,
    request: Result<tonic::Request<proxy::SubscribeRequest>, Status>,
) -> Opened {
    Ok(client.subscribe_unidirectional(request?).await?.into_inner())
}

async fn bidirectional(
    mut client: CentrifugoProxyClient<AppService>,
    request: Result<tonic::Request<impl Stream<Item = StreamSubscribeRequest> + Send + 'static>, Status>,
) -> Opened {
    Ok(client.subscribe_bidirectional(request?).await?.into_inner())
}

async fn first_message(opened: Opened) -> Result<(proxy::SubscribeResponse, Publications), Status> {
    let mut messages = opened?;
    match messages.message().await? {
        Some(StreamSubscribeResponse { subscribe_response: Some(response), .. }) => Ok((response, messages.boxed())),
        Some(_) => Err(Status::internal("the first message of a stream has no reply to the subscription")),
        None => Err(Status::internal("the stream has ended before its first message")),
    }
}
