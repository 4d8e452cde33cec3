//! The server of HTTP/1: it accepts connections, and limits the time in which a request's head has to arrive, and in which
//! its response has to be read.

use std::convert::Infallible;
use std::error::Error as _;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::Engine;

use super::unread::Unread;

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// The time without an attempt to accept after one that has failed, as it does while too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The connections that speak HTTP. Dropped, they are closed.
pub(crate) struct Http {
    engine: Arc<Engine>,
    router: Router,
    connections: JoinSet<()>,
    /// Cancelled when connections end after their current request.
    stopping: CancellationToken,
}

impl Http {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        let router = super::router(Arc::clone(&engine));
        Self { engine, router, connections: JoinSet::new(), stopping: CancellationToken::new() }
    }

    /// Serves all connections that come.
    pub(crate) async fn serve(&mut self, listener: &TcpListener) -> Infallible {
        loop {
            tokio::select! {
                socket = accept(listener, &self.engine) => self.spawn(socket),
                Some(_) = self.connections.join_next(), if !self.connections.is_empty() => {}
            }
        }
    }

    /// Lets each connection finish its request, and waits for their ends.
    pub(crate) async fn finish(mut self) {
        self.stopping.cancel();
        while self.connections.join_next().await.is_some() {}
    }

    fn spawn(&mut self, socket: TcpStream) {
        // Small frames are sent at once. A socket that refuses is gone already.
        let _ = socket.set_nodelay(true);
        let service = TowerToHyperService::new(self.router.clone());
        let options = &self.engine.options;
        // Upgraded connections have a time of their own for each frame.
        let socket = Unread::new(socket, options.client.stale_close_delay.max(options.websocket.write_timeout));
        let connection = Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.engine.options.client.stale_close_delay)
            .max_buf_size(MAX_HEAD)
            .max_header_size(MAX_HEAD)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades();
        let (engine, stopping) = (Arc::clone(&self.engine), self.stopping.clone());
        self.connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended
                && let Some(line) = line(&error)
            {
                engine.log.info(line);
            }
        });
    }
}

/// The line for the log, if a limit has ended a connection.
fn line(error: &hyper::Error) -> Option<&'static str> {
    if error.is_timeout() {
        return Some("closing a connection: its request is not complete within `client.stale_close_delay`");
    }
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>())?;
    (cause.kind() == io::ErrorKind::TimedOut)
        .then_some("closing a connection: nothing of its responses has been read for `client.stale_close_delay`")
}

async fn accept(listener: &TcpListener, engine: &Engine) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => return socket,
            Err(error) if is_of_peer(&error) => {}
            Err(error) => {
                tracing::debug!("no connection can be accepted: {error}");
                engine.log.info("no connection can be accepted: see whether `ulimit -n` allows enough open files");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether a peer has gone before its connection was accepted.
fn is_of_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
