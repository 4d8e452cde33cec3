//! The limits of the time in which a peer has to send a request's head, and of the rest between two requests.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::late::Late;

/// The longest time between a response and the first byte of the next request, as in Centrifugo.
const REST: Duration = Duration::from_secs(30);

const AWAITED: u8 = 0;
const RUNS: u8 = 1;
const HAS_RUN: u8 = 2;

/// The state of a connection's request, which the service sets and the socket reads: no byte shows where a head ends.
#[derive(Debug, Default, Clone)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    /// The head is complete.
    pub(super) fn begin(&self) {
        self.0.store(RUNS, Ordering::Relaxed);
    }

    /// The response is about to be written, and the next head may come. It isn't called after an upgrade.
    pub(super) fn end(&self) {
        self.0.store(HAS_RUN, Ordering::Relaxed);
    }
}

/// A socket whose reads fail once a head is late, and end once there has been none for too long. (hyper has one limit for
/// both.)
pub(super) struct Unsent<S> {
    io: S,
    progress: Progress,
    /// The longest time of a head.
    limit: Duration,
    /// `None`: nothing is waited for, while a response waits for its reader.
    wait: Option<Wait>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// What has to come, and until when.
#[derive(Debug, Clone, Copy)]
enum Wait {
    RestOfHead(Instant),
    Head(Instant),
}

impl<S> Unsent<S> {
    pub(super) fn new(io: S, progress: Progress, limit: Duration) -> Self {
        Self { io, progress, limit, wait: Some(Wait::RestOfHead(Instant::now() + limit)), timer: None }
    }

    /// Whether a request runs. After one, the next head is waited for.
    fn runs(&mut self) -> bool {
        let state = self.progress.0.load(Ordering::Relaxed);
        if state == HAS_RUN {
            self.progress.0.store(AWAITED, Ordering::Relaxed);
            self.wait = Some(Wait::next());
        }
        state == RUNS
    }

    /// The first bytes of a head have come, or more of them.
    fn has_read(&mut self) {
        if let Some(Wait::Head(_)) = self.wait {
            self.wait = Some(Wait::RestOfHead(Instant::now() + self.limit));
        }
    }

    /// Fails or ends a read that has to wait for too long.
    fn limited(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(Wait::RestOfHead(end) | Wait::Head(end)) = self.wait else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(if let Some(Wait::RestOfHead(_)) = self.wait { Err(Late::Head.into()) } else { Ok(()) })
    }

    /// Takes note of a write. While no request runs, it is a response's, after which the next head is waited for.
    fn has_written<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if !self.runs() {
            self.wait = written.is_ready().then(Wait::next);
            // hyper may not read again before it is woken. What waits from now on isn't late yet.
            let _ = self.limited(context);
        }
        written
    }
}

impl Wait {
    fn next() -> Self {
        Self::Head(Instant::now() + REST)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unsent<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        if self.runs() {
            self.timer = None;
            return read;
        }
        if read.is_pending() {
            return self.limited(context);
        }
        if buffer.filled().len() > before {
            self.has_read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unsent<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.has_written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, parts);
        self.has_written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
