//! The way of a client's publications to the app's stream.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::proto::proxy::{Publication, StreamSubscribeRequest};

/// The bytes of a client's publications that wait for the app's stream, before the client has to wait: about as many as in
/// Centrifugo, where gRPC's window bounds them.
const INBOUND: usize = 64 << 10;

/// What a publication that waits takes beside its data, about.
const MESSAGE: usize = 128;

/// The way of a client's publications to the app's stream.
#[derive(Clone)]
pub(super) struct Inbound {
    room: Arc<Semaphore>,
    sender: mpsc::UnboundedSender<Waiting>,
}

/// A publication that waits, and its place among others.
type Waiting = (StreamSubscribeRequest, OwnedSemaphorePermit);

impl Inbound {
    pub(super) fn new() -> (Self, impl Stream<Item = StreamSubscribeRequest> + Send + use<>) {
        let (sender, receiver) = mpsc::unbounded_channel::<Waiting>();
        let room = Arc::new(Semaphore::new(INBOUND));
        // Taken, a publication makes room for others.
        (Self { room, sender }, UnboundedReceiverStream::new(receiver).map(|(message, _)| message))
    }

    /// Queues a publication once there is room for it. `false`: the stream has ended.
    pub(super) async fn send(self, data: Bytes) -> bool {
        let length = u32::try_from((data.len() + MESSAGE).min(INBOUND)).unwrap_or(u32::MAX);
        let Ok(place) = self.room.acquire_many_owned(length).await else { return false };
        let publication = Publication { data, ..Publication::default() };
        let message = StreamSubscribeRequest { subscribe_request: None, publication: Some(publication) };
        self.sender.send((message, place)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn publications_wait_for_room_until_the_stream_takes_one_or_ends() {
        let (inbound, taken) = Inbound::new();
        let mut taken = pin!(Some(taken));
        let long = Bytes::from(vec![b'x'; 30_000]);
        let send = || inbound.clone().send(long.clone());
        assert_eq!((send().now_or_never(), send().now_or_never()), (Some(true), Some(true)));
        let mut third = pin!(send());
        assert_eq!(third.as_mut().now_or_never(), None);
        let stream = taken.as_mut().as_pin_mut();
        let message = stream.expect("a stream").next().await.expect("a message");
        assert_eq!(message.publication.expect("a publication").data, long);
        assert!(third.await);
        let fourth = pin!(send());
        taken.set(None);
        assert!(!fourth.await);
    }

    #[tokio::test]
    async fn a_publication_longer_than_all_room_is_sent_alone() {
        let (inbound, _taken) = Inbound::new();
        let send = |length| inbound.clone().send(vec![b'x'; length].into());
        assert_eq!((send(INBOUND * 2).now_or_never(), send(0).now_or_never()), (Some(true), None));
    }
}
