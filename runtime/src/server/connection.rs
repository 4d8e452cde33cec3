//! The connections that Centrifugo makes: one for each kind of event, with many calls at a time on it.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{FusedFuture, FutureExt};
use h2::RecvStream;
use h2::server::{Builder, SendResponse};
use http::Request;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::grpc::ProxyService;
use crate::grpc::method::BIDIRECTIONAL;
use crate::reject::logged::Logged;
use crate::server::Limits;
use crate::server::coalesce::Gather;
use crate::server::peer::{Peer, Peers};
use crate::server::read_ahead::read_ahead;
use crate::server::request_body::Received;
use crate::server::responder::Exchange;

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
/// How long a connection stays on which nothing happens, when the app is stopping and no handler is at work. A peer that takes part in the end of a
/// connection answers within the time that a packet takes there and back.
const LINGER: Duration = Duration::from_millis(500);
/// How long handlers that are given up may take to be dropped.
const LAST_TURN: Duration = Duration::from_secs(1);
/// The preface, 24 bytes, and an empty SETTINGS frame, 9 bytes.
const SHORTEST_HANDSHAKE: u64 = 24 + 9;
/// How long a listener rests that has run out of something, such as file descriptors.
const REST: Duration = Duration::from_millis(100);

/// The connections that are open. They end with it.
pub(crate) struct Connections {
    service: ProxyService,
    http: Builder,
    handshake: Duration,
    peers: Arc<Peers>,
    open: JoinSet<()>,
    /// The calls on all of them.
    calls: TaskTracker,
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
        let peers = Arc::new(Peers::new(limits));
        Self { service, http, handshake: limits.handshake, peers, open: JoinSet::new(), calls: TaskTracker::new() }
    }

    /// Accepts connections until the listener fails permanently.
    pub(crate) async fn accept_all(&mut self, listener: &TcpListener) -> io::Error {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => self.serve(socket),
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!("a connection was gone before it was there: {error}")
                }
                Err(error) if is_permanent(&error) => return error,
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
        let connection = Connection {
            service: self.service.clone(),
            calls: self.calls.clone(),
            peer: Arc::new(Peer::new(Arc::clone(&self.peers))),
        };
        let (http, peers, handshake) = (self.http.clone(), Arc::clone(&self.peers), sleep(self.handshake));
        self.open.spawn(async move {
            match connection.answer_all(&http, socket, handshake).await {
                Ok(()) => {}
                Err(Ended::NoHandshake) => {
                    if let Some(more) = peers.no_handshake.pass() {
                        tracing::warn!(
                            "handshake_timeout: a connection had no complete HTTP/2 handshake in time, and was closed{more}"
                        );
                    }
                }
                Err(Ended::Http(error)) => tracing::debug!("a connection ended: {}", Logged(error)),
            }
        });
    }

    /// Ready when all connections have ended by themselves.
    pub(crate) async fn end(&mut self) {
        while self.open.join_next().await.is_some() {}
    }

    /// Closes what is left, and drops the handlers of all calls. A handler that blocks its thread can't be dropped.
    pub(crate) async fn give_up(mut self) {
        self.open.shutdown().await;
        self.calls.close();
        if timeout(LAST_TURN, self.calls.wait()).await.is_err() {
            tracing::warn!("{} calls can't be dropped: their handlers block the thread they run on", self.calls.len());
        }
    }
}

/// What is written leaves at once, and a peer that is gone without a word is noticed.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    SockRef::from(socket).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE))
}

/// One connection, and what it passes on to its calls.
struct Connection {
    service: ProxyService,
    calls: TaskTracker,
    peer: Arc<Peer>,
}

/// What the clock of a connection runs for.
enum Phase {
    /// The end of the handshake.
    Greeting,
    /// Nothing.
    Serving,
    /// The last answers. The peer had taken so many bytes when the clock was set.
    Ending { taken: u64 },
}

/// Why a connection ended before its time.
enum Ended {
    NoHandshake,
    Http(h2::Error),
}

impl From<h2::Error> for Ended {
    fn from(error: h2::Error) -> Self {
        Self::Http(error)
    }
}

impl Connection {
    /// Answers all calls, each in a task of its own, until the connection ends. Once the app is stopping, that is when all calls that are
    /// there have been answered; or when no handler is at work any more, and the peer takes no more of the answers.
    // The handshake is no argument: a future holds its arguments twice.
    async fn answer_all(self, http: &Builder, socket: TcpStream, handshake: Sleep) -> Result<(), Ended> {
        let mut stopping = pin!(self.service.stopping().cancelled().fuse());
        let mut clock = pin!(handshake);
        let mut connection = tokio::select! {
            biased;
            () = &mut stopping => return Ok(()),
            connection = http.handshake::<_, Bytes>(Gather::new(socket, Arc::clone(&self.peer))) => connection?,
            () = &mut clock => return Err(Ended::NoHandshake),
        };
        let (mut phase, mut begun) = (Phase::Greeting, 0);
        loop {
            // A connection that always has another call never looks at anything else, so this is no part of the `select!`.
            let may_stop = begun % TURN == 0 || stopping.is_terminated();
            if may_stop && !matches!(phase, Phase::Ending { .. }) && self.service.stopping().is_cancelled() {
                phase = Phase::Ending { taken: self.peer.taken() };
                connection.graceful_shutdown();
                clock.as_mut().reset(Instant::now() + LINGER);
            }
            tokio::select! {
                biased;
                call = connection.accept() => {
                    let Some(call) = call else { return Ok(()) };
                    let (request, respond) = call?;
                    self.begin(request, respond);
                    begun += 1;
                    if begun % TURN == 0 {
                        turn().await;
                    }
                }
                () = &mut stopping, if !stopping.is_terminated() => {}
                () = &mut clock, if !matches!(phase, Phase::Serving) => {
                    let Some(next) = self.next_phase(&phase)? else { return Ok(()) };
                    phase = next;
                    clock.as_mut().reset(Instant::now() + LINGER);
                }
            }
        }
    }

    /// What comes when the clock of a phase has run down. `None`: the end.
    fn next_phase(&self, phase: &Phase) -> Result<Option<Phase>, Ended> {
        match phase {
            Phase::Greeting if self.peer.received() < SHORTEST_HANDSHAKE => Err(Ended::NoHandshake),
            Phase::Greeting | Phase::Serving => Ok(Some(Phase::Serving)),
            Phase::Ending { taken } if self.service.running() == 0 && self.peer.taken() == *taken => Ok(None),
            Phase::Ending { .. } => Ok(Some(Phase::Ending { taken: self.peer.taken() })),
        }
    }

    fn begin(&self, request: Request<RecvStream>, respond: SendResponse<Bytes>) {
        let peer = Arc::clone(&self.peer);
        if request.uri().path().ends_with(BIDIRECTIONAL) {
            let (head, stream) = request.into_parts();
            let (ahead, reader) = read_ahead(stream, peer);
            let request = Request::from_parts(head, Received::Ahead(reader));
            self.calls.spawn(ahead.beside(Exchange::new(self.service.handle(request), respond)));
        } else {
            let request = request.map(|stream| Received::message(stream, peer));
            self.calls.spawn(Exchange::new(self.service.handle(request), respond));
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

fn is_permanent(error: &io::Error) -> bool {
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
