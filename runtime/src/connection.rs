//! The connections that Centrifugo makes: one for each kind of event, with many calls at a time on it.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::FutureExt;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::gather::Gather;
use crate::server::Limits;
use crate::service::ProxyService;

/// The longest list of headers: clients' cookies come along.
const MAX_HEADERS: u32 = 64 << 10;
/// How many bytes of a call wait here until they are read.
const CALL_WINDOW: u32 = 64 << 10;
/// The same for all calls of a connection together: as many as HTTP/2 can say. Centrifugo has one connection for all streams, and a
/// handler that doesn't read what its client publishes must not hold up the others. h2's guard against floods of small frames, which ends a
/// connection, also grows with it.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
/// How long a listener rests that has run out of something, such as file descriptors.
const REST: Duration = Duration::from_millis(100);

/// The connections that are open. They end with it.
pub(crate) struct Connections {
    service: ProxyService,
    http: http2::Builder<TokioExecutor>,
    open: JoinSet<()>,
}

impl Connections {
    pub(crate) fn new(service: ProxyService, limits: Limits) -> Self {
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new())
            .max_concurrent_streams(limits.concurrent_calls)
            // A slow app sees many calls reset at their deadline at once: for h2's default of 20 that is an attack, and the
            // connection is closed with all others on it.
            .max_pending_accept_reset_streams(limits.concurrent_calls as usize)
            .max_header_list_size(MAX_HEADERS)
            .auto_date_header(false)
            .initial_stream_window_size(CALL_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        Self { service, http, open: JoinSet::new() }
    }

    /// Accepts connections until the listener fails for good.
    pub(crate) async fn accept_all(&mut self, listener: &TcpListener) -> io::Error {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => self.serve(socket),
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!("a connection was gone before it was there: {error}")
                }
                Err(error) if is_for_good(&error) => return error,
                Err(error) => {
                    tracing::error!("can't accept connections for now: {error}");
                    tokio::time::sleep(REST).await;
                }
            }
            while self.open.try_join_next().is_some() {}
        }
    }

    fn serve(&mut self, socket: TcpStream) {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!("can't set TCP_NODELAY: {error}");
        }
        let (service, stopping) = (self.service.clone(), self.service.stopping().clone());
        let socket = TokioIo::new(Gather::new(socket));
        let answering = service_fn(move |request| service.answer(request).map(Ok::<_, Infallible>));
        let connection = self.http.serve_connection(socket, answering);
        self.open.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }

    /// Ready when all connections have ended by themselves.
    pub(crate) async fn end(&mut self) {
        while self.open.join_next().await.is_some() {}
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

fn is_for_good(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected | io::ErrorKind::Unsupported)
}
