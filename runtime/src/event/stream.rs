use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};

use super::client::Client;
use super::facets::facets;
use super::facts::{BIDIRECTIONAL, Facts, Proxy, SubscriptionType};
use super::into_reply::may_return;
use super::subscribe::{Subscribe, Subscribed};
use super::{Event, Expectation, Malformed, Refusal, Sealed, Wire};
use crate::event::inbound::Inbound;
use crate::event::into_reply::IntoReply;
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::event::typed::{PublishedTo, Publishes, publishes};
use crate::names::channel;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reply::payload::PayloadFormat;
use crate::reply::publication::{IntoPublication, Publication};
use crate::wire;

/// A stream event: a client subscribes to a channel whose publications the app produces for this client alone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SubscribeStream {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel.
    pub channel: Channel,
    /// Always empty: Centrifugo verifies the tokens of subscriptions itself.
    pub token: String,
    /// The data that the client sent with the subscription.
    pub data: Bytes,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
    /// The client's publications to the stream.
    pub(crate) inbound: Inbound,
}

/// The reply to [`SubscribeStream`]: allows the subscription, and has the stream of publications that the client receives.
/// [`Subscribed::stream`] and [`Subscribed::try_stream`] create it.
///
/// `SubscribedStream<Prices>` is for a [typed channel](macro@crate::channel): the publications have the type of its data.
#[must_use = "a reply does nothing until the handler returns it"]
pub struct SubscribedStream<C = Channel> {
    pub(crate) subscribed: Subscribed,
    pub(crate) publications: BoxStream<'static, Result<Publication, Reject>>,
    channel: PhantomData<fn() -> C>,
}

impl<C> SubscribedStream<C> {
    pub(crate) fn of<S>(subscribed: Subscribed, publications: S) -> Self
    where
        S: Stream<Item = Result<Publication, Reject>> + Send + 'static,
    {
        Self { subscribed, publications: publications.boxed(), channel: PhantomData }
    }
}

impl Subscribed {
    /// Adds the stream of publications that the client receives, for a [`stream`](macro@crate::stream) handler.
    pub fn stream<C, S>(self, publications: S) -> SubscribedStream<C>
    where
        S: Stream<Item: IntoPublication + PublishedTo<C>> + Send + 'static,
    {
        SubscribedStream::of(self, publications.map(|item| Ok(item.into_publication())))
    }

    /// Like [`stream`](Self::stream), for a stream of `Result`s. Its first error ends the subscription, as
    /// [`stream`'s page](macro@crate::stream) describes.
    pub fn try_stream<C, S, T, R>(self, publications: S) -> SubscribedStream<C>
    where
        S: Stream<Item = Result<T, R>> + Send + 'static,
        T: IntoPublication + PublishedTo<C>,
        R: Into<Reject>,
    {
        SubscribedStream::of(self, publications.map(|item| item.map(T::into_publication).map_err(R::into)))
    }
}

impl<C> fmt::Debug for SubscribedStream<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribedStream").field("subscribed", &self.subscribed).finish_non_exhaustive()
    }
}

impl Sealed for SubscribeStream {
    const FACTS: Facts = Facts {
        rpc: "SubscribeUnidirectional",
        attribute: "#[centrifugo::stream(\"..\")]",
        proxy: Some(Proxy::Channel("subscribe_stream")),
        switch: Some("/subscribe_stream_proxy_enabled"),
        subscription_type: Some(SubscriptionType::Stream),
        // Centrifugo's default for a stream's first message.
        unsent_timeout: Some(Duration::from_secs(1)),
        ..Facts::CHANNEL
    };

    fn method(&self) -> &'static str {
        if self.inbound.is_bidirectional() { BIDIRECTIONAL } else { Self::FACTS.rpc }
    }

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for SubscribeStream {
    const KIND: Kind = Kind::Stream;
    type Reply = SubscribedStream;
}

facets!(SubscribeStream: client, user, channel, data, refusing);

may_return!(
    SubscribeStream as SubscribeStreamReturn,
    "a stream handler can't return `{Self}`",
    "write `impl Stream<Item = ..>` of `Publication`s or `Serialize` values, or `SubscribedStream`"
);
publishes!(SubscribeStream => SubscribedStream);

impl<C> IntoReply<SubscribeStream> for SubscribedStream<C> {
    fn into_reply(self) -> Result<SubscribedStream, Reject> {
        let Self { subscribed, publications, .. } = self;
        Ok(SubscribedStream { subscribed, publications, channel: PhantomData })
    }
}

impl<C, S> Publishes<C, SubscribeStream> for S where S: Stream<Item: IntoPublication + PublishedTo<C>> + Send + 'static {}

impl<S> IntoReply<SubscribeStream> for S
where
    S: Stream<Item: IntoPublication> + Send + 'static,
{
    fn into_reply(self) -> Result<SubscribedStream, Reject> {
        Ok(SubscribedStream::of(Subscribed::new(), self.map(|item| Ok(item.into_publication()))))
    }
}

/// The request of a stream: its first message, and the client's publications.
pub(crate) struct StreamRequest {
    pub(crate) request: wire::SubscribeRequest,
    pub(crate) inbound: Inbound,
}

/// The response of a stream: its first message, and the publications that follow.
pub(crate) struct StreamResponse {
    pub(crate) first: wire::SubscribeResponse,
    pub(crate) publications: Option<BoxStream<'static, Result<Publication, Reject>>>,
    /// Whether the client speaks JSON, so that publications must be JSON.
    pub(crate) json: bool,
}

impl Wire for SubscribeStream {
    type Request = StreamRequest;
    type Response = StreamResponse;

    fn decode(StreamRequest { request, inbound }: StreamRequest) -> Result<Self, Malformed> {
        let Subscribe { client, user, channel, token, data, meta, labels } = Subscribe::decode_as(Self::KIND, request)?;
        Ok(Self { client, user, channel, token, data, meta, labels, inbound })
    }

    fn check(&self, _: &Options) -> Result<(), Reject> {
        channel::require_valid(&self.channel)
    }

    fn no_match() -> Result<SubscribedStream, Reject> {
        Subscribe::no_match().map(|subscribed| subscribed.stream(futures_util::stream::empty::<Publication>()))
    }

    fn expectations(reply: &SubscribedStream) -> impl Iterator<Item = Expectation<'_>> {
        Subscribe::expectations(&reply.subscribed)
    }

    fn encode(reply: SubscribedStream, format: PayloadFormat) -> Result<StreamResponse, Reject> {
        let first = Subscribe::encode(reply.subscribed, format)?;
        Ok(StreamResponse { first, publications: Some(reply.publications), json: format.json })
    }

    fn refuse(refusal: Refusal) -> Option<StreamResponse> {
        Subscribe::refuse(refusal).map(|first| StreamResponse { first, publications: None, json: true })
    }
}
