//! The endpoint that serves metrics to Prometheus: `GET /metrics`, over HTTP/1, on an address of its own.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::error::StartError;
use crate::observe::exporter::Exporter;
use crate::observe::meter::Meter;
use crate::server::metrics_address::MetricsAddress;

const PATH: &str = "/metrics";
/// The format of the exporter's text.
const FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
/// The most connections at a time. Further ones wait.
const MAX_CONNECTIONS: usize = 16;
/// The longest time for a request and its response, after which the connection is closed.
const LONGEST: Duration = Duration::from_secs(10);
/// The pause after `accept` has failed for lack of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An address that serves metrics: listening, but not serving yet.
pub(crate) struct MetricsEndpoint {
    listener: TcpListener,
    address: SocketAddr,
    exporter: Exporter,
}

impl MetricsEndpoint {
    /// Listens, and installs the recorder whose metrics are served.
    pub(crate) async fn open(address: MetricsAddress) -> Result<Self, StartError> {
        let bound = TcpListener::bind(&address.text).await.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (local, listener) = match bound {
            Ok(bound) => bound,
            Err(error) => return Err(address.failed(error)),
        };
        let exporter = Exporter::install().map_err(|another| address.failed(io::Error::other(another)))?;
        tracing::info!("metrics on http://{local}{PATH}");
        Ok(Self { listener, address: local, exporter })
    }

    /// The meter of the recorder.
    pub(crate) fn meter(&self) -> Meter {
        Meter::ON
    }

    /// The address that it listens on. Port 0 has become the port that the system picked.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves in a task, until the result is dropped.
    pub(crate) fn spawn(self) -> JoinSet<()> {
        let Self { listener, exporter, .. } = self;
        let mut tasks = JoinSet::new();
        tasks.spawn(exporter.clone().upkeep());
        tasks.spawn(accept_all(listener, exporter));
        tasks
    }
}

async fn accept_all(listener: TcpListener, exporter: Exporter) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        // The semaphore is never closed.
        let permit = Arc::clone(&room).acquire_owned().await;
        match listener.accept().await {
            Ok((socket, _)) => {
                let exporter = exporter.clone();
                open.spawn(async move {
                    drop(timeout(LONGEST, serve_one(socket, exporter)).await);
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::debug!("can't accept connections for metrics: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one request.
async fn serve_one(socket: TcpStream, exporter: Exporter) {
    let service = service_fn(|request: Request<_>| {
        let response = respond(request.method(), request.uri().path(), &exporter);
        async { Ok::<_, Infallible>(response) }
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false).timer(TokioTimer::new());
    if let Err(error) = http.serve_connection(TokioIo::new(socket), service).await {
        tracing::debug!("a connection for metrics ended: {error}");
    }
}

fn respond(method: &Method, path: &str, exporter: &Exporter) -> Response<Full<Bytes>> {
    let (status, header, body) = match (method, path) {
        (&Method::GET, PATH) => (StatusCode::OK, (header::CONTENT_TYPE, FORMAT), exporter.render()),
        (_, PATH) => (StatusCode::METHOD_NOT_ALLOWED, (header::ALLOW, HeaderValue::from_static("GET")), String::new()),
        _ => (StatusCode::NOT_FOUND, (header::CONTENT_LENGTH, HeaderValue::from_static("0")), String::new()),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header.0, header.1);
    response
}
