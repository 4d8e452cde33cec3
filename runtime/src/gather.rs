//! A socket that gathers answers: those that become ready together leave in one system call.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is gathered at most before it is written anyway.
const FULL: usize = 64 << 10;

/// The calls of a connection that have a task, and have not run yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

/// A call that has not run yet, until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<AtomicUsize>);

impl Waiting {
    /// One more call.
    pub(crate) fn ticket(&self) -> Ticket {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ticket(Arc::clone(&self.0))
    }

    fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps what is written until it is flushed; and a flush lets the calls go first that are about to run.
///
/// HTTP/2's connection is one task, and each call another. The connection is woken by every call that has its answer, runs next, and flushes: one
/// system call for each answer, though the next answers were about to come. A task that wakes itself goes behind those that are ready
/// already, so one turn later all of their answers are here. Where no call waits to run, nothing is waited for.
pub(crate) struct Gather<S> {
    socket: S,
    gathered: BytesMut,
    waiting: Waiting,
    /// The calls have had their turn.
    turned: bool,
}

impl<S> Gather<S> {
    pub(crate) fn new(socket: S, waiting: Waiting) -> Self {
        Self { socket, gathered: BytesMut::new(), waiting, turned: false }
    }
}

impl<S: AsyncWrite + Unpin> Gather<S> {
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.gathered.is_empty() {
            let written = ready!(Pin::new(&mut self.socket).poll_write(context, &self.gathered))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.gathered.advance(written);
        }
        self.turned = false;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gather<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.gathered.len() >= FULL {
            ready!(self.poll_written(context))?;
        }
        self.gathered.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.gathered.is_empty() {
            return Pin::new(&mut self.socket).poll_flush(context);
        }
        if !self.turned && !self.waiting.is_empty() {
            self.turned = true;
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
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::AsyncWriteExt;

    use super::*;

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

    #[tokio::test]
    async fn what_is_written_before_a_flush_leaves_at_once() {
        let writes = Writes::default();
        let mut socket = Gather::new(writes.clone(), Waiting::default());
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
    fn a_flush_lets_calls_that_wait_go_first_once() {
        let (writes, waiting) = (Writes::default(), Waiting::default());
        let mut socket = Gather::new(writes.clone(), waiting.clone());
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut write = |socket: &mut Gather<Writes>, bytes| Pin::new(socket).poll_write(&mut context, bytes).is_ready();
        let flush = |socket: &mut Gather<Writes>| {
            Pin::new(socket).poll_flush(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
        };
        assert!(write(&mut socket, b"a"));
        assert!(flush(&mut socket), "nobody waits");

        let ticket = waiting.ticket();
        assert!(write(&mut socket, b"b"));
        assert!(!flush(&mut socket), "somebody waits");
        assert!(write(&mut socket, b"c"));
        assert!(flush(&mut socket), "it was somebody's turn");

        drop(ticket);
        assert!(write(&mut socket, b"d"));
        assert!(flush(&mut socket), "nobody waits any more");
        assert_eq!(*writes.0.lock().unwrap(), [&b"a"[..], b"bc", b"d"]);
    }

    #[tokio::test]
    async fn it_does_not_grow_without_end() {
        let writes = Writes::default();
        let mut socket = Gather::new(writes.clone(), Waiting::default());
        for _ in 0..10 {
            socket.write_all(&[0; 20 << 10]).await.unwrap();
        }
        let written: usize = writes.0.lock().unwrap().iter().map(Vec::len).sum();
        assert!(written >= 120 << 10, "{written}");
    }
}
