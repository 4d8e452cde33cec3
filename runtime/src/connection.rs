//! The connections that Centrifugo makes: one for each kind of event, with many calls at a time on it.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{FusedFuture, FutureExt};
use h2::server::Builder;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::exchange::Exchange;
use crate::gather::Gather;
use crate::received::Received;
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
/// How many calls begin before they have their turn, and are answered. A burst needs as much memory as so many of its calls, and its first
/// answers are on their way while the last questions are read.
const TURN: usize = 50;
/// How long nothing may be heard of a peer before the system asks whether it is still there. It asks some times more (Linux for eleven
/// minutes), and then the connection ends, and with it the streams that would wait for ever.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a listener rests that has run out of something, such as file descriptors.
const REST: Duration = Duration::from_millis(100);

/// The connections that are open. They end with it.
pub(crate) struct Connections {
    service: ProxyService,
    http: Builder,
    open: JoinSet<()>,
}

impl Connections {
    pub(crate) fn new(service: ProxyService, limits: Limits) -> Self {
        let mut http = Builder::new();
        http.max_concurrent_streams(limits.concurrent_calls)
            // A slow app sees many calls reset at their deadline at once: for h2's default of 20 that is an attack, and the
            // connection is closed with all others on it.
            .max_pending_accept_reset_streams(limits.concurrent_calls as usize)
            .max_header_list_size(MAX_HEADERS)
            .initial_window_size(CALL_WINDOW)
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
        if let Err(error) = prepare(&socket) {
            tracing::debug!("a connection has the system's own settings: {error}");
        }
        let (http, service) = (self.http.clone(), self.service.clone());
        self.open.spawn(async move {
            if let Err(error) = answer_all(&http, socket, &service).await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }

    /// Ready when all connections have ended by themselves.
    pub(crate) async fn end(&mut self) {
        while self.open.join_next().await.is_some() {}
    }
}

/// What is written leaves at once, and a peer that is gone without a word is noticed.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    SockRef::from(socket).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE))
}

/// Answers all calls of a connection, each in a task of its own, until it ends. Once the app is stopping, that is when all calls that are
/// there have been answered.
// The handshake is no argument: a future holds its arguments twice.
async fn answer_all(http: &Builder, socket: TcpStream, service: &ProxyService) -> Result<(), h2::Error> {
    let mut stopping = pin!(service.stopping().cancelled().fuse());
    let mut connection = tokio::select! {
        connection = http.handshake::<_, Bytes>(Gather::new(socket)) => connection?,
        () = &mut stopping => return Ok(()),
    };
    let mut begun = 0;
    loop {
        tokio::select! {
            biased;
            call = connection.accept() => {
                let Some(call) = call else { return Ok(()) };
                let (request, respond) = call?;
                tokio::spawn(Exchange::new(service.answer(request.map(Received)), respond));
                begun += 1;
                if begun % TURN == 0 {
                    turn().await;
                }
            }
            () = &mut stopping, if !stopping.is_terminated() => connection.graceful_shutdown(),
        }
    }
}

/// Lets all tasks go first that are ready.
async fn turn() {
    let mut is_over = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_asks_whether_a_silent_peer_is_still_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        assert!(!SockRef::from(&socket).keepalive().unwrap());
        prepare(&socket).unwrap();
        assert!(SockRef::from(&socket).keepalive().unwrap() && socket.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_turn_is_over_when_all_that_are_ready_had_theirs() {
        let mut others: JoinSet<()> = (0..3).map(|_| async {}).collect();
        assert!(others.try_join_next().is_none());
        turn().await;
        assert_eq!(std::iter::from_fn(|| others.try_join_next()).count(), 3);
    }
}
