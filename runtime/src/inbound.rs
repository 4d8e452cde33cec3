//! What a client publishes into a stream that goes both ways, until somebody takes it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};

/// The client's side of a stream.
#[derive(Clone, Default)]
pub(crate) struct Inbound(Option<Arc<Mutex<Option<BoxStream<'static, Bytes>>>>>);

/// Why there is nothing to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoInbound {
    #[error(
        "Centrifugo has opened the stream for one direction only: `subscribe_stream_proxy_bidirectional` is missing in its namespace"
    )]
    OneWay,
    #[error("the client's publications are taken twice")]
    Taken,
}

impl Inbound {
    pub(crate) fn new(publications: impl Stream<Item = Bytes> + Send + 'static) -> Self {
        Self(Some(Arc::new(Mutex::new(Some(publications.boxed())))))
    }

    pub(crate) fn take(&self) -> Result<BoxStream<'static, Bytes>, NoInbound> {
        let shared = self.0.as_ref().ok_or(NoInbound::OneWay)?;
        shared.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(NoInbound::Taken)
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Inbound" } else { "None" })
    }
}
