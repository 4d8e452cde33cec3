//! Requests: calls of the server API that have not been sent.

use std::fmt;
use std::future::IntoFuture;

use crate::handler::BoxFuture;
use crate::reject::disconnect::Disconnect;

use super::error::PublisherError;

/// A call of Centrifugo's server API, created by a method of [`Publisher`](super::Publisher). `.await` sends it, and
/// [`Batch::add`](super::Batch::add) adds it to others that are sent together.
///
/// [`with`](Self::with) sets the other fields of `cent`'s request, and `.into_future()` turns it into a future for
/// `tokio::spawn`.
///
/// ```no_run
/// # async fn run(publisher: centrifugo::Publisher) -> Result<(), centrifugo::PublisherError> {
/// let hi = publisher.publish("chat:lobby", "hi");
/// let published = hi.with(|publish| publish.idempotency_key("lobby-1")).await?;
///
/// let history = publisher.history("chat:lobby");
/// let latest = history.with(|history| history.limit(10).reverse(true)).await?;
/// assert_eq!(latest.offset, published.offset);
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited, or added to a batch"]
pub struct Request<M> {
    client: cent::Client,
    method: Result<M, PublisherError>,
}

impl<M: Method> Request<M> {
    pub(crate) fn new(client: &cent::Client, method: Result<M, PublisherError>) -> Self {
        Self { client: client.clone(), method }
    }

    /// Sets fields of `cent`'s request: `.with(|publish| publish.tags([("kind", "note")]).delta(true))`.
    ///
    /// It may replace any field, including the data, whose type isn't checked for a [typed channel](macro@crate::channel)
    /// then.
    pub fn with(mut self, set: impl FnOnce(M) -> M) -> Self {
        self.method = self.method.map(set);
        self
    }

    pub(crate) fn into_method(self) -> Result<M, PublisherError> {
        self.method
    }
}

impl Request<cent::DisconnectRequest> {
    /// Sets the code and the reason that the client receives. Without it they are 3503 "force disconnect", after which SDKs
    /// don't reconnect.
    pub fn because(self, disconnect: Disconnect) -> Self {
        let disconnect = cent::Disconnect::new().code(disconnect.code()).reason(disconnect.reason());
        self.with(|request| request.disconnect(disconnect))
    }
}

impl<M: Method> IntoFuture for Request<M> {
    type Output = Result<M::Result, PublisherError>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let method = self.method?;
            let call = method.call();
            method.send(&self.client).await.map_err(|error| PublisherError::of(call, error))
        })
    }
}

impl<M: fmt::Debug> fmt::Debug for Request<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Request").field(&self.method).finish()
    }
}

/// A method of the server API: one of `cent`'s requests, with the type of its result.
pub trait Method: cent::Request {
    /// The result that Centrifugo returns.
    type Result: Send + 'static;

    /// The method's name and its subject, for errors.
    #[doc(hidden)]
    fn call(&self) -> String;

    #[doc(hidden)]
    fn send(self, client: &cent::Client) -> impl Future<Output = Result<Self::Result, cent::Error>> + Send;

    #[doc(hidden)]
    fn add(self, batch: &mut cent::Batch) -> cent::Pending<Self::Result>;
}

macro_rules! methods {
    ($($method:ident($request:ident $(. $subject:ident)?) -> $result:ident;)*) => {$(
        impl Method for cent::$request {
            type Result = cent::$result;

            fn call(&self) -> String {
                let method = <Self as cent::Request>::METHOD;
                $(if !self.$subject.is_empty() {
                    return format!("{method} `{}`", self.$subject.escape_debug());
                })?
                method.to_owned()
            }

            fn send(self, client: &cent::Client) -> impl Future<Output = Result<Self::Result, cent::Error>> + Send {
                client.$method(self)
            }

            fn add(self, batch: &mut cent::Batch) -> cent::Pending<Self::Result> {
                batch.$method(self)
            }
        }
    )*};
}

methods! {
    publish(PublishRequest.channel) -> PublishResult;
    broadcast(BroadcastRequest) -> BroadcastResult;
    subscribe(SubscribeRequest.channel) -> SubscribeResult;
    unsubscribe(UnsubscribeRequest.channel) -> UnsubscribeResult;
    disconnect(DisconnectRequest.user) -> DisconnectResult;
    refresh(RefreshRequest.user) -> RefreshResult;
    presence(PresenceRequest.channel) -> PresenceResult;
    presence_stats(PresenceStatsRequest.channel) -> PresenceStatsResult;
    history(HistoryRequest.channel) -> HistoryResult;
    history_remove(HistoryRemoveRequest.channel) -> HistoryRemoveResult;
    channels(ChannelsRequest) -> ChannelsResult;
    info(InfoRequest) -> InfoResult;
}
