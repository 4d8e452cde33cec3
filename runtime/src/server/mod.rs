//! The app's own server: its address, its limits, and how it stops.

pub(crate) mod address;
pub(crate) mod ages;
pub(crate) mod coalesce;
pub(crate) mod connection;
pub(crate) mod endpoint;
pub(crate) mod intake;
pub(crate) mod listener;
pub(crate) mod metrics_address;
#[cfg_attr(not(feature = "prometheus"), path = "no_metrics_endpoint.rs")]
pub(crate) mod metrics_endpoint;
pub(crate) mod peer;
mod progress;
pub(crate) mod read_ahead;
pub(crate) mod request_body;
pub(crate) mod responder;
pub(crate) mod socket;
pub(crate) mod strangers;
#[cfg(feature = "tls")]
pub(crate) mod tls;
#[cfg(not(feature = "tls"))]
#[path = "without_tls.rs"]
pub(crate) mod tls;
#[cfg(unix)]
pub(crate) mod unix;
pub(crate) mod unsent;
pub(crate) mod untaken;

use std::fmt;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde_json::Value;

use crate::config::Config;
use crate::error::StartError;
use crate::grpc::ProxyService;
use crate::server::connection::Connections;
use crate::server::listener::Listener;
use crate::server::metrics_endpoint::MetricsEndpoint;
use crate::server::tls::Acceptor;

/// Why a stop is cut short by another one.
pub(crate) const STOPPED_AGAIN: &str = "stopped again";

/// The limits of the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) concurrent_calls: u32,
    pub(crate) running_calls: usize,
    /// The longest time of a call; `None`: as long as its caller waits.
    pub(crate) call: Option<Duration>,
    pub(crate) message_size: usize,
    pub(crate) stop_delay: Duration,
    pub(crate) drain: Duration,
    pub(crate) handshake: Duration,
    pub(crate) body: Duration,
    pub(crate) unfinished: usize,
    pub(crate) send: Duration,
    pub(crate) unsent: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Centrifugo has about ten connections, so this is room for hundreds of its nodes.
            connections: 4_096,
            concurrent_calls: 65_536,
            running_calls: 65_536,
            call: None,
            message_size: 4 << 20,
            stop_delay: Duration::ZERO,
            drain: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            body: Duration::from_secs(10),
            unfinished: 64 << 20,
            send: Duration::from_secs(30),
            unsent: 128 << 20,
        }
    }
}

/// An app that listens on its address. Made by [`App::bind`](crate::App::bind).
#[must_use = "a server answers nothing until it serves"]
pub struct Server {
    listener: Listener,
    tls: Option<Arc<Acceptor>>,
    service: ProxyService,
    limits: Limits,
    config: Config,
    metrics: Option<MetricsEndpoint>,
}

impl Server {
    pub(crate) fn new(
        listener: Listener,
        tls: Option<Arc<Acceptor>>,
        service: ProxyService,
        limits: Limits,
        config: Config,
        metrics: Option<MetricsEndpoint>,
    ) -> Self {
        tracing::info!("listening on {listener}");
        Self { listener, tls, service, limits, config, metrics }
    }

    /// The address that the server listens on. Port 0 has become the port that the system picked. A Unix socket has none:
    /// the result is `0.0.0.0:0` then, and [`endpoint`](Self::endpoint) has the path.
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.address().unwrap_or_else(|| (Ipv4Addr::UNSPECIFIED, 0).into())
    }

    /// The server's endpoint, as Centrifugo's configuration has it: `grpc://127.0.0.1:10001`, or `unix:///run/app.sock`.
    pub fn endpoint(&self) -> String {
        self.listener.endpoint()
    }

    /// The address that serves [metrics](crate::App::prometheus), if there is one. Port 0 has become the port that the
    /// system picked. Needs the feature `prometheus`.
    #[cfg(feature = "prometheus")]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(MetricsEndpoint::address)
    }

    /// The address that the server listens on, if other machines may be able to reach it.
    pub(crate) fn public_addr(&self) -> Option<SocketAddr> {
        self.listener.address().filter(|address| !address.ip().to_canonical().is_loopback())
    }

    /// Centrifugo's configuration for this server: [`App::centrifugo_config`](crate::App::centrifugo_config) with its
    /// address.
    ///
    /// ```
    /// # #[centrifugo::rpc("ping")]
    /// # async fn ping() {}
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), centrifugo::StartError> {
    /// let server = centrifugo::App::new().listen("127.0.0.1:0").bind().await?;
    /// assert_eq!(server.centrifugo_config()["rpc"]["proxy"]["endpoint"], server.endpoint());
    /// # Ok(())
    /// # }
    /// ```
    pub fn centrifugo_config(&self) -> Value {
        self.config.generate(&self.listener.endpoint())
    }

    /// Serves until SIGTERM or ctrl-c.
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`] and [`StartError::Signals`].
    pub async fn serve(self) -> Result<(), StartError> {
        let signals = signals().map_err(StartError::Signals)?;
        self.serve_until_any(signals).await
    }

    /// Serves until the future is ready, and for [`stop_delay`](crate::App::stop_delay) after that. Then the server takes no
    /// new connections, and running calls have
    /// [`drain_timeout`](crate::App::drain_timeout) to finish. Those that don't are dropped. When this returns, no handler
    /// runs, except one that blocks its thread. The server doesn't wait for what peers leave open: idle connections,
    /// incomplete messages, and streams that aren't read.
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`].
    pub async fn serve_until(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        self.serve_until_any(futures_util::stream::once(stop)).await
    }

    /// Serves until the first item, and waits for running calls until the second one.
    pub(crate) async fn serve_until_any(self, stops: impl Stream<Item = ()>) -> Result<(), StartError> {
        let Self { listener, tls, service, limits, config, metrics } = self;
        drop(config);
        // Until the app has stopped, so that the stop can be watched.
        let _metrics = metrics.map(MetricsEndpoint::spawn);
        let mut stops = pin!(stops);
        let mut connections = Connections::new(service.clone(), limits, tls);
        let stopped = tokio::select! {
            biased;
            _ = stops.next() => Ok(()),
            failure = connections.accept_all(&listener) => Err(StartError::Serve(failure)),
        };
        let cut = match stopped {
            Ok(()) if limits.stop_delay > Duration::ZERO => {
                service.leave();
                keep_serving(&mut connections, &listener, limits.stop_delay, stops.as_mut()).await
            }
            _ => None,
        };
        // The listener goes before the peers receive GOAWAY: they connect again at once, and to another instance.
        connections.accept_waiting(&listener);
        drop(listener);
        let drain = limits.drain;
        tracing::info!("stopping: {} handlers are at work, and have {drain:?} to finish", service.running());
        service.end_streams();
        let cut = match cut {
            None => finish(&mut connections, &service, drain, stops).await,
            cut => cut,
        };
        report_end(cut, service.running());
        service.end_drain();
        connections.give_up().await;
        service.give_up_reports().await;
        stopped
    }
}

/// Keeps serving while balancers notice that the app is about to stop. Returns why that waits no longer, if it was cut
/// short.
async fn keep_serving(
    connections: &mut Connections,
    listener: &Listener,
    delay: Duration,
    mut stops: Pin<&mut impl Stream<Item = ()>>,
) -> Option<&'static str> {
    tracing::info!("not serving: balancers have {delay:?} to notice, then the app stops");
    tokio::select! {
        biased;
        Some(()) = stops.next() => Some(STOPPED_AGAIN),
        () = tokio::time::sleep(delay) => None,
        _failure = connections.accept_all(listener) => None,
    }
}

/// Waits until all calls have their responses. Returns why it waits no longer, if it was cut short.
async fn finish(
    connections: &mut Connections,
    service: &ProxyService,
    drain: Duration,
    mut stops: Pin<&mut impl Stream<Item = ()>>,
) -> Option<&'static str> {
    let ended = async {
        connections.ended().await;
        service.reported().await;
    };
    tokio::select! {
        biased;
        () = ended => None,
        () = tokio::time::sleep(drain) => Some("the time is over"),
        Some(()) = stops.next() => Some(STOPPED_AGAIN),
    }
}

/// Logs how the server has stopped. `cut`: the reason why it waits no longer.
pub(crate) fn report_end(cut: Option<&str>, running: usize) {
    match cut {
        None => tracing::info!("stopped"),
        Some(why) if running > 0 => {
            tracing::warn!("stopped: {why}, and {running} handlers are still at work: they are dropped")
        }
        Some(why) => tracing::info!("stopped: {why}; no handler is at work, and connections that are still open are closed"),
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &format_args!("{}", self.listener)).finish_non_exhaustive()
    }
}

/// Waits for SIGTERM or ctrl-c, upon which [`App::run`](crate::App::run) stops, in a program that doesn't call it.
///
/// ```no_run
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let server = centrifugo::App::new().bind().await?;
/// server.serve_until(centrifugo::stop_signal()).await?;
/// # Ok(())
/// # }
/// ```
///
/// From the first poll on, the signal no longer ends the process by itself. Where the system has no such signals, the future
/// waits for ever, and a line in the log says why.
pub async fn stop_signal() {
    match signals() {
        Ok(signals) => drop(pin!(signals).next().await),
        Err(error) => {
            tracing::error!(%error, "can't wait for the signals that stop the app");
            pending().await
        }
    }
}

/// An item for each SIGTERM and each ctrl-c.
#[cfg(unix)]
pub(crate) fn signals() -> io::Result<impl Stream<Item = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(futures_util::stream::poll_fn(move |context| {
        let terminated = terminate.poll_recv(context);
        if terminated.is_ready() { terminated } else { interrupt.poll_recv(context) }
    }))
}

/// An item for each ctrl-c.
#[cfg(windows)]
pub(crate) fn signals() -> io::Result<impl Stream<Item = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(futures_util::stream::poll_fn(move |context| interrupt.poll_recv(context)))
}
