//! Centrifugo's server API, in the application's terms.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::names::channel::{DataOf, ToChannel};

use super::batch::Batch;
use super::error::PublisherError;
use super::request::Request;

/// The environment's variable with the API's URL.
pub(crate) const URL: &str = "CENTRIFUGO_API_URL";
/// The environment's variable with the API's key. Centrifugo reads its own `http_api.key` from the same one.
pub(crate) const KEY: &str = "CENTRIFUGO_HTTP_API_KEY";

const DEFAULT_URL: &str = "http://127.0.0.1:8000/api";

/// Publishes, and calls whatever else Centrifugo's server API has, over HTTP.
///
/// Each method makes a [`Request`], which `.await` sends; [`Request::with`] sets its options. Clones share their connections and are
/// cheap. Handlers take it as an argument, if the app was given it by [`App::publisher`](crate::App::publisher); it works without any
/// app, too.
///
/// ```no_run
/// # async fn run() -> Result<(), centrifugo::PublisherError> {
/// let publisher = centrifugo::Publisher::new("http://127.0.0.1:8000/api", "the key in http_api.key")?;
/// publisher.publish("news", &serde_json::json!({ "text": "hi" })).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Publisher {
    client: cent::Client,
    key: Option<Arc<str>>,
}

impl Publisher {
    /// One that calls the API at this base URL (`http://127.0.0.1:8000/api`), with the key that Centrifugo has as `http_api.key`.
    /// Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`cent::Error::InvalidConfig`]: a URL that isn't one, or that has a method's name at its end; a key that can't be a header.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Result<Self, PublisherError> {
        let key: String = key.into();
        let client = cent::Client::new(cent::Config::new(url).api_key(key.as_str()))?;
        Ok(Self { client, key: Some(key.into()) })
    }

    /// One as the environment says.
    ///
    /// | environment | meaning | default |
    /// |---|---|---|
    /// | `CENTRIFUGO_HTTP_API_KEY` | the API's key; Centrifugo itself reads its `http_api.key` from a variable of that name | must be set |
    /// | `CENTRIFUGO_API_URL` | the API's base URL | `http://127.0.0.1:8000/api` |
    ///
    /// # Errors
    ///
    /// [`PublisherError::NoKey`], and as [`new`](Self::new).
    pub fn from_env() -> Result<Self, PublisherError> {
        let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let key = given(KEY).ok_or(PublisherError::NoKey)?;
        Self::new(given(URL).unwrap_or_else(|| DEFAULT_URL.to_owned()), key)
    }

    /// Publishes to a channel. The data is anything that serde writes, as JSON; for a [typed channel](macro@crate::channel) that says
    /// `data = Message` it is a `Message`, and anything else doesn't compile.
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
    /// Unless all of them got it, the error is [`cent::Error::BroadcastFailedChannels`], with the outcome of each.
    pub fn broadcast<C, T>(&self, channels: impl IntoIterator<Item = C>, data: &T) -> Request<cent::BroadcastRequest>
    where
        C: ToChannel,
        T: Serialize + DataOf<C> + ?Sized,
    {
        let channels: Result<Vec<_>, _> = channels.into_iter().map(name).collect();
        let broadcast = |channels: Vec<String>| Ok(cent::BroadcastRequest::new(channels).data(cent::json(data)?));
        Request::new(&self.client, channels.and_then(broadcast))
    }

    /// Subscribes a user's connections to a channel, without asking the app or the client: a server-side subscription.
    pub fn subscribe(&self, user: impl ToString, channel: impl ToChannel) -> Request<cent::SubscribeRequest> {
        let subscribe = |channel: String| cent::SubscribeRequest::new(channel).user(user.to_string());
        Request::new(&self.client, name(channel).map(subscribe))
    }

    /// Ends a user's subscriptions to a channel: SDKs don't subscribe again.
    pub fn unsubscribe(&self, user: impl ToString, channel: impl ToChannel) -> Request<cent::UnsubscribeRequest> {
        let unsubscribe = |channel: String| cent::UnsubscribeRequest::new(channel).user(user.to_string());
        Request::new(&self.client, name(channel).map(unsubscribe))
    }

    /// Closes a user's connections; [`because`](Request::because) says why, and `.with(|disconnect| disconnect.client(id))` picks one of
    /// them. The user of anonymous connections is empty, and all of them are meant then.
    pub fn disconnect(&self, user: impl ToString) -> Request<cent::DisconnectRequest> {
        Request::new(&self.client, Ok(cent::DisconnectRequest::new().user(user.to_string())))
    }

    /// Moves the expiry of a user's connections (`.with(|refresh| refresh.expire_at(..))`, in seconds since 1970), or closes them
    /// as expired (`.with(|refresh| refresh.expired(true))`): SDKs come back at once then, and `connect` is asked.
    pub fn refresh(&self, user: impl ToString) -> Request<cent::RefreshRequest> {
        Request::new(&self.client, Ok(cent::RefreshRequest::new().user(user.to_string())))
    }

    /// Who is subscribed to a channel, by connection. Its namespace has `presence` on; else it is error 108 "not available".
    pub fn presence(&self, channel: impl ToChannel) -> Request<cent::PresenceRequest> {
        Request::new(&self.client, name(channel).map(cent::PresenceRequest::new))
    }

    /// How many connections and users are subscribed to a channel. Its namespace has `presence` on, as for [`presence`](Self::presence).
    pub fn presence_stats(&self, channel: impl ToChannel) -> Request<cent::PresenceStatsRequest> {
        Request::new(&self.client, name(channel).map(cent::PresenceStatsRequest::new))
    }

    /// A channel's history: by default only where it ends, with publications by `.with(|history| history.limit(10))` (-1: all that
    /// are kept). Its namespace has `history_size` and `history_ttl`; else it is error 108 "not available".
    pub fn history(&self, channel: impl ToChannel) -> Request<cent::HistoryRequest> {
        Request::new(&self.client, name(channel).map(cent::HistoryRequest::new))
    }

    /// Forgets the publications of a channel; its offsets go on from where they are.
    pub fn history_remove(&self, channel: impl ToChannel) -> Request<cent::HistoryRemoveRequest> {
        Request::new(&self.client, name(channel).map(cent::HistoryRemoveRequest::new))
    }

    /// The channels that somebody is subscribed to, all of them, or those that match Centrifugo's glob
    /// (`.with(|channels| channels.pattern("chat:*"))`). For debugging: it asks every node for everything.
    pub fn channels(&self) -> Request<cent::ChannelsRequest> {
        Request::new(&self.client, Ok(cent::ChannelsRequest::new()))
    }

    /// The nodes of Centrifugo that run: their versions, and how many clients, users and channels they have.
    pub fn info(&self) -> Request<cent::InfoRequest> {
        Request::new(&self.client, Ok(cent::InfoRequest::new()))
    }

    /// Calls to be sent together, and carried out one by one.
    pub fn batch(&self) -> Batch {
        Batch::new(&self.client, cent::BatchOptions::default())
    }

    /// Calls to be sent together, and carried out in any order.
    pub fn parallel_batch(&self) -> Batch {
        Batch::new(&self.client, cent::BatchOptions::default().parallel(true))
    }

    /// The same publisher, whose calls fail after this time; it is 10 s without.
    ///
    /// Centrifugo waits 1 s for a handler: one that publishes had better give up sooner.
    #[must_use]
    pub fn timeout(&self, timeout: Duration) -> Self {
        Self { client: self.client.with_timeout(timeout), key: self.key.clone() }
    }

    /// `cent`'s client, for whatever this type has no method for: maps, broadcasts with retries, Centrifugo PRO.
    pub fn client(&self) -> &cent::Client {
        &self.client
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// One with settings of your own: headers, an HTTP client, automatic batches. The app doesn't know its key, so the generated
/// configuration has none.
impl From<cent::Client> for Publisher {
    fn from(client: cent::Client) -> Self {
        Self { client, key: None }
    }
}

// Without the key.
impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").finish_non_exhaustive()
    }
}

fn name(channel: impl ToChannel) -> Result<String, PublisherError> {
    Ok(channel.to_channel()?.into_string())
}
