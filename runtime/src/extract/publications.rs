//! The client's publications to its stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::de::DeserializeOwned;

use super::data::{bad_request, read};
use super::{Extract, Immediate, immediate};
use crate::event::SubscribeStream;
use crate::event::inbound::{InboundStream, TakeError};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

/// The client's publications to its stream's channel, read from JSON: a [`Stream`] of `Result<T, Reject>`.
///
/// A [`stream`](macro@crate::stream) handler that takes it makes its namespace bidirectional: the [generated
/// configuration](crate::App::centrifugo_config) has `subscribe_stream_proxy_bidirectional`. The publisher receives "ok" as
/// soon as Centrifugo has sent the publication to the app. Data that doesn't fit `T` is an `Err`, and the stream continues.
///
/// It ends when the client leaves or unsubscribes; at that moment everything else that the handler has returned is dropped,
/// too. It also ends when a message can't be read, such as one over [`App::max_message_size`](crate::App::max_message_size)
/// or one that is never complete; a second later the whole stream ends, and the client subscribes again.
///
/// Publications are not read ahead. A handler that holds it without reading holds back its own client, and no other: once
/// HTTP/2's window (64 KiB) is full, Centrifugo handles no other command of that client. If a handler drops it, the
/// publications are still read, and discarded.
///
/// `Option<Publications<T>>` is `None` if the stream is unidirectional.
pub struct Publications<T> {
    raw: RawPublications,
    data: PhantomData<fn() -> T>,
}

/// The client's publications to its stream's channel, as bytes: a [`Stream`] of [`Bytes`]. Otherwise like [`Publications`].
pub struct RawPublications(InboundStream);

impl<T: DeserializeOwned> Stream for Publications<T> {
    type Item = Result<T, Reject>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let data = ready!(Pin::new(&mut self.raw).poll_next(context));
        Poll::Ready(data.map(|data| read(&data).map_err(bad_request)))
    }
}

impl Stream for RawPublications {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.0.poll_next_unpin(context)
    }
}

impl<'c, T: DeserializeOwned> Extract<'c, SubscribeStream> for Publications<T> {
    fn extract(call: &'c Call<SubscribeStream>) -> Immediate<'c, SubscribeStream, Self> {
        immediate(call, |call| Ok(Self::of(RawPublications::of(call.event())?)))
    }

    fn extract_optional(call: &'c Call<SubscribeStream>) -> Immediate<'c, SubscribeStream, Option<Self>> {
        immediate(call, |call| Ok(RawPublications::if_any(call.event())?.map(Self::of)))
    }

    fn needs(needs: &mut Needs) {
        needs.publications();
    }
}

impl<'c> Extract<'c, SubscribeStream> for RawPublications {
    fn extract(call: &'c Call<SubscribeStream>) -> Immediate<'c, SubscribeStream, Self> {
        immediate(call, |call| Ok(Self::of(call.event())?))
    }

    fn extract_optional(call: &'c Call<SubscribeStream>) -> Immediate<'c, SubscribeStream, Option<Self>> {
        immediate(call, |call| Ok(Self::if_any(call.event())?))
    }

    fn needs(needs: &mut Needs) {
        needs.publications();
    }
}

impl<T> Publications<T> {
    fn of(raw: RawPublications) -> Self {
        Self { raw, data: PhantomData }
    }
}

impl RawPublications {
    fn of(event: &SubscribeStream) -> Result<Self, TakeError> {
        event.inbound.take().map(Self)
    }

    fn if_any(event: &SubscribeStream) -> Result<Option<Self>, TakeError> {
        match Self::of(event) {
            Err(TakeError::OneWay) => Ok(None),
            taken => taken.map(Some),
        }
    }
}

impl<T> fmt::Debug for Publications<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Publications")
    }
}

impl fmt::Debug for RawPublications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawPublications")
    }
}
