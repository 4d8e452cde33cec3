//! What a client streams, read ahead: as much as HTTP/2's window lets come, in one piece of memory.
//!
//! HTTP/2's window counts bytes, and h2 keeps each frame by itself: 65,536 frames of a single byte, which a window takes, are 16 MiB as long as nobody reads
//! them. So frames are copied together as they come, and the window grows again only when their bytes are read by the handler. Once nobody will read them,
//! they are dropped instead, and the client is not held back.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use h2::{FlowControl, RecvStream};
use http::HeaderMap;
use pin_project_lite::pin_project;
use tower::BoxError;

use crate::server::intake::Intake;
use crate::server::peer::Peer;
use crate::server::request_body::failed;

/// How many frames are read before other tasks have their turn.
const TURN: usize = 128;

/// Reads ahead.
pub(crate) struct ReadAhead {
    stream: RecvStream,
    shared: Arc<Mutex<Shared>>,
}

pin_project! {
    /// Reads ahead for as long as the call takes.
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

/// What has been read ahead, for the handler.
pub(crate) struct Reader {
    shared: Arc<Mutex<Shared>>,
    flow: FlowControl,
}

struct Shared {
    data: BytesMut,
    end: End,
    intake: Intake,
    /// The task that waits for data.
    waker: Option<Waker>,
    /// The task that reads ahead, and since when it waits for its reader.
    held_back: Option<(Waker, Instant)>,
    /// Nobody will read any more.
    is_closed: bool,
}

enum End {
    NotYet,
    /// `Some`: it is still to be reported.
    Over(Option<BoxError>),
}

/// Starts to read ahead.
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

    /// Reads what is there.
    fn poll(&mut self, context: &mut Context<'_>) {
        let mut shared = lock(&self.shared);
        for _ in 0..TURN {
            if let End::Over(_) = shared.end {
                return;
            }
            match self.stream.poll_data(context) {
                Poll::Ready(Some(Ok(data))) => {
                    if shared.is_closed {
                        // What fails here has ended the call, too.
                        drop(self.stream.flow_control().release_capacity(data.len()));
                    } else {
                        shared.receive(&data);
                    }
                }
                Poll::Ready(Some(Err(error))) => shared.end(failed(error)),
                Poll::Ready(None) => shared.end(None),
                Poll::Pending => return shared.wait(context),
            }
        }
        context.waker().wake_by_ref();
    }
}

/// The call is over. Whoever reads in another task reads what is there, and no more comes.
impl Drop for ReadAhead {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        if let End::NotYet = shared.end {
            shared.end(None);
        }
    }
}

impl Shared {
    /// Looks at the clock of a message that isn't complete, unless the peer may have no room to go on.
    fn wait(&mut self, context: &mut Context<'_>) {
        if !self.data.is_empty() {
            let since = self.held_back.take().map_or_else(Instant::now, |(_, since)| since);
            self.held_back = Some((context.waker().clone(), since));
        } else if let Poll::Ready(status) = self.intake.poll_refused(context) {
            self.end(Some(status.into()));
        }
    }

    fn receive(&mut self, data: &[u8]) {
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

    /// All that is there.
    pub(crate) fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let mut shared = lock(&self.shared);
        if !shared.data.is_empty() {
            let data = shared.data.split().freeze();
            if let Some((waker, since)) = shared.held_back.take() {
                shared.intake.extend(since.elapsed());
                waker.wake();
            }
            // What is read makes room for more.
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
