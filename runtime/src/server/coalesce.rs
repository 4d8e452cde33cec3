//! A socket that coalesces writes: responses that become ready together leave in one system call.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::server::peer::{Part, Peer};
use crate::server::progress::Progress;

/// The most bytes that are kept before a flush.
const FULL: usize = 64 << 10;

/// A socket that keeps what is written until it is flushed. A flush yields once, so that calls that are ready add their
/// responses to the same write.
///
/// An HTTP/2 connection is one task, and each of its calls another. Every call that has its response wakes the connection,
/// which runs next, and flushes: one system call for each response, though more of them are nearly ready. A task that yields
/// by waking itself runs after all tasks that are ready already, so by then their responses are here.
///
/// A yield that brings nothing costs more than a system call, because it may wake another worker. The number of calls that
/// are nearly ready is unknown, so a [`Backoff`] yields for as long as it brings something, and tries again now and then.
pub(crate) struct CoalescedWrites<S> {
    socket: S,
    peer: Arc<Peer>,
    buffer: BytesMut,
    backoff: Backoff,
    /// The time limit of a write, once it has to wait.
    write_timer: Option<Timer>,
    progress: Progress,
    /// The time limit of what the peer has begun to send, once that has to be waited for.
    read_timer: Option<Timer>,
}

/// A time limit.
pub(crate) type Timer = Pin<Box<Sleep>>;

/// The choice of the flushes that yield.
#[derive(Debug, Default)]
struct Backoff {
    /// The length of the buffer before the yield, if a flush has just yielded.
    yielded_at: Option<usize>,
    /// The number of flushes without a yield after the last one that brought nothing.
    pause: u8,
    /// How many of them are left.
    left: u8,
}

impl Backoff {
    /// The longest pause: where yields bring nothing, one flush of 64 yields.
    const LONGEST: u8 = 63;

    /// Whether a flush of a buffer of this length yields first.
    fn yields(&mut self, length: usize) -> bool {
        if let Some(before) = self.yielded_at.take() {
            self.pause = if length > before { 0 } else { (2 * self.pause + 1).min(Self::LONGEST) };
            self.left = self.pause;
            return false;
        }
        if self.left > 0 {
            self.left -= 1;
            return false;
        }
        self.yielded_at = Some(length);
        true
    }
}

impl<S> CoalescedWrites<S> {
    /// `read_timer`: the time limit of the HTTP/2 handshake, if it has begun with another one.
    pub(crate) fn new(socket: S, peer: Arc<Peer>, read_timer: Option<Timer>) -> Self {
        Self {
            socket,
            peer,
            buffer: BytesMut::new(),
            backoff: Backoff::default(),
            write_timer: None,
            progress: Progress::new(),
            read_timer,
        }
    }
}

impl<S: AsyncWrite + Unpin> CoalescedWrites<S> {
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.buffer.is_empty() {
            let Poll::Ready(written) = Pin::new(&mut self.socket).poll_write(context, &self.buffer) else {
                return self.poll_stuck(context).map(Err);
            };
            self.write_timer = None;
            let written = written?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.peer.has_taken(written);
            self.buffer.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Ready with the error of a socket that has taken nothing for too long.
    fn poll_stuck(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        self.peer.is_full();
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(self.peer.send_timeout())));
        ready!(timer.as_mut().poll(context));
        self.peer.log_unsent_too_long("its connection is closed");
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CoalescedWrites<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.buffer.len() >= FULL {
            ready!(self.poll_written(context))?;
            // What was in the buffer before the yield has left.
            self.backoff.yielded_at = self.backoff.yielded_at.map(|_| 0);
        }
        self.buffer.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.buffer.is_empty() {
            return Pin::new(&mut self.socket).poll_flush(context);
        }
        let length = self.buffer.len();
        if self.backoff.yields(length) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(self.poll_written(context))?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_written(context))?;
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl<S> CoalescedWrites<S> {
    /// Ready with the error of a peer that has been silent for too long in the middle of something.
    fn poll_silent(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        if self.progress.is_complete() {
            return Poll::Pending;
        }
        let timer = self.read_timer.get_or_insert_with(|| Box::pin(sleep(self.peer.handshake_timeout())));
        ready!(timer.as_mut().poll(context));
        let part = if self.progress.is_greeted() { Part::Frame } else { Part::Handshake };
        self.peer.log_incomplete(part);
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CoalescedWrites<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.peer.may_read() {
            // The connection goes on by itself once it has accepted its calls.
            return Poll::Pending;
        }
        let before = read.filled().len();
        let Poll::Ready(result) = Pin::new(&mut self.socket).poll_read(context, read) else {
            return self.poll_silent(context).map(Err);
        };
        let now = &read.filled()[before..];
        self.peer.has_read(now.len());
        if self.progress.follow(now) {
            self.read_timer = None;
        }
        Poll::Ready(result)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::observe::meter::Meter;
    use crate::server::Limits;
    use crate::server::peer::Peers;

    /// A socket that keeps the bytes of each write.
    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

    impl AsyncWrite for Writes {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.0.lock().unwrap().push(bytes.to_vec());
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn peer() -> Arc<Peer> {
        let peers = Arc::new(Peers::new(Limits::default(), Meter::default()));
        Arc::new(Peer::new(peers, TaskTracker::new().token()))
    }

    fn coalesced(writes: &Writes) -> CoalescedWrites<Writes> {
        CoalescedWrites::new(writes.clone(), peer(), None)
    }

    #[tokio::test]
    async fn bytes_that_are_written_before_a_flush_leave_in_one_write() {
        let writes = Writes::default();
        let mut socket = coalesced(&writes);
        for bytes in [b"a", b"b", b"c"] {
            socket.write_all(bytes).await.unwrap();
        }
        assert!(writes.0.lock().unwrap().is_empty());
        socket.flush().await.unwrap();
        assert_eq!(*writes.0.lock().unwrap(), [b"abc"]);
        socket.write_all(b"d").await.unwrap();
        socket.shutdown().await.unwrap();
        assert_eq!(*writes.0.lock().unwrap(), [&b"abc"[..], b"d"]);
    }

    #[test]
    fn a_flush_yields_once() {
        let writes = Writes::default();
        let mut socket = coalesced(&writes);
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut write =
            |socket: &mut CoalescedWrites<Writes>, bytes| Pin::new(socket).poll_write(&mut context, bytes).is_ready();
        let flush = |socket: &mut CoalescedWrites<Writes>| {
            Pin::new(socket).poll_flush(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
        };
        assert!(write(&mut socket, b"a"));
        assert!(!flush(&mut socket), "it yields");
        assert!(write(&mut socket, b"b"));
        assert!(flush(&mut socket), "it has yielded");
        assert!(flush(&mut socket), "there is nothing to flush");
        assert_eq!(*writes.0.lock().unwrap(), [b"ab"]);
    }

    /// The number of flushes that don't yield before one does.
    fn pause(backoff: &mut Backoff) -> usize {
        (0..).find(|_| backoff.yields(1)).unwrap()
    }

    #[test]
    fn flushes_yield_as_long_as_that_brings_something() {
        let mut backoff = Backoff::default();
        for _ in 0..100 {
            assert!(backoff.yields(1));
            assert!(!backoff.yields(2), "it has just yielded");
        }
        for expected in [0, 1, 3, 7, 15, 31, 63, 63] {
            assert_eq!(pause(&mut backoff), expected);
            assert!(!backoff.yields(1), "it has just yielded, and nothing came");
        }
        assert_eq!(pause(&mut backoff), 63);
        assert!(!backoff.yields(2), "it has just yielded, and something came");
        assert_eq!(pause(&mut backoff), 0);
    }

    #[tokio::test]
    async fn a_peer_that_sends_without_end_is_read_on_only_when_its_calls_are_accepted() {
        let peer = peer();
        let mut socket = CoalescedWrites::new(tokio::io::repeat(0), Arc::clone(&peer), None);
        let mut bytes = [0; 4 << 10];
        for turn in 0..3 {
            let mut read = 0;
            while let Some(now) = socket.read(&mut bytes).now_or_never() {
                read += now.unwrap();
            }
            assert_eq!(read, 64 << 10, "turn {turn}");
            assert!(peer.is_accepted(), "reading had to wait");
        }
        assert!(!peer.is_accepted(), "nothing was read since");
    }

    #[tokio::test]
    async fn the_buffer_has_a_limit() {
        let writes = Writes::default();
        let mut socket = coalesced(&writes);
        for _ in 0..10 {
            socket.write_all(&[0; 20 << 10]).await.unwrap();
        }
        let written: usize = writes.0.lock().unwrap().iter().map(Vec::len).sum();
        assert!(written >= 120 << 10, "{written}");
    }
}
