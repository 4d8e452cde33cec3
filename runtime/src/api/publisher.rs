//! The publisher: a client of Centrifugo's server API.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::names::channel::ToChannel;
use crate::names::channel_data::DataOf;

use super::batch::Batch;
use super::error::{DEFAULT_URL, KEY, PublisherError, URL};
use super::request::Request;
#[cfg(feature = "standalone")]
use super::route::Route;

/// A client of Centrifugo's server API, which publishes and calls the API's other methods over HTTP.
///
/// Each method makes a [`Request`], which `.await` sends; [`Request::with`] sets its options. Clones are cheap, and share
/// their connections. Handlers take the publisher as an argument if the app has it by
/// [`App::publisher`](crate::App::publisher). It also works without an app. In an app that runs its [own
/// engine](crate::operations#engine), the app's publisher and its clones call that in the process instead.
///
/// ```no_run
/// # async fn run() -> Result<(), centrifugo::PublisherError> {
/// let (api, key) = ("http://127.0.0.1:8000/api", "the key in http_api.key");
/// let publisher = centrifugo::Publisher::new(api, key)?;
/// publisher.publish("news", &serde_json::json!({ "text": "hi" })).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Publisher {
    client: cent::Client,
    key: Option<Arc<str>>,
    /// `None`: the client has a way of its own.
    #[cfg(feature = "standalone")]
    route: Option<Route>,
}

impl Publisher {
    /// Creates a publisher that calls the API at this base URL (`http://127.0.0.1:8000/api`), with the key that Centrifugo
    /// has as `http_api.key`. It sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`cent::Error::InvalidConfig`] for a URL that is not valid or that ends with a method's name, and for a key that
    /// can't be a header's value.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Result<Self, PublisherError> {
        let key: String = key.into();
        let config = cent::Config::new(url).api_key(key.as_str());
        let publisher = Self::with_route(config)?;
        Ok(Self { key: Some(key.into()), ..publisher })
    }

    #[cfg(not(feature = "standalone"))]
    fn with_route(config: cent::Config) -> Result<Self, PublisherError> {
        Ok(cent::Client::new(config)?.into())
    }

    /// Creates a publisher whose calls go to the engine of the app that gets it, and over HTTP without one.
    #[cfg(feature = "standalone")]
    fn with_route(config: cent::Config) -> Result<Self, PublisherError> {
        Self::along(Route::over_http()?, config)
    }

    /// Creates a publisher for an engine alone.
    #[cfg(feature = "standalone")]
    pub(crate) fn without_http() -> Self {
        // Of the URL, the engine reads the method alone.
        let config = cent::Config::new("http://standalone/api");
        Self::along(Route::without_http(), config).expect("a constant URL is valid")
    }

    #[cfg(feature = "standalone")]
    fn along(route: Route, config: cent::Config) -> Result<Self, PublisherError> {
        let client = cent::Client::new(config.http_client(route.clone()))?;
        Ok(Self { client, key: None, route: Some(route) })
    }

    /// Whether an engine can be its way.
    #[cfg(feature = "standalone")]
    pub(crate) fn has_route(&self) -> bool {
        self.route.is_some()
    }

    /// Makes this publisher and its clones call the engine, from now on.
    #[cfg(feature = "standalone")]
    pub(crate) fn call_in_process(&self, engine: centrifugo_standalone::Api) {
        if let Some(route) = &self.route {
            route.lead_to(engine);
        }
    }

    /// Creates a publisher with the settings in the environment.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `CENTRIFUGO_HTTP_API_KEY` | the API's key; Centrifugo reads its own `http_api.key` from a variable of the same name | none: it must be set |
    /// | `CENTRIFUGO_API_URL` | the API's base URL | `http://127.0.0.1:8000/api` |
    ///
    /// # Errors
    ///
    /// [`PublisherError::NoKey`], and as [`new`](Self::new).
    pub fn from_env() -> Result<Self, PublisherError> {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let key = variable(KEY).ok_or(PublisherError::NoKey)?;
        Self::new(variable(URL).unwrap_or_else(|| DEFAULT_URL.to_owned()), key)
    }

    /// Publishes to a channel. The data is any type that serde can write as JSON. For a [typed
    /// channel](macro@crate::channel) with `data = Message` it has to be a `Message`; another type doesn't compile.
    pub fn publish<C, T>(&self, channel: C, data: &T) -> Request<cent::PublishRequest>
    where
        C: ToChannel,
        T: Serialize + DataOf<C> + ?Sized,
    {
        let publish = |channel: String| Ok(cent::PublishRequest::new(channel).data(cent::json(data)?));
        Request::new(&self.client, name(channel).and_then(publish))
    }

    /// Publishes the same data to several channels.
    ///
    /// If it failed for one of them, the error is [`cent::Error::BroadcastFailedChannels`], which has the result of each
    /// channel.
    pub fn broadcast<C, T>(&self, channels: impl IntoIterator<Item = C>, data: &T) -> Request<cent::BroadcastRequest>
    where
        C: ToChannel,
        T: Serialize + DataOf<C> + ?Sized,
    {
        let channels: Result<Vec<_>, _> = channels.into_iter().map(name).collect();
        let broadcast = |channels: Vec<String>| Ok(cent::BroadcastRequest::new(channels).data(cent::json(data)?));
        Request::new(&self.client, channels.and_then(broadcast))
    }

    /// Subscribes a user's connections to a channel: a server-side subscription, for which neither the app's handlers nor
    /// the client are called.
    pub fn subscribe(&self, user: impl ToString, channel: impl ToChannel) -> Request<cent::SubscribeRequest> {
        let subscribe = |channel: String| cent::SubscribeRequest::new(channel).user(user.to_string());
        Request::new(&self.client, name(channel).map(subscribe))
    }

    /// Ends a user's subscriptions to a channel. SDKs don't subscribe again.
    pub fn unsubscribe(&self, user: impl ToString, channel: impl ToChannel) -> Request<cent::UnsubscribeRequest> {
        let unsubscribe = |channel: String| cent::UnsubscribeRequest::new(channel).user(user.to_string());
        Request::new(&self.client, name(channel).map(unsubscribe))
    }

    /// Closes a user's connections. [`because`](Request::because) sets the code and the reason, and
    /// `.with(|disconnect| disconnect.client(id))` selects one connection. The empty user closes all anonymous connections.
    pub fn disconnect(&self, user: impl ToString) -> Request<cent::DisconnectRequest> {
        Request::new(&self.client, Ok(cent::DisconnectRequest::new().user(user.to_string())))
    }

    /// Changes the expiry of a user's connections (`.with(|refresh| refresh.expire_at(..))`, in seconds since 1970), or
    /// closes them as expired (`.with(|refresh| refresh.expired(true))`). SDKs reconnect at once then, so Centrifugo calls
    /// the `connect` handler.
    pub fn refresh(&self, user: impl ToString) -> Request<cent::RefreshRequest> {
        Request::new(&self.client, Ok(cent::RefreshRequest::new().user(user.to_string())))
    }

    /// Returns the subscribers of a channel, by connection. Its namespace needs `presence`; without, the error is 108 "not
    /// available".
    pub fn presence(&self, channel: impl ToChannel) -> Request<cent::PresenceRequest> {
        Request::new(&self.client, name(channel).map(cent::PresenceRequest::new))
    }

    /// Returns how many connections and users are subscribed to a channel. Its namespace needs `presence`, as for
    /// [`presence`](Self::presence).
    pub fn presence_stats(&self, channel: impl ToChannel) -> Request<cent::PresenceStatsRequest> {
        Request::new(&self.client, name(channel).map(cent::PresenceStatsRequest::new))
    }

    /// Returns a channel's history: by default only its current offset, and with `.with(|history| history.limit(10))` also
    /// publications (-1: all that are kept). Its namespace needs `history_size` and `history_ttl`; without, the error is 108
    /// "not available".
    pub fn history(&self, channel: impl ToChannel) -> Request<cent::HistoryRequest> {
        Request::new(&self.client, name(channel).map(cent::HistoryRequest::new))
    }

    /// Removes the publications from a channel's history. Later publications continue its offsets.
    pub fn history_remove(&self, channel: impl ToChannel) -> Request<cent::HistoryRemoveRequest> {
        Request::new(&self.client, name(channel).map(cent::HistoryRemoveRequest::new))
    }

    /// Returns the channels that have subscribers: all, or those that match a glob of Centrifugo
    /// (`.with(|channels| channels.pattern("chat:*"))`). Use it for debugging only: every node returns all of its channels.
    pub fn channels(&self) -> Request<cent::ChannelsRequest> {
        Request::new(&self.client, Ok(cent::ChannelsRequest::new()))
    }

    /// Returns Centrifugo's running nodes: their versions, and how many clients, users and channels each has.
    pub fn info(&self) -> Request<cent::InfoRequest> {
        Request::new(&self.client, Ok(cent::InfoRequest::new()))
    }

    /// Creates a batch, whose calls are sent together and executed one by one.
    pub fn batch(&self) -> Batch {
        Batch::new(&self.client, cent::BatchOptions::default())
    }

    /// Creates a batch, whose calls are sent together and executed in any order.
    pub fn parallel_batch(&self) -> Batch {
        Batch::new(&self.client, cent::BatchOptions::default().parallel(true))
    }

    /// Creates a publisher with the same settings whose calls fail after this time, instead of 10 s.
    ///
    /// Centrifugo waits 1 s for a handler by default, so a handler that publishes should set a shorter timeout.
    #[must_use]
    pub fn timeout(&self, timeout: Duration) -> Self {
        Self { client: self.client.with_timeout(timeout), ..self.clone() }
    }

    /// The client of `cent`, for everything that the publisher has no method for: maps, broadcasts with retries, Centrifugo
    /// PRO.
    pub fn client(&self) -> &cent::Client {
        &self.client
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// Creates a publisher from a client with settings of your own: headers, an HTTP client, automatic batches. The app doesn't
/// know its key, so the generated configuration contains none.
impl From<cent::Client> for Publisher {
    fn from(client: cent::Client) -> Self {
        Self {
            client,
            key: None,
            #[cfg(feature = "standalone")]
            route: None,
        }
    }
}

// The key is left out, because it is a secret.
impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

fn name(channel: impl ToChannel) -> Result<String, PublisherError> {
    Ok(channel.to_channel()?.into_string())
}
