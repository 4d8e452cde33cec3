//! The server of HTTP/1: it accepts connections, and limits the time in which a request's head has to arrive, and in which
//! its response has to be read.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::Engine;
use crate::config::options::Options;

use super::late::Late;
use super::unread::Unread;
use super::unsent::{Progress, Unsent};

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
        let (engine, router, stopping) = (Arc::clone(&self.engine), self.router.clone(), self.stopping.clone());
        self.connections.spawn(async move {
            let limits = Limits::of(&engine.options);
            if let Some(late) = serve(socket, router, limits, &stopping).await.err().as_ref().and_then(Late::of) {
                engine.log.info(late.line());
            }
        });
    }
}

/// The longest times that a connection waits for its peer.
#[derive(Debug, Clone, Copy)]
struct Limits {
    head: Duration,
    reader: Duration,
}

impl Limits {
    fn of(Options { client, websocket, .. }: &Options) -> Self {
        // Upgraded connections have a time of their own for each frame.
        Self { head: client.stale_close_delay, reader: client.stale_close_delay.max(websocket.write_timeout) }
    }
}

/// Serves the requests of a connection until it ends, or is upgraded.
async fn serve<S>(socket: S, router: Router, limits: Limits, stopping: &CancellationToken) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let progress = Progress::default();
    let socket = Unread::new(Unsent::new(socket, progress.clone(), limits.head), limits.reader);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        progress.begin();
        let (response, progress) = (router.call(request), progress.clone());
        async move {
            let response = response.await?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                progress.end();
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(
        Builder::new()
            .header_read_timeout(None)
            .max_buf_size(MAX_HEAD)
            .max_header_size(MAX_HEAD)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades()
    );
    tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
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

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;

    const LIMITS: Limits = Limits { head: Duration::from_secs(10), reader: Duration::from_secs(10) };
    const SECOND: Duration = Duration::from_secs(1);
    const REQUEST: &[u8] = b"GET /quick HTTP/1.1\r\nhost: engine\r\n\r\n";
    const LARGE: usize = 1_000;

    /// A connection to a server of `/quick`, `/large`, which reads the body, and `/slow`, which takes longer than any limit.
    struct Peer {
        socket: DuplexStream,
        serving: JoinHandle<hyper::Result<()>>,
    }

    async fn slow() -> &'static str {
        sleep(SECOND * 100).await;
        "slow"
    }

    impl Peer {
        fn connect() -> Self {
            let router = Router::new()
                .route("/quick", get(async || "quick"))
                .route("/large", post(async |body: String| body + &"z".repeat(LARGE)))
                .route("/slow", get(slow));
            let (socket, server) = duplex(100);
            let serving = async move { serve(server, router, LIMITS, &CancellationToken::new()).await };
            Self { socket, serving: tokio::spawn(serving) }
        }

        async fn send(&mut self, bytes: &[u8]) {
            self.socket.write_all(bytes).await.expect("an open connection");
        }

        /// Reads a response up to its end.
        async fn receives(&mut self, end: &str) {
            let mut response = Vec::new();
            while !response.ends_with(end.as_bytes()) {
                assert_ne!(self.socket.read_buf(&mut response).await.expect("an open connection"), 0, "{response:?}");
            }
        }

        /// How long the connection stays open, and the limit that ends it.
        async fn end(mut self) -> (Duration, Option<Late>) {
            let began = Instant::now();
            let mut rest = Vec::new();
            let _ = self.socket.read_to_end(&mut rest).await;
            let late = self.serving.await.expect("a task").err().as_ref().and_then(Late::of);
            (began.elapsed(), late)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_rests_30_seconds_after_each_response_and_then_ends_without_an_error() {
        let mut peer = Peer::connect();
        for _ in 0..3 {
            peer.send(REQUEST).await;
            peer.receives("quick").await;
            sleep(SECOND * 29).await;
        }
        peer.send(REQUEST).await;
        peer.receives("quick").await;
        let (open, late) = peer.end().await;
        assert_eq!((open.as_secs(), late), (30, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_has_begun_is_limited_in_the_first_request_and_in_later_ones() {
        let almost = REQUEST.split_last().expect("bytes").1;
        // One that sends nothing has no request.
        for (sent, limit) in [(&b""[..], None), (b"GET", Some(Late::Head)), (almost, Some(Late::Head))] {
            let mut peer = Peer::connect();
            peer.send(sent).await;
            let (open, late) = peer.end().await;
            assert_eq!((open.as_secs(), late), (10, limit), "{sent:?}");
        }
        let mut peer = Peer::connect();
        peer.send(REQUEST).await;
        peer.receives("quick").await;
        sleep(SECOND * 29).await;
        for byte in b"GET /quick" {
            peer.send(&[*byte]).await;
            sleep(SECOND * 9 / 10).await;
        }
        let (open, late) = peer.end().await;
        assert_eq!((open.as_secs(), late), (1, Some(Late::Head)));
    }

    #[tokio::test(start_paused = true)]
    async fn neither_a_slow_handler_nor_a_slow_body_nor_a_slow_reader_counts_as_a_late_head() {
        let mut peer = Peer::connect();
        peer.send(b"GET /slow HTTP/1.1\r\nhost: engine\r\n\r\n").await;
        peer.receives("slow").await;
        peer.send(b"POST /large HTTP/1.1\r\nhost: engine\r\ncontent-length: 20\r\n\r\n").await;
        for _ in 0..20 {
            sleep(SECOND * 5).await;
            peer.send(b"y").await;
        }
        let mut response = Vec::with_capacity(LARGE * 2);
        while response.iter().filter(|byte| **byte == b'z').count() < LARGE {
            sleep(SECOND * 9).await;
            let read = peer.socket.read_buf(&mut response).await.expect("an open connection");
            assert_ne!(read, 0, "{response:?}");
        }
        // The last bytes were written up to 9 seconds ago.
        sleep(SECOND * 20).await;
        peer.send(REQUEST).await;
        peer.receives("quick").await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_nobody_reads_ends_the_connection_by_its_own_limit() {
        let mut peer = Peer::connect();
        peer.send(b"POST /large HTTP/1.1\r\nhost: engine\r\ncontent-length: 0\r\n\r\n").await;
        let began = Instant::now();
        let ended = peer.serving.await.expect("a task");
        assert_eq!(ended.err().as_ref().and_then(Late::of), Some(Late::Reader));
        assert_eq!(began.elapsed().as_secs(), 10);
    }
}
