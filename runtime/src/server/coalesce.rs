//! A socket that gathers answers: those that become ready together leave in one system call.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::server::peer::Peer;

/// What is gathered at most before it is written anyway.
const FULL: usize = 64 << 10;

/// Keeps what is written until it is flushed; and a flush lets others go first whose answers are about to come.
///
/// HTTP/2's connection is one task, and each call another. The connection is woken by every call that has its answer, runs next, and flushes: one
/// system call for each answer, though the next answers were about to come. A task that wakes itself goes behind those that are ready
/// already, so one turn later all of their answers are here.
///
/// For nothing, a turn costs more than a system call: another worker may be woken for it. Nobody knows how many calls are about to answer, so turns are
/// taken as long as they bring something, and tried again now and then.
pub(crate) struct Gather<S> {
    socket: S,
    peer: Arc<Peer>,
    gathered: BytesMut,
    turns: Turns,
}

/// When others go first.
#[derive(Debug, Default)]
struct Turns {
    /// It is their turn, and that much had been gathered before it.
    now: Option<usize>,
    /// How many flushes go by without a turn.
    pause: u8,
    left: u8,
}

impl Turns {
    /// The longest pause: where turns bring nothing, one flush of 64 takes one.
    const LONGEST: u8 = 63;

    /// Whether others go first, before a flush of so much.
    fn take(&mut self, gathered: usize) -> bool {
        if let Some(before) = self.now.take() {
            self.pause = if gathered > before { 0 } else { (2 * self.pause + 1).min(Self::LONGEST) };
            self.left = self.pause;
            return false;
        }
        if self.left > 0 {
            self.left -= 1;
            return false;
        }
        self.now = Some(gathered);
        true
    }
}

impl<S> Gather<S> {
    pub(crate) fn new(socket: S, peer: Arc<Peer>) -> Self {
        Self { socket, peer, gathered: BytesMut::new(), turns: Turns::default() }
    }
}

impl<S: AsyncWrite + Unpin> Gather<S> {
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.gathered.is_empty() {
            let written = ready!(Pin::new(&mut self.socket).poll_write(context, &self.gathered))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.peer.has_taken(written);
            self.gathered.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gather<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.gathered.len() >= FULL {
            ready!(self.poll_written(context))?;
            self.turns.now = self.turns.now.map(|_| 0);
        }
        self.gathered.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.gathered.is_empty() {
            return Pin::new(&mut self.socket).poll_flush(context);
        }
        let gathered = self.gathered.len();
        if self.turns.take(gathered) {
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

impl<S: AsyncRead + Unpin> AsyncRead for Gather<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        self.peer.has_sent(buffer.filled().len() - before);
        read
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::server::Limits;
    use crate::server::peer::Peers;

    /// Remembers what each write had.
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

    fn gather(writes: &Writes) -> Gather<Writes> {
        Gather::new(writes.clone(), Arc::new(Peer::new(Arc::new(Peers::new(Limits::default())))))
    }

    #[tokio::test]
    async fn what_is_written_before_a_flush_leaves_at_once() {
        let writes = Writes::default();
        let mut socket = gather(&writes);
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
    fn a_flush_lets_others_go_first_once() {
        let writes = Writes::default();
        let mut socket = gather(&writes);
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut write = |socket: &mut Gather<Writes>, bytes| Pin::new(socket).poll_write(&mut context, bytes).is_ready();
        let flush = |socket: &mut Gather<Writes>| {
            Pin::new(socket).poll_flush(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
        };
        assert!(write(&mut socket, b"a"));
        assert!(!flush(&mut socket), "others may have something");
        assert!(write(&mut socket, b"b"));
        assert!(flush(&mut socket), "it was their turn");
        assert!(flush(&mut socket), "there is nothing to flush");
        assert_eq!(*writes.0.lock().unwrap(), [b"ab"]);
    }

    /// How many flushes take no turn before one does.
    fn pause(turns: &mut Turns) -> usize {
        (0..).find(|_| turns.take(1)).unwrap()
    }

    #[test]
    fn turns_are_taken_as_long_as_they_bring_something() {
        let mut turns = Turns::default();
        for _ in 0..100 {
            assert!(turns.take(1));
            assert!(!turns.take(2), "its turn is over");
        }
        for expected in [0, 1, 3, 7, 15, 31, 63, 63] {
            assert_eq!(pause(&mut turns), expected);
            assert!(!turns.take(1), "its turn is over, and nothing came");
        }
        assert_eq!(pause(&mut turns), 63);
        assert!(!turns.take(2), "its turn is over, and something came");
        assert_eq!(pause(&mut turns), 0);
    }

    #[tokio::test]
    async fn it_does_not_grow_without_end() {
        let writes = Writes::default();
        let mut socket = gather(&writes);
        for _ in 0..10 {
            socket.write_all(&[0; 20 << 10]).await.unwrap();
        }
        let written: usize = writes.0.lock().unwrap().iter().map(Vec::len).sum();
        assert!(written >= 120 << 10, "{written}");
    }
}
