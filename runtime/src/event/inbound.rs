//! The client's publications to a bidirectional stream, until a handler takes them, and after it has dropped them.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::task::coop::consume_budget;
use tokio_util::sync::CancellationToken;

/// The slot of a client's publications, from which a handler takes them; none for a unidirectional stream.
#[derive(Clone, Default)]
pub(crate) struct Inbound(Option<Arc<Mutex<Option<InboundStream>>>>);

/// The reason why a handler can't take the publications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TakeError {
    #[error("the stream is unidirectional: its namespace has no `subscribe_stream_proxy_bidirectional`")]
    OneWay,
    #[error("the client's publications are taken twice: a handler has one `Publications` or `RawPublications`")]
    AlreadyTaken,
}

impl Inbound {
    /// The publications of a call. If they are dropped before the stream has `ended`, they are still read, and discarded.
    ///
    /// Unread ones would fill the stream's window, 64 KiB. Centrifugo would then wait for ever with the client's next
    /// publication, and handle no other command of that client.
    pub(crate) fn of_call(publications: impl Stream<Item = Bytes> + Send + 'static, ended: CancellationToken) -> Self {
        Self::new(InboundStream { publications: Some(publications.boxed()), ended: Some(ended) })
    }

    /// The publications of a test, which are dropped unread.
    pub(crate) fn of_test(publications: impl Stream<Item = Bytes> + Send + 'static) -> Self {
        Self::new(InboundStream { publications: Some(publications.boxed()), ended: None })
    }

    fn new(stream: InboundStream) -> Self {
        Self(Some(Arc::new(Mutex::new(Some(stream)))))
    }

    /// Whether the stream has the client's publications.
    pub(crate) fn is_bidirectional(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn take(&self) -> Result<InboundStream, TakeError> {
        let shared = self.0.as_ref().ok_or(TakeError::OneWay)?;
        shared.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(TakeError::AlreadyTaken)
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Inbound" } else { "None" })
    }
}

/// The client's publications. If it is dropped before their end, they are still read, and discarded.
pub(crate) struct InboundStream {
    /// `None` once they have ended.
    publications: Option<BoxStream<'static, Bytes>>,
    ended: Option<CancellationToken>,
}

impl Stream for InboundStream {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(publications) = &mut self.publications else { return Poll::Ready(None) };
        let publication = ready!(publications.poll_next_unpin(context));
        if publication.is_none() {
            self.publications = None;
        }
        Poll::Ready(publication)
    }
}

impl Drop for InboundStream {
    fn drop(&mut self) {
        // Without a runtime there is no connection.
        if let (Some(publications), Some(ended), Ok(runtime)) =
            (self.publications.take(), self.ended.take(), Handle::try_current())
            && !ended.is_cancelled()
        {
            runtime.spawn(async move { ended.run_until_cancelled(discard(publications)).await });
        }
    }
}

async fn discard(mut publications: BoxStream<'static, Bytes>) {
    while publications.next().await.is_some() {
        consume_budget().await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;

    /// Publications, and a channel that reports which of them are read.
    fn publications(ended: &CancellationToken) -> (Inbound, mpsc::UnboundedReceiver<u8>) {
        let (read, reads) = mpsc::unbounded_channel();
        let numbers = stream::iter(0..3).inspect(move |number| _ = read.send(*number));
        (Inbound::of_call(numbers.map(|number| Bytes::from(vec![number])).chain(stream::pending()), ended.clone()), reads)
    }

    #[tokio::test]
    async fn publications_that_are_dropped_unread_are_read_and_discarded() {
        let ended = CancellationToken::new();
        let (never_taken, mut reads) = publications(&ended);
        drop(never_taken);
        assert_eq!([reads.recv().await, reads.recv().await, reads.recv().await], [Some(0), Some(1), Some(2)]);

        let (inbound, mut reads) = publications(&ended);
        let mut taken = inbound.take().ok().unwrap();
        assert_eq!(taken.next().await.as_deref(), Some(&[0][..]));
        drop(taken);
        assert_eq!([reads.recv().await, reads.recv().await, reads.recv().await], [Some(0), Some(1), Some(2)]);

        ended.cancel();
        assert_eq!(reads.recv().await, None, "the stream has ended, so it is not read");
    }

    #[test]
    fn publications_are_taken_once() {
        assert_eq!(Inbound::default().take().err(), Some(TakeError::OneWay));
        let inbound = Inbound::of_test(stream::empty());
        assert!(inbound.take().is_ok());
        assert_eq!(inbound.take().err(), Some(TakeError::AlreadyTaken));
    }
}
