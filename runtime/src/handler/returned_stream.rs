//! The value that a stream handler has returned, as a reply.
//!
//! A stream of `Result`s has the inherent methods of [`ReturnedStream`], as only there the type of the errors is known. A
//! stream that can't fail, and a reply that has a stream, get [`StreamOrReply`].

use futures_util::{Stream, StreamExt};

use crate::event::into_reject::IntoReject;
use crate::event::typed::{PublishedTo, Publishes};
use crate::event::{SubscribeStream, Subscribed, SubscribedStream, answers};
use crate::handler::returned::reply_of;
use crate::reject::Reject;
use crate::reply::publication::IntoPublication;

/// A value that a stream handler has returned.
pub struct ReturnedStream<S>(pub Result<S, Reject>);

impl<S, T, R> ReturnedStream<S>
where
    S: Stream<Item = Result<T, R>> + Send + 'static,
    T: 'static,
    R: 'static,
{
    /// Makes a reply of the stream.
    pub fn __reply(self) -> Result<SubscribedStream, Reject>
    where
        T: IntoPublication,
        R: IntoReject<SubscribeStream>,
    {
        let publications = |stream: S| stream.map(|item| item.map(T::into_publication).map_err(R::into_reject));
        self.0.map(|stream| SubscribedStream::of(Subscribed::new(), publications(stream)))
    }

    /// Makes a reply of the stream, for a typed channel.
    pub fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        T: IntoPublication + PublishedTo<C>,
        R: IntoReject<SubscribeStream>,
    {
        self.__reply()
    }
}

/// A stream that can't fail, or a reply that has a stream.
pub trait StreamOrReply {
    /// The type of the value.
    type Value;
    /// Converts the value to a reply.
    fn __reply<By>(self) -> Result<SubscribedStream, Reject>
    where
        Self::Value: answers::SubscribeStream<By>;

    /// Converts the value to a reply, for a typed channel.
    fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        Self::Value: Publishes<C, SubscribeStream>;
}

impl<S> StreamOrReply for ReturnedStream<S> {
    type Value = S;

    fn __reply<By>(self) -> Result<SubscribedStream, Reject>
    where
        S: answers::SubscribeStream<By>,
    {
        S::reply(self.0)
    }

    fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        S: Publishes<C, SubscribeStream>,
    {
        reply_of::<C, SubscribeStream, S>(self.0)
    }
}
