//! An engine that serves clients on an address.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::running::RunningStandalone;
use crate::error::StartError;
use crate::server::metrics_endpoint::MetricsEndpoint;
use crate::server::{STOPPED_AGAIN, signals};

/// How long requests that are no WebSockets may take to end after the clients are closed. Peers leave some incomplete.
const REQUESTS_END: Duration = Duration::from_millis(500);

/// An app with its own engine, which listens. Made by [`Standalone::bind`](crate::Standalone::bind).
#[must_use = "a server answers nothing until it serves"]
pub struct StandaloneServer {
    running: RunningStandalone,
    listener: TcpListener,
    address: SocketAddr,
    metrics: Option<MetricsEndpoint>,
}

impl StandaloneServer {
    pub(super) fn new(
        running: RunningStandalone,
        listener: io::Result<TcpListener>,
        metrics: Option<MetricsEndpoint>,
    ) -> Result<Self, StartError> {
        let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|source| StartError::Listen {
            address: running.engine().address(),
            origin: "`http_server` of the app's configuration".to_owned(),
            source,
        })?;
        let server = Self { running, listener, address, metrics };
        tracing::info!("clients connect to {}", server.websocket_url());
        Ok(server)
    }

    /// The address that the server listens on. Port 0 has become the port that the system picked.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients on this machine: that of the WebSocket. Clients elsewhere need another host in it.
    pub fn websocket_url(&self) -> String {
        websocket_url(self.address, self.running.websocket_path())
    }

    /// The address that serves [metrics](crate::App::prometheus), if there is one. Needs the feature `prometheus`.
    #[cfg(feature = "prometheus")]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(MetricsEndpoint::address)
    }

    /// The engine, which runs already: its publisher, its configuration and its stop.
    pub fn running(&self) -> &RunningStandalone {
        &self.running
    }

    /// Serves until SIGTERM or ctrl-c. A second one ends it at once.
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`] and [`StartError::Signals`].
    pub async fn serve(self) -> Result<(), StartError> {
        let signals = signals().map_err(StartError::Signals)?;
        self.serve_until_any(signals).await
    }

    /// Serves until the future is ready, and for [`stop_delay`](crate::App::stop_delay) after that. Then it
    /// [stops](RunningStandalone::stop).
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`].
    pub async fn serve_until(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        self.serve_until_any(stream::once(stop)).await
    }

    /// Serves until the first item, and waits for clients and calls until the second one.
    pub(crate) async fn serve_until_any(self, stops: impl Stream<Item = ()>) -> Result<(), StartError> {
        let Self { running, listener, metrics, .. } = self;
        // Until the app has stopped, so that the stop can be watched.
        let _metrics = metrics.map(MetricsEndpoint::spawn);
        let mut stops = pin!(stops);
        let closing = CancellationToken::new();
        let mut serving = JoinSet::new();
        let (engine, closed) = (running.engine().clone(), closing.clone());
        serving.spawn(async move { engine.serve(listener, closed.cancelled_owned()).await });
        let stopped = tokio::select! {
            biased;
            _ = stops.next() => Ok(()),
            failure = serving.join_next() => Err(StartError::Serve(failed(failure))),
        };
        let shutdown = running.shutdown();
        let cut = if stopped.is_ok() { keep_serving(&running, stops.as_mut()).await } else { None };
        closing.cancel();
        let cut = match cut {
            None => finish(&running, &mut serving, stops).await,
            cut => cut,
        };
        shutdown.give_up(cut).await;
        stopped
    }
}

/// The URL of a WebSocket: with `localhost` for every interface, which is no address to connect to.
fn websocket_url(address: SocketAddr, path: &str) -> String {
    match address.ip().is_unspecified() {
        true => format!("ws://localhost:{}{path}", address.port()),
        false => format!("ws://{address}{path}"),
    }
}

impl fmt::Debug for StandaloneServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandaloneServer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Keeps serving while balancers notice that the app is about to stop. Returns why that waits no longer, if it was cut
/// short.
async fn keep_serving(running: &RunningStandalone, mut stops: Pin<&mut impl Stream<Item = ()>>) -> Option<&'static str> {
    tokio::select! {
        biased;
        () = running.keep_serving() => None,
        Some(()) = stops.next() => Some(STOPPED_AGAIN),
    }
}

/// Closes the clients, and waits until all calls and requests have ended. Returns why it waits no longer, if it was cut
/// short.
async fn finish(
    running: &RunningStandalone,
    serving: &mut JoinSet<io::Result<()>>,
    mut stops: Pin<&mut impl Stream<Item = ()>>,
) -> Option<&'static str> {
    let ended = async {
        let cut = running.close().await;
        let _ = timeout(REQUESTS_END, serving.join_next()).await;
        cut
    };
    tokio::select! {
        biased;
        cut = ended => cut,
        Some(()) = stops.next() => Some(STOPPED_AGAIN),
    }
}

/// The error of a listener that serves no longer.
fn failed(ended: Option<Result<io::Result<()>, tokio::task::JoinError>>) -> io::Error {
    match ended {
        Some(Ok(Err(error))) => error,
        Some(Err(error)) => io::Error::other(error),
        Some(Ok(Ok(()))) | None => io::Error::other("the listener has ended"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_every_interface_is_that_of_this_machine() {
        let url = |address: &str| websocket_url(address.parse().unwrap(), "/live");
        assert_eq!(url("[::]:8000"), "ws://localhost:8000/live");
        assert_eq!(url("0.0.0.0:8000"), "ws://localhost:8000/live");
        assert_eq!(url("[::1]:8000"), "ws://[::1]:8000/live");
        assert_eq!(url("10.0.0.1:8000"), "ws://10.0.0.1:8000/live");
    }
}
