//! The engine as a server, and its stop.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use axum::Router;
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use tokio::time::timeout;
use tonic::body::Body;
use tower::Service;
use tower::util::BoxCloneSyncService;

use crate::client::Engine;
use crate::config::error::Note;
use crate::config::options::{ListenAddress, Options};
use crate::descriptors;
use crate::error::StartError;
use crate::http::{Http, path, router};

/// The most connections that wait to be accepted, unless the system allows fewer. After a failure of the network all clients
/// connect again at once; of those beyond the 128 of tokio's listeners, each would lose a second.
const WAITING_TO_BE_ACCEPTED: u32 = 4096;

/// The engine: WebSockets, channels and the server API of one process.
///
/// Clones are the same engine.
#[derive(Clone)]
pub struct Standalone {
    engine: Arc<Engine>,
    notes: Arc<[Note]>,
}

/// The server API in the same process, without a socket: what `POST /api/..` is over HTTP. Clones are cheap, and keep no
/// engine alive: the app that the engine calls may have one.
#[derive(Clone)]
pub struct Api {
    engine: Weak<Engine>,
}

impl Standalone {
    /// Makes an engine of Centrifugo's configuration and the app's gRPC service, which is a
    /// `centrifugal.centrifugo.proxy.CentrifugoProxy`.
    ///
    /// The configuration is JSON as in Centrifugo's own file:
    ///
    /// ```
    /// # use centrifugo_standalone::Standalone;
    /// # use serde_json::json;
    /// # let app = tower::service_fn(async |_| Ok(tonic::Status::unimplemented("no handlers").into_http()));
    /// let refused = Standalone::new(&json!({ "sse": { "enabled": true } }), app).expect_err("a fault").to_string();
    /// assert_eq!(refused, "`sse.enabled` needs a real Centrifugo: let clients connect by WebSocket");
    /// ```
    ///
    /// # Errors
    ///
    /// Every key of the configuration that the engine can't honour, and every value that Centrifugo would refuse.
    pub fn new<S>(config: &Value, service: S) -> Result<Self, StartError>
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        let (options, notes) = Options::parse(config)?;
        descriptors::check(options.client.connection_limit);
        let engine = Engine::new(options, BoxCloneSyncService::new(service))?;
        Ok(Self { engine: Arc::new(engine), notes: notes.into() })
    }

    /// The address of the configuration, `http_server.address` and `http_server.port`, as `host:port`; without a host it is
    /// every interface.
    pub fn address(&self) -> String {
        let ListenAddress { host, port } = &self.engine.options.address;
        match host.as_deref() {
            Some(host) if host.contains(':') => format!("[{host}]:{port}"),
            host => format!("{}:{port}", host.unwrap_or_default()),
        }
    }

    /// Listens on the address of the configuration.
    ///
    /// # Errors
    ///
    /// The system's: the address is in use, or not one of this machine.
    pub async fn listen(&self) -> io::Result<TcpListener> {
        let ListenAddress { host, port } = &self.engine.options.address;
        match host.as_deref() {
            Some(host) => listen_on(lookup_host((host, *port)).await?),
            // A machine may have no IPv6.
            None => listen_on([
                SocketAddr::from((Ipv6Addr::UNSPECIFIED, *port)),
                SocketAddr::from((Ipv4Addr::UNSPECIFIED, *port)),
            ]),
        }
    }

    /// Listens on this address instead. Port 0 is one that the system picks.
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen).
    pub fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
        listen_at(address)
    }

    /// The path of the WebSocket: `websocket.handler_prefix` of the configuration.
    pub fn websocket_path(&self) -> &str {
        path(&self.engine.options.websocket.prefix)
    }

    /// The path of the server API, below which its methods are: `http_api.handler_prefix` of the configuration. It may be
    /// empty.
    pub fn api_path(&self) -> &str {
        &self.engine.options.http_api.prefix
    }

    /// Keys of the configuration that have no effect in one process.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The routes `/connection/websocket`, `/api` and `/health`, to nest in a router of your own.
    pub fn router(&self) -> Router {
        router(Arc::clone(&self.engine))
    }

    /// The server API in the same process.
    pub fn api(&self) -> Api {
        Api { engine: Arc::downgrade(&self.engine) }
    }

    /// Serves until `stop` completes, then [stops](Self::stop).
    ///
    /// # Errors
    ///
    /// The system's, when the listener fails.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let mut http = Http::new(Arc::clone(&self.engine));
        tokio::select! {
            never = http.serve(&listener) => match never {},
            () = stop => {}
        }
        drop(listener);
        // Requests that don't end delay nothing beyond the same time.
        let requests = timeout(self.engine.options.shutdown_timeout, http.finish());
        let _ = tokio::join!(self.stop(), requests);
        Ok(())
    }

    /// Reports 503 in the health check from now on. Clients are served as before.
    pub fn leave(&self) {
        self.engine.leaving.store(true, Ordering::Relaxed);
    }

    /// Closes all connections with 3001, upon which SDKs connect again, and waits for their ends: at most `shutdown.timeout`.
    /// The closes are spread over one millisecond for each connection, at most five seconds.
    pub async fn stop(&self) {
        self.engine.stopping.cancel();
        self.engine.connections.close();
        if timeout(self.engine.options.shutdown_timeout, self.engine.connections.wait()).await.is_err() {
            tracing::warn!(
                connections = self.engine.connections.len(),
                "`shutdown.timeout` is over before all clients have gone"
            );
        }
    }
}

impl Api {
    /// Executes a request as the route `/api/<method>` does, without a key. The path ends with the method's name. The status
    /// is 503 once the engine is gone.
    pub async fn call(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let Some(engine) = self.engine.upgrade() else { return gone() };
        engine.sweep_from_now();
        crate::api::call(&engine, request).await
    }
}

/// Listens on the first address that the system lets it. An address that is in use is not passed over.
fn listen_on(addresses: impl IntoIterator<Item = SocketAddr>) -> io::Result<TcpListener> {
    let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in addresses {
        match listen_at(address) {
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => failure = error,
            listener => return listener,
        }
    }
    Err(failure)
}

/// Listens as tokio does, with room for more clients that connect at once.
fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_TO_BE_ACCEPTED)
}

fn gone() -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from_static(b"the engine is gone"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

impl fmt::Debug for Standalone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standalone").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Api")
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn five_hundred_clients_that_connect_at_once_wait_to_be_accepted() {
        let listener = Standalone::listen_at((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut waiting = Vec::new();
        for number in 0..500 {
            // One for which there is no room is tried again by the system after a second.
            let connected = timeout(Duration::from_millis(900), TcpStream::connect(address)).await;
            waiting.push(connected.unwrap_or_else(|_| panic!("no room for client {number}")).expect("a connection"));
        }
    }
}
