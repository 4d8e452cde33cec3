//! Centrifugo's connections: one for each kind of event, with many calls at a time.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{FusedFuture, FutureExt};
use h2::RecvStream;
use h2::server::{Builder, SendResponse};
use http::Request;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::grpc::ProxyService;
use crate::grpc::method::Method;
use crate::reject::logged::Logged;
use crate::server::Limits;
use crate::server::coalesce::{CoalescedWrites, Timer};
use crate::server::listener::Listener;
use crate::server::peer::{Open, Part, Peer, Peers};
use crate::server::read_ahead::read_ahead;
use crate::server::request_body::IncomingBody;
use crate::server::responder::Responder;
use crate::server::socket::{BACKLOG, Socket};
use crate::server::strangers::Strangers;
use crate::server::tls::Acceptor;
use crate::server::unsent::Unsent;
use crate::server::untaken::Untaken;

/// The most bytes of a call's headers, which include clients' cookies.
const MAX_HEADERS: u32 = 64 << 10;
/// HTTP/2's window for a call: the bytes that may arrive before the app reads them.
const CALL_WINDOW: u32 = 64 << 10;
/// HTTP/2's window for all calls of a connection: the largest that there is. Centrifugo has one connection for all streams,
/// and a handler that doesn't read its client's publications must not hold up the others. h2's guard against floods of small
/// frames, which ends a connection, also grows with it.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
/// After this many accepted calls the connection yields, so that they run before more are read. Bounds the memory of a
/// burst, and the time until its first responses leave.
const CALLS_BEFORE_YIELD: usize = 50;
/// The time after which an idle connection is closed, when the app stops and no handler runs. A peer that closes the
/// connection in order needs one round trip; one that has begun its handshake, two.
const LINGER: Duration = Duration::from_millis(500);
/// The time in which the remaining handlers have to be dropped when the app stops.
const DROP_TIME: Duration = Duration::from_secs(1);
/// The time in which DATA may arrive for a call that the app has ended: longer than lost packets take to be sent again.
const LATE_DATA: Duration = Duration::from_secs(10);
/// The pause after `accept` has failed for lack of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The open connections, which close when this is dropped.
pub(crate) struct Connections {
    service: ProxyService,
    tls: Option<Arc<Acceptor>>,
    builder: Builder,
    peers: Arc<Peers>,
    open: JoinSet<()>,
    strangers: Strangers,
    untaken: Untaken,
    /// Counts the peers, each of which lasts as long as its connection and the last of its calls.
    alive: TaskTracker,
    /// Follows the files of TLS.
    _following: Option<AbortOnDropHandle<()>>,
}

impl Connections {
    pub(crate) fn new(service: ProxyService, limits: Limits, tls: Option<Arc<Acceptor>>) -> Self {
        let mut builder = Builder::new();
        builder
            .max_concurrent_streams(limits.concurrent_calls)
            // When an app is slow, many calls are reset at their deadline at once. h2 takes more than 20 for an attack, by
            // default, and closes the connection with all other calls on it.
            .max_pending_accept_reset_streams(limits.concurrent_calls as usize)
            // What still arrives for a call that the app has ended is ignored as long as h2 remembers the call, 50 of them
            // by default. After that it counts as a violation of the protocol, and the 1,024th closes the connection.
            .max_concurrent_reset_streams(limits.concurrent_calls as usize)
            .reset_stream_duration(LATE_DATA)
            .max_header_list_size(MAX_HEADERS)
            .initial_window_size(CALL_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        let peers = Arc::new(Peers::new(limits, service.meter()));
        let following = tls.clone().map(|tls| AbortOnDropHandle::new(tokio::spawn(async move { tls.follow_files().await })));
        let (open, strangers, alive) = (JoinSet::new(), Strangers::default(), TaskTracker::new());
        let untaken = Untaken::new(limits.send);
        Self { service, tls, builder, peers, open, strangers, untaken, alive, _following: following }
    }

    /// Accepts connections until the listener fails permanently.
    pub(crate) async fn accept_all(&mut self, listener: &Listener) -> io::Error {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.untaken.turn() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok(socket) => self.spawn(socket),
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!("a connection ended before it was accepted: {error}")
                }
                Err(error) if is_permanent(&error) => return error,
                Err(error) => {
                    tracing::error!("can't accept connections for now: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Accepts the connections that wait when the app stops. Their peers take them for open, and may have called on them.
    pub(crate) fn accept_waiting(&mut self, listener: &Listener) {
        for _ in 0..BACKLOG {
            match listener.accept_waiting() {
                Ok(socket) => self.spawn(socket),
                Err(error) if is_of_one_connection(&error) => {}
                Err(_) => return,
            }
        }
    }

    /// Spawns the task of a connection, if there is room for one.
    fn spawn(&mut self, socket: Socket) {
        while self.open.try_join_next().is_some() {}
        if self.open.len() >= self.peers.max_connections() {
            if !self.strangers.close_oldest() {
                self.peers.log_too_many();
                return;
            }
            self.peers.log_given_way();
        }
        if let Err(error) = socket.prepare() {
            tracing::debug!("a connection keeps the system's settings: {error}");
        }
        let peer = Arc::new(Peer::new(Arc::clone(&self.peers), self.alive.token()));
        let connection = Connection {
            service: self.service.clone(),
            tls: self.tls.clone(),
            peer: Arc::clone(&peer),
            _open: Open::new(&self.peers),
        };
        let builder = self.builder.clone();
        let task = self.open.spawn(async move {
            if let Err(error) = connection.serve(&builder, socket).await {
                tracing::debug!("a connection ended: {}", Logged(error));
            }
        });
        self.untaken.add(task.clone(), &peer);
        self.strangers.add(task, &peer);
    }

    /// Waits until all connections have ended by themselves.
    pub(crate) async fn ended(&mut self) {
        while self.open.join_next().await.is_some() {}
    }

    /// Closes the remaining connections, and drops all handlers, except those that block their threads.
    pub(crate) async fn give_up(mut self) {
        self.open.shutdown().await;
        self.alive.close();
        if timeout(DROP_TIME, self.alive.wait()).await.is_err() {
            tracing::warn!("{} handlers can't be dropped: they block the thread that they run on", self.service.running());
        }
    }
}

/// A connection, with what its calls share.
struct Connection {
    service: ProxyService,
    tls: Option<Arc<Acceptor>>,
    peer: Arc<Peer>,
    _open: Open,
}

/// The arrival of calls. Those that are accepted one after the other have the same time, which saves a look at the clock.
struct Arrivals {
    time: Instant,
    /// Other tasks have run since the last call was accepted.
    is_stale: bool,
}

impl Arrivals {
    fn new() -> Self {
        Self { time: Instant::now(), is_stale: true }
    }

    /// The next call. When there is none, more may be read, after a yield in which the calls so far run.
    fn poll_next(
        &mut self,
        connection: &mut Http2,
        peer: &Peer,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Accepted, h2::Error>>> {
        let call = connection.poll_accept(context);
        if call.is_pending() && peer.is_accepted() {
            context.waker().wake_by_ref();
        }
        if mem::replace(&mut self.is_stale, call.is_pending()) && call.is_ready() {
            self.time = Instant::now();
        }
        call
    }
}

/// A call that has been accepted.
type Accepted = (Request<RecvStream>, SendResponse<Unsent>);

/// HTTP/2 on a socket.
type Http2 = h2::server::Connection<CoalescedWrites<Socket>, Unsent>;

impl Connection {
    /// Serves all calls, each in a task of its own, until the connection ends. When the app stops, it ends after the
    /// responses to the calls that it has; or once no handler runs, and the peer takes no more of the responses.
    async fn serve(self, builder: &Builder, socket: Socket) -> Result<(), h2::Error> {
        let mut stopping = pin!(self.service.stopping().cancelled().fuse());
        let mut linger = pin!(sleep(LINGER));
        let Some(mut connection) = self.open(builder, socket, &mut stopping).await? else { return Ok(()) };
        // When the app stops: the bytes that the peer had taken when its last `LINGER` began.
        let mut closing = None;
        let (mut calls, mut arrivals) = (0, Arrivals::new());
        loop {
            // Not in the `select!`, which prefers calls: a connection that always has another one would never stop.
            let may_stop = calls % CALLS_BEFORE_YIELD == 0 || stopping.is_terminated();
            if may_stop && closing.is_none() && self.service.stopping().is_cancelled() {
                closing = Some(self.peer.taken());
                connection.graceful_shutdown();
                linger.as_mut().reset(Instant::now() + LINGER);
            }
            tokio::select! {
                biased;
                call = poll_fn(|context| arrivals.poll_next(&mut connection, &self.peer, context)) => {
                    let Some(call) = call else { return Ok(()) };
                    let (request, respond) = call?;
                    self.spawn_call(request, respond, arrivals.time);
                    calls += 1;
                    if calls % CALLS_BEFORE_YIELD == 0 {
                        yield_once().await;
                        arrivals.is_stale = true;
                    }
                }
                () = &mut stopping, if !stopping.is_terminated() => {}
                () = &mut linger, if closing.is_some() => {
                    let taken = Some(self.peer.taken());
                    if self.service.running() == 0 && taken == closing {
                        return Ok(());
                    }
                    closing = taken;
                    linger.as_mut().reset(Instant::now() + LINGER);
                }
            }
        }
    }

    /// Performs the handshakes. `None`: that of TLS has failed or was late, or the app has stopped before both were
    /// complete.
    async fn open(
        &self,
        builder: &Builder,
        socket: Socket,
        stopping: impl Future<Output = ()>,
    ) -> Result<Option<Http2>, h2::Error> {
        // When the app stops, a handshake that has begun may end: to its peer, a connection that is closed before it has
        // been open is a failure, after which grpc-go refuses all calls for a second.
        tokio::select! {
            connection = self.handshake(builder, socket) => connection,
            () = stopping.then(|()| sleep(LINGER)) => Ok(None),
        }
    }

    /// Performs the handshakes, of TLS if the app has it, and of HTTP/2. `None`: that of TLS has failed or was late, which
    /// is logged.
    async fn handshake(&self, builder: &Builder, socket: Socket) -> Result<Option<Http2>, h2::Error> {
        let Some((socket, timer)) = self.secured(socket).await else { return Ok(None) };
        let socket = CoalescedWrites::new(socket, Arc::clone(&self.peer), timer);
        builder.handshake::<_, Unsent>(socket).await.map(Some)
    }

    /// The socket with TLS, if the app has it, and the timer that both handshakes have together.
    async fn secured(&self, socket: Socket) -> Option<(Socket, Option<Timer>)> {
        let Some(tls) = &self.tls else { return Some((socket, None)) };
        let mut timer = Box::pin(sleep(self.peer.handshake_timeout()));
        // In a box, so that connections without TLS have no room for it.
        let handshake = Box::pin(tls.accept(socket));
        let socket = tokio::select! {
            biased;
            socket = handshake => socket?,
            () = timer.as_mut() => {
                self.peer.log_incomplete(Part::TlsHandshake);
                return None;
            }
        };
        Some((socket, Some(timer)))
    }

    /// Spawns the task of a call.
    fn spawn_call(&self, request: Request<RecvStream>, respond: SendResponse<Unsent>, arrived: Instant) {
        let peer = Arc::clone(&self.peer);
        if !peer.is_known() && self.service.is_of_centrifugo(&request) {
            peer.make_known();
        }
        if Method::takes_stream(request.uri().path()) {
            let (head, stream) = request.into_parts();
            let (ahead, reader) = read_ahead(stream, Arc::clone(&peer));
            let request = Request::from_parts(head, IncomingBody::ReadAhead(reader));
            let response = self.service.handle(request, arrived.into());
            tokio::spawn(ahead.beside(Responder::new(response, respond, peer)));
        } else {
            let request = request.map(|stream| IncomingBody::message(stream, Arc::clone(&peer)));
            let response = self.service.handle(request, arrived.into());
            tokio::spawn(Responder::new(response, respond, peer));
        }
    }
}

/// Yields until all tasks that are ready have run. tokio's `yield_now` also lets the runtime poll sockets and timers first.
async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut has_yielded, true) {
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
    async fn a_yield_ends_when_all_ready_tasks_have_run() {
        let mut others: JoinSet<()> = (0..3).map(|_| async {}).collect();
        assert!(others.try_join_next().is_none());
        yield_once().await;
        assert_eq!(std::iter::from_fn(|| others.try_join_next()).count(), 3);
    }
}
