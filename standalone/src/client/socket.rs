//! The WebSocket: frames in and out, one write at a time.

mod large_frame;

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::codec::{Close, Format};
use crate::config::options::WebsocketOptions;

use self::large_frame::LargeFrame;

/// The read buffer of each connection, in bytes. The library's default of 128 KiB is allocated at once.
const READ_BUFFER: usize = 4 << 10;

/// The longest frame that goes through the library's buffer, which keeps the room of its largest one.
const BUFFERED: usize = 4 << 10;

/// The time that a client has to answer the close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// A client's WebSocket.
pub(super) struct Socket<S> {
    stream: WebSocketStream<S>,
    /// The time since which a frame is being written.
    writing: Option<Instant>,
    write_timeout: Duration,
    /// A frame that is written without the library. Until its end nothing else is read or written: the library could write
    /// a pong into the middle of it.
    large: Option<LargeFrame>,
    /// Whether a pong waits to be written. Nothing is read until then, so that a client's pings can't queue up.
    owes_pong: bool,
    /// Whether a ping waits for the end of a large frame.
    owes_ping: bool,
}

/// What happens on a socket.
#[derive(Debug)]
pub(super) enum Event {
    /// The frame has been written.
    Written,
    /// A pong has begun to be written, and waits for the client to read.
    Writing,
    Frame(Bytes),
    /// A pong frame of WebSocket.
    Pong,
    /// The client has broken WebSocket's rules, or a limit of the engine.
    Broken(Close),
    /// The client has closed the connection.
    Ended,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub(super) async fn new(io: S, options: &WebsocketOptions) -> Self {
        let limit = Some(options.message_size_limit);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            // Frames go to the socket at once.
            .write_buffer_size(0)
            .max_message_size(limit)
            .max_frame_size(limit);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        let write_timeout = options.write_timeout;
        Self { stream, writing: None, write_timeout, large: None, owes_pong: false, owes_ping: false }
    }

    pub(super) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// The time at which the frame that is being written is late.
    pub(super) fn write_deadline(&self) -> Option<Instant> {
        self.writing.map(|since| since + self.write_timeout)
    }

    /// Begins to write a frame. None may be being written.
    pub(super) fn write(&mut self, format: Format, messages: &[Bytes]) {
        let frame = format.frame(messages);
        if frame.len() > BUFFERED {
            self.large = Some(LargeFrame::new(format, frame));
            self.writing = Some(Instant::now());
            return;
        }
        let message = match format {
            // What isn't UTF-8 isn't JSON, so it has been refused before.
            Format::Json => Utf8Bytes::try_from(frame).map_or_else(|_| Message::Text(Utf8Bytes::default()), Message::Text),
            Format::Protobuf => Message::Binary(frame),
        };
        self.send(message);
    }

    /// Writes what is begun as far as the system takes it now. `true`: the socket is broken.
    pub(super) fn has_failed_at_once(&mut self) -> bool {
        // Whoever waits for an event later is woken by that.
        matches!(self.poll_written(&mut Context::from_waker(Waker::noop())), Poll::Ready(Event::Ended))
    }

    /// Begins to write a ping frame of WebSocket.
    pub(super) fn ping(&mut self) {
        if self.large.is_some() {
            self.owes_ping = true;
        } else {
            self.send(Message::Ping(Bytes::new()));
        }
    }

    fn send(&mut self, message: Message) {
        // A failure shows in the next event.
        let _ = Pin::new(&mut self.stream).start_send(message);
        self.writing.get_or_insert_with(Instant::now);
    }

    /// Waits for what happens next. It may be dropped at any time.
    pub(super) async fn event(&mut self, reads: bool) -> Event {
        poll_fn(|context| self.poll_event(reads, context)).await
    }

    fn poll_event(&mut self, reads: bool, context: &mut Context<'_>) -> Poll<Event> {
        if self.writing.is_some()
            && let Poll::Ready(event) = self.poll_written(context)
        {
            return Poll::Ready(event);
        }
        if !reads || self.owes_pong || self.large.is_some() {
            return Poll::Pending;
        }
        loop {
            let message = ready!(Pin::new(&mut self.stream).poll_next(context));
            if let Some(Ok(Message::Ping(_))) = &message {
                self.owes_pong = true;
                self.writing.get_or_insert_with(Instant::now);
                // Whoever waits has to know of the deadline that there is now.
                return Poll::Ready(match self.poll_written(context) {
                    Poll::Ready(event) => event,
                    Poll::Pending => Event::Writing,
                });
            }
            if let Some(event) = event(message) {
                return Poll::Ready(event);
            }
        }
    }

    /// Writes what is begun, and the pong that the client's ping is answered with.
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        if ready!(self.poll_large(context)).is_err() {
            return Poll::Ready(Event::Ended);
        }
        if mem::take(&mut self.owes_ping) {
            self.ping();
        }
        let written = ready!(Pin::new(&mut self.stream).poll_flush(context));
        (self.writing, self.owes_pong) = (None, false);
        Poll::Ready(if written.is_ok() { Event::Written } else { Event::Ended })
    }

    fn poll_large(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(large) = &mut self.large else { return Poll::Ready(Ok(())) };
        let written = ready!(large.poll_write(self.stream.get_mut(), context));
        self.large = None;
        Poll::Ready(written)
    }

    /// Sends the close frame, and waits for the client's.
    pub(super) async fn close(mut self, close: Close) {
        // 1005 stands for no code, so its frame is empty.
        let frame = (close.code != u16::from(CloseCode::Status))
            .then(|| CloseFrame { code: CloseCode::from(close.code), reason: close.reason.as_ref().into() });
        // What follows is the client's affair.
        let _ = timeout(CLOSE_PATIENCE, async {
            if self.close_with(frame).await.is_err() {
                self.discard().await;
            }
        })
        .await;
    }

    async fn close_with(&mut self, frame: Option<CloseFrame>) -> Result<(), Error> {
        poll_fn(|context| self.poll_large(context)).await?;
        self.stream.close(frame).await?;
        while self.stream.next().await.transpose()?.is_some() {}
        Ok(())
    }

    /// Reads what a client still sends that has broken the rules. A socket that is closed before is reset, and the client
    /// may not receive the close frame.
    async fn discard(&mut self) {
        let io = self.stream.get_mut();
        let _ = io.shutdown().await;
        let mut bytes = [0; 1 << 10];
        while io.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    }
}

fn event(message: Option<Result<Message, Error>>) -> Option<Event> {
    match message {
        Some(Ok(Message::Text(text))) => Some(Event::Frame(text.into())),
        Some(Ok(Message::Binary(frame))) => Some(Event::Frame(frame)),
        Some(Ok(Message::Pong(_))) => Some(Event::Pong),
        // The library answers both.
        Some(Ok(Message::Ping(_) | Message::Close(_) | Message::Frame(_))) => None,
        Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => Some(Event::Broken(Close::MESSAGE_TOO_LONG)),
        // It can't be JSON.
        Some(Err(Error::Utf8(_))) => Some(Event::Broken(Close::BAD_REQUEST)),
        Some(Err(Error::Protocol(error))) if error != ProtocolError::ResetWithoutClosingHandshake => {
            Some(Event::Broken(Close::PROTOCOL_ERROR))
        }
        Some(Err(_)) | None => Some(Event::Ended),
    }
}
