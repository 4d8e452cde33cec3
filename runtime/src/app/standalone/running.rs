//! An engine that runs, and its stop.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use centrifugo_standalone::Standalone as Engine;
use http::{Request, Response};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tower::{Service, service_fn};

#[cfg(feature = "api")]
use crate::api::Publisher;
use crate::grpc::ProxyService;
use crate::server::{Limits, report_end};

/// How often the stop looks whether handlers still run.
const LOOK: Duration = Duration::from_millis(5);
/// How long handlers that are dropped may take, as one may block its thread.
const DROPPED: Duration = Duration::from_millis(100);

/// An engine that runs, made by [`Standalone::start`](crate::Standalone::start). Clones are the same engine.
#[derive(Clone)]
pub struct RunningStandalone(Arc<Running>);

/// What the handles of an engine share.
pub(super) struct Running {
    pub(super) engine: Engine,
    pub(super) shutdown: Shutdown,
    pub(super) config: Value,
    #[cfg(feature = "api")]
    pub(super) publisher: Publisher,
}

impl From<Running> for RunningStandalone {
    fn from(running: Running) -> Self {
        Self(Arc::new(running))
    }
}

impl RunningStandalone {
    /// The routes of the engine, such as `/connection/websocket`, `/api` and `/health`, to merge into a router of your own.
    /// Pages of that router may connect, because their origin is that of the WebSocket.
    pub fn router(&self) -> Router {
        self.0.engine.router()
    }

    /// The path of the WebSocket among the [routes](Self::router), `/connection/websocket` unless
    /// `websocket.handler_prefix` of the configuration changes it: what a page gives to its SDK.
    ///
    /// ```
    /// # #[centrifugo::rpc("ping")]
    /// # async fn ping() {}
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let live = centrifugo::App::new().standalone().start()?;
    /// assert_eq!(live.websocket_path(), "/connection/websocket");
    /// # Ok(())
    /// # }
    /// ```
    pub fn websocket_path(&self) -> &str {
        self.0.engine.websocket_path()
    }

    /// A publisher that calls the engine in this process, without a connection or a key: for code outside of handlers.
    ///
    /// ```
    /// # #[centrifugo::connect]
    /// # async fn connect() -> centrifugo::Connected { centrifugo::Connected::anonymous() }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let live = centrifugo::App::new().namespace("news").standalone().start()?;
    /// live.publisher().publish("news:all", "hi").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "api")]
    pub fn publisher(&self) -> Publisher {
        self.0.publisher.clone()
    }

    /// Centrifugo's configuration, by which the engine runs.
    pub fn centrifugo_config(&self) -> &Value {
        &self.0.config
    }

    /// Waits for the signal, then for [`stop_delay`](crate::App::stop_delay), and [stops](Self::stop) the engine: the future
    /// for the graceful shutdown of a server of your own. Without it that server ends while clients are connected, because
    /// it doesn't wait for WebSockets.
    ///
    /// Until the future is ready, the server may serve other requests. `/health` reports 503 from the signal on.
    ///
    /// ```no_run
    /// # async fn serve(pages: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
    /// let live = centrifugo::App::new().standalone().start()?;
    /// let pages = pages.merge(live.router());
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    /// let stopped = live.stop_on(centrifugo::stop_signal());
    /// axum::serve(listener, pages).with_graceful_shutdown(stopped).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop_on(self, signal: impl Future<Output = ()>) {
        signal.await;
        self.keep_serving().await;
        self.stop().await;
    }

    /// Stops the engine. It closes all clients with 3001, upon which SDKs connect again, and ends their streams: within
    /// `shutdown.timeout` of the configuration. Then calls that still run have
    /// [`drain_timeout`](crate::App::drain_timeout) to finish, and so has the error handler. Those that don't are dropped.
    pub async fn stop(&self) {
        let cut = self.close().await;
        self.shutdown().give_up(cut).await;
    }

    /// Lets the health check report the stop, and serves for the time that balancers have to notice it.
    pub(super) async fn keep_serving(&self) {
        let delay = self.shutdown().limits.stop_delay;
        if delay > Duration::ZERO {
            tracing::info!("not serving: balancers have {delay:?} to notice, then the app stops");
            self.engine().leave();
            sleep(delay).await;
        }
    }

    /// Closes the clients, and waits for calls. Returns why that waits no longer, if it was cut short.
    pub(super) async fn close(&self) -> Option<&'static str> {
        // Streams end with their clients. Those that ended before would be opened again by clients that are still served.
        self.engine().stop().await;
        self.shutdown().service.end_streams();
        self.shutdown().finish().await
    }

    /// The path of the server API, below which its methods are.
    pub(crate) fn api_path(&self) -> &str {
        self.engine().api_path()
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(super) fn shutdown(&self) -> &Shutdown {
        &self.0.shutdown
    }
}

impl fmt::Debug for RunningStandalone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.engine().fmt(f)
    }
}

/// The service that the engine calls, and the end of its calls.
pub(super) struct Shutdown {
    service: ProxyService,
    pub(super) limits: Limits,
    /// Cancelled when the stop waits no longer for calls.
    over: CancellationToken,
}

impl Shutdown {
    pub(super) fn new(service: ProxyService, limits: Limits) -> Self {
        Self { service, limits, over: CancellationToken::new() }
    }

    /// The service, whose calls end when the stop waits no longer for them.
    pub(super) fn service(
        &self,
    ) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + Sync + use<>
    {
        let (service, over) = (self.service.clone(), self.over.clone());
        service_fn(move |request| {
            let (call, over) = (service.clone().call(request), over.clone());
            async move {
                tokio::select! {
                    biased;
                    response = call => response,
                    () = over.cancelled() => Ok(Status::unavailable("the app has stopped").into_http()),
                }
            }
        })
    }

    /// Waits for calls and for the error handler. Returns why it waits no longer, if it was cut short.
    async fn finish(&self) -> Option<&'static str> {
        let finished = async {
            self.idle().await;
            self.service.reported().await;
        };
        timeout(self.limits.drain, finished).await.err().map(|_| "the time is over")
    }

    /// Drops the calls that still run. `cut`: the reason why they do.
    pub(super) async fn give_up(&self, cut: Option<&str>) {
        report_end(cut, self.service.running());
        self.service.end_drain();
        self.over.cancel();
        // A handler that blocks its thread can't be dropped.
        let _ = timeout(DROPPED, self.idle()).await;
        self.service.give_up_reports().await;
    }

    async fn idle(&self) {
        while self.service.running() > 0 {
            sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_as_small_as_a_pointer() {
        assert_eq!(size_of::<RunningStandalone>(), size_of::<usize>());
    }
}
