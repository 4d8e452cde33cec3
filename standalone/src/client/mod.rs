//! A client's connection: one task owns it, from the first command to the close frame.
//!
//! The task is a loop ([`Connection::run`]). In each turn it takes one of these, and nothing else touches the connection's
//! state:
//!
//! * a frame of the client, whose commands it begins in order (`command.rs`);
//! * the end of a command's work, which is a call of the app in nearly all cases (`work.rs`);
//! * an order of someone else, such as the server API (`order.rs`);
//! * the next of its times: pings, expiry, the presence update (`timers.rs`);
//! * messages in its outbox, which it writes (`socket.rs`).
//!
//! Messages are by far the most frequent reason to wake, and thousands of connections wake for the same one. So everything
//! else is polled only when it has woken the task (`wakeups.rs`): its state is seldom in the processor's cache.
//!
//! A command is begun with the connection at hand, waits without it, and is finished with it again. So there are no locks,
//! and a command that waits holds up neither pings nor publications.
//!
//! `session.rs` is the state of a client that has connected. Each command has a file: `connect.rs`, `subscribe.rs`,
//! `publish.rs`, `queries.rs` (presence, history), `rpc.rs`, `refresh.rs`. `stream.rs` is the app's streams, `grant.rs` what
//! a subscription is granted.

mod command;
mod connect;
mod engine;
mod grant;
mod inbound;
mod limits;
mod order;
mod publish;
mod queries;
mod refresh;
mod reply;
mod rpc;
mod session;
mod socket;
mod stream;
mod subscribe;
#[cfg(test)]
mod tests;
mod timers;
mod wakeups;
mod work;

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::app::Caller;
use crate::codec::{Close, Commands, Format};
use crate::hub::{Order, Outbox};

use self::session::Session;
use self::socket::{Event, Socket};
use self::timers::Timers;
use self::wakeups::Wakeups;
use self::work::Work;

pub(crate) use self::engine::{Engine, Node};

/// The most messages that one frame has, as in Centrifugo.
const MESSAGES_IN_FRAME: usize = 16;

/// The most commands that begin before the connection looks at everything else.
const COMMANDS_IN_TURN: usize = 16;

/// A connection, which its task owns.
pub(crate) struct Connection {
    engine: Arc<Engine>,
    format: Format,
    /// What the app receives of the connection in each call.
    caller: Caller,
    phase: Phase,
    outbox: Arc<Outbox>,
    /// What others order, once the client has connected.
    orders: Option<mpsc::UnboundedReceiver<Order>>,
    /// The commands of the last frame that haven't begun.
    backlog: Option<Commands>,
    /// More of them may begin than a turn begins.
    has_more_commands: bool,
    /// More of them may begin once something of the outbox has been written.
    waits_for_room: bool,
    work: FuturesUnordered<Work>,
    /// The number of commands that have begun and not ended.
    commands: usize,
    timers: Timers,
}

/// How far the connection has come.
enum Phase {
    /// The connect command has not arrived.
    New,
    /// The connect command waits for the app.
    Connecting,
    Connected(Box<Session>),
    /// The connect command has failed. No command is executed any more.
    Failed,
}

/// What is known of a client from its HTTP request.
pub(crate) struct Request {
    pub(crate) format: Format,
    pub(crate) headers: http::HeaderMap,
    /// What layers of the app's own server have inserted.
    pub(crate) extensions: http::Extensions,
    /// Whether pings are frames of WebSocket instead of empty replies.
    pub(crate) has_native_pings: bool,
}

impl Connection {
    pub(crate) fn new(engine: Arc<Engine>, request: Request) -> Self {
        let caller = Caller {
            client: uuid::Uuid::new_v4().to_string(),
            protocol: request.format.name(),
            headers: engine.forwarded.of_http(&request.headers),
            extensions: request.extensions,
            ..Caller::default()
        };
        Self {
            outbox: Arc::new(Outbox::new(engine.options.client.queue_max_size)),
            timers: Timers::new(&engine.options.client, request.has_native_pings),
            engine,
            format: request.format,
            caller,
            phase: Phase::New,
            orders: None,
            backlog: None,
            has_more_commands: false,
            waits_for_room: false,
            work: FuturesUnordered::new(),
            commands: 0,
        }
    }

    /// Serves the client until its connection ends.
    pub(crate) async fn run<S: AsyncRead + AsyncWrite + Unpin>(mut self, io: S) {
        let mut socket = Socket::new(io, &self.engine.options.websocket).await;
        let end = self.serve(&mut socket).await;
        if let End::Close(close) = &end
            && let Some(line) = limits::line(close)
        {
            self.engine.log.info(line);
        }
        self.leave();
        // The state is dropped before the client has to react to the close frame.
        drop(self);
        if let End::Close(close) = end {
            socket.close(close).await;
        }
    }

    /// Serves the client until one side ends the connection.
    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(&mut self, socket: &mut Socket<S>) -> End {
        let engine = Arc::clone(&self.engine);
        let outbox = Arc::clone(&self.outbox);
        let mut alarms = Alarms::new(&engine.stopping);
        let wakeups = Wakeups::new();
        loop {
            if let Some(end) = self.write_next(socket) {
                return end;
            }
            let is_writing = socket.is_writing();
            if is_writing || self.waits_for_room {
                wakeups.expect();
            }
            let end = tokio::select! {
                biased;
                end = wakeups.watch(self.turn(socket, &mut alarms)) => end,
                // Nearly always a message is all that has woken the task. Then nothing else is looked at.
                () = outbox.ready(), if !is_writing => None,
            };
            if let Some(end) = end {
                return end;
            }
            if self.has_more_commands {
                // Other tasks have their turn, too.
                yield_now().await;
            }
        }
    }

    /// Writes the messages that wait as the next frame, unless the last one is still being written.
    fn write_next<S: AsyncRead + AsyncWrite + Unpin>(&self, socket: &mut Socket<S>) -> Option<End> {
        if socket.is_writing() {
            return None;
        }
        let taken = self.outbox.take(MESSAGES_IN_FRAME);
        if taken.messages.is_empty() {
            return taken.close.map(End::of);
        }
        socket.write(self.format, &taken.messages);
        // Nearly every frame fits into the socket's buffer: then it needs no deadline and no turn of its own.
        socket.has_failed_at_once().then_some(End::Gone)
    }

    /// Begins the commands that may begin, then waits for one thing that happens, except for messages in the outbox.
    ///
    /// It may be dropped while it waits.
    async fn turn<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        socket: &mut Socket<S>,
        alarms: &mut Alarms<'_>,
    ) -> Option<End> {
        self.begin_commands();
        alarms.set(self.timers.next(socket.write_deadline()));
        tokio::select! {
            event = socket.event(self.may_read()) => match event {
                Event::Written | Event::Writing => {}
                Event::Frame(frame) => self.receive(frame),
                Event::Pong => self.native_pong(),
                Event::Broken(close) => self.close(close),
                Event::Ended => return Some(End::Gone),
            },
            () = ready(()), if self.has_more_commands => {}
            Some(finish) = self.work.next(), if !self.work.is_empty() => finish(self),
            order = next_order(&mut self.orders) => self.obey(order),
            () = &mut alarms.stopping, if !alarms.is_stopping => {
                alarms.is_stopping = true;
                self.stop();
            }
            () = &mut alarms.timer => return self.tick(socket),
        }
        None
    }

    /// Notes the commands of a frame.
    fn receive(&mut self, frame: Bytes) {
        if !matches!(self.phase, Phase::Failed) {
            self.backlog = Some(self.format.commands(frame));
        }
    }

    /// Begins the commands of the last frame, as many as may run at once, and as a turn may begin. Where much waits to be
    /// written, that is one: so the replies to a frame don't make its client a slow one, and a pong never waits.
    fn begin_commands(&mut self) {
        (self.has_more_commands, self.waits_for_room) = (false, false);
        for begun in 0..COMMANDS_IN_TURN {
            if !self.may_begin() {
                return;
            }
            if begun > 0 && self.outbox.is_half_full() {
                self.waits_for_room = self.backlog.is_some();
                return;
            }
            match self.backlog.as_mut().and_then(Iterator::next) {
                Some(Ok(command)) => self.begin(command),
                Some(Err(_)) => self.close(Close::BAD_REQUEST),
                None => {
                    self.backlog = None;
                    return;
                }
            }
        }
        self.has_more_commands = self.may_begin();
    }

    /// Whether another command may begin.
    fn may_begin(&self) -> bool {
        match &self.phase {
            Phase::New => self.outbox.closing().is_none(),
            Phase::Connecting | Phase::Failed => false,
            Phase::Connected(session) => {
                let concurrency = if session.is_unsubscribing { 0 } else { self.engine.options.client.concurrency };
                self.commands < concurrency && self.outbox.closing().is_none()
            }
        }
    }

    /// Whether the next frame may be read. Of a client that has failed only the close counts, which it must not wait for.
    fn may_read(&self) -> bool {
        match self.phase {
            Phase::Failed => self.outbox.closing().is_none(),
            _ => self.backlog.is_none() && self.may_begin(),
        }
    }

    /// Closes the connection after the messages that wait.
    fn close(&mut self, close: Close) {
        let Caller { client, user, .. } = &self.caller;
        tracing::debug!(%client, %user, code = close.code, "closing: {}", close.reason);
        self.outbox.close(close);
    }

    /// The server stops: clients that have connected are closed with the reason in a while, others at once.
    fn stop(&mut self) {
        match self.phase {
            Phase::Connected(_) => self.timers.shut_down_in(self.engine.spread()),
            _ => self.close(Close::NORMAL),
        }
    }

    /// The state of the client, which has connected.
    fn session(&mut self) -> Option<&mut Session> {
        match &mut self.phase {
            Phase::Connected(session) => Some(session),
            _ => None,
        }
    }

    /// Ends all subscriptions, and leaves the hub.
    fn leave(&mut self) {
        if let Phase::Connected(session) = std::mem::replace(&mut self.phase, Phase::Failed) {
            self.engine.hub.leave(&session.member);
            for channel in session.channels.keys() {
                self.engine.hub.unsubscribe(channel, &session.member);
            }
        }
    }
}

impl Drop for Connection {
    /// A task that is dropped leaves nothing behind, either.
    fn drop(&mut self) {
        self.leave();
    }
}

/// What ends a wait without the client: the engine's stop, and the next of the connection's times.
struct Alarms<'a> {
    stopping: Pin<Box<WaitForCancellationFuture<'a>>>,
    is_stopping: bool,
    timer: Pin<Box<Sleep>>,
}

impl<'a> Alarms<'a> {
    fn new(stopping: &'a CancellationToken) -> Self {
        let timer = Box::pin(sleep_until(Instant::now()));
        Self { stopping: Box::pin(stopping.cancelled()), is_stopping: false, timer }
    }

    fn set(&mut self, next: Instant) {
        if self.timer.deadline() != next {
            self.timer.as_mut().reset(next);
        }
    }
}

/// The next order. Without a channel of orders there never is one.
async fn next_order(orders: &mut Option<mpsc::UnboundedReceiver<Order>>) -> Order {
    match orders.as_mut() {
        Some(orders) => match orders.recv().await {
            Some(order) => order,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// How a connection ends.
enum End {
    /// With a close frame.
    Close(Close),
    /// Without: the client is gone, or does not read.
    Gone,
}

impl End {
    /// [`Close::NORMAL`] is the code of a connection that has ended already, so no frame has it. SDKs see an end of the
    /// transport.
    fn of(close: Close) -> Self {
        if close.code == Close::NORMAL.code { Self::Gone } else { Self::Close(close) }
    }
}
