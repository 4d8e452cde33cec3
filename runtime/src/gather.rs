//! A socket that gathers answers: those that become ready together leave in one system call.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is gathered at most before it is written anyway.
const FULL: usize = 64 << 10;

/// Keeps what is written until it is flushed; and a flush lets all tasks that are ready go first.
///
/// HTTP/2's connection is one task, and each call another. The connection is woken by every call that has its answer, runs next, and flushes: one
/// system call for each answer, though the next answers were about to come. A task that wakes itself goes behind those that are ready
/// already, so one turn later all of their answers are here. Where no other task is ready, that turn comes at once: the answer waits for
/// nobody.
pub(crate) struct Gather<S> {
    socket: S,
    gathered: BytesMut,
    /// The other tasks have had their turn.
    turned: bool,
}

impl<S> Gather<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, gathered: BytesMut::new(), turned: false }
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
        if !self.turned {
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
        let mut socket = Gather::new(writes.clone());
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

    #[tokio::test]
    async fn it_does_not_grow_without_end() {
        let writes = Writes::default();
        let mut socket = Gather::new(writes.clone());
        for _ in 0..10 {
            socket.write_all(&[0; 20 << 10]).await.unwrap();
        }
        let written: usize = writes.0.lock().unwrap().iter().map(Vec::len).sum();
        assert!(written >= 120 << 10, "{written}");
    }
}
