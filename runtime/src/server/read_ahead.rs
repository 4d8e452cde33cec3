//! The read-ahead of a stream: copies a client's frames into one buffer as they arrive, as far as HTTP/2's window allows.
//!
//! HTTP/2's window counts bytes, but h2 keeps each frame by itself: 65,536 frames of a single byte, which fit into a window,
//! are 16 MiB until they are read. So frames are copied together, and the window opens again only when the handler reads
//! their bytes. Once nothing will read them, they are dropped instead, and the client is not held back.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use h2::{FlowControl, Reason, RecvStream};
use http::HeaderMap;
use pin_project_lite::pin_project;
use tower::BoxError;

use crate::server::intake::Intake;
use crate::server::peer::Peer;

/// After this many frames the call yields to other tasks.
const FRAMES_BEFORE_YIELD: usize = 128;

/// The writing end of the buffer, which reads from the connection.
pub(crate) struct ReadAhead {
    stream: RecvStream,
    shared: Arc<Mutex<Shared>>,
}

pin_project! {
    /// A call, with its read-ahead for as long as it takes.
    pub(crate) struct Beside<F> {
        #[pin]
        call: F,
        ahead: ReadAhead,
    }
}

impl<F: Future> Future for Beside<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.ahead.poll(context);
        this.call.poll(context)
    }
}

/// The reading end of the buffer, for the handler.
pub(crate) struct Reader {
    shared: Arc<Mutex<Shared>>,
    flow: FlowControl,
}

struct Shared {
    data: BytesMut,
    end: End,
    intake: Intake,
    /// The task that waits for data in the buffer.
    waker: Option<Waker>,
    /// The task that reads ahead, and the time since when it waits for the reader.
    held_back: Option<(Waker, Instant)>,
    /// The reader is gone.
    is_closed: bool,
}

enum End {
    NotYet,
    /// The body has ended, and the error has not been reported yet if there is one.
    Over(Option<BoxError>),
}

/// The two ends of a new buffer.
pub(crate) fn read_ahead(mut stream: RecvStream, peer: Arc<Peer>) -> (ReadAhead, Reader) {
    let intake = Intake::new(true, peer);
    let shared = Shared { data: BytesMut::new(), end: End::NotYet, intake, waker: None, held_back: None, is_closed: false };
    let shared = Arc::new(Mutex::new(shared));
    let flow = stream.flow_control().clone();
    (ReadAhead { stream, shared: Arc::clone(&shared) }, Reader { shared, flow })
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ReadAhead {
    pub(crate) fn beside<F: Future>(self, call: F) -> Beside<F> {
        Beside { call, ahead: self }
    }

    /// Reads the frames that have arrived.
    fn poll(&mut self, context: &mut Context<'_>) {
        let mut shared = lock(&self.shared);
        for _ in 0..FRAMES_BEFORE_YIELD {
            if let End::Over(_) = shared.end {
                return;
            }
            match self.stream.poll_data(context) {
                Poll::Ready(Some(Ok(data))) => {
                    if shared.is_closed {
                        // It fails only if the call has ended, too.
                        drop(self.stream.flow_control().release_capacity(data.len()));
                    } else {
                        shared.push(&data);
                    }
                }
                Poll::Ready(Some(Err(error))) => shared.end(failure(error)),
                Poll::Ready(None) => shared.end(None),
                Poll::Pending => return shared.wait(context),
            }
        }
        context.waker().wake_by_ref();
    }
}

/// Ends the buffer with the call. A reader in another task still has what is in it.
impl Drop for ReadAhead {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        if let End::NotYet = shared.end {
            shared.end(None);
        }
    }
}

impl Shared {
    /// Polls the time limit of an incomplete message, unless the peer may wait for room in the window.
    fn wait(&mut self, context: &mut Context<'_>) {
        if !self.data.is_empty() {
            let since = self.held_back.take().map_or_else(Instant::now, |(_, since)| since);
            self.held_back = Some((context.waker().clone(), since));
        } else if let Poll::Ready(status) = self.intake.poll_refused(context) {
            self.end(Some(status.into()));
        }
    }

    fn push(&mut self, data: &[u8]) {
        match self.intake.take(data, false) {
            Ok(()) => self.data.extend_from_slice(data),
            Err(status) => self.end(Some(status.into())),
        }
        self.wake();
    }

    fn end(&mut self, error: Option<BoxError>) {
        self.end = End::Over(error);
        self.intake.end();
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Reader {
    pub(crate) fn set_limits(&mut self, headers: &HeaderMap) {
        lock(&self.shared).intake.set_limits(headers);
    }

    /// Takes all that is in the buffer.
    pub(crate) fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let mut shared = lock(&self.shared);
        if !shared.data.is_empty() {
            let data = shared.data.split().freeze();
            if let Some((waker, since)) = shared.held_back.take() {
                shared.intake.extend(since.elapsed());
                waker.wake();
            }
            // Opens the window for as many bytes.
            let released = self.flow.release_capacity(data.len());
            return Poll::Ready(Some(released.map(|()| data).map_err(BoxError::from)));
        }
        match &mut shared.end {
            End::Over(error) => Poll::Ready(error.take().map(Err)),
            End::NotYet => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Whether the buffer is empty, and stays so.
    pub(crate) fn is_over(&self) -> bool {
        let shared = lock(&self.shared);
        shared.data.is_empty() && matches!(shared.end, End::Over(None))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        shared.is_closed = true;
        shared.intake.end();
        let unread = std::mem::take(&mut shared.data).len();
        drop(self.flow.release_capacity(unread));
    }
}

/// The error of a body. `None`: the client has left, which is the body's end and no failure.
pub(crate) fn failure(error: h2::Error) -> Option<BoxError> {
    match error.reason() {
        Some(Reason::NO_ERROR | Reason::CANCEL) => None,
        _ => Some(error.into()),
    }
}
