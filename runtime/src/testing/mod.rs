#![doc = include_str!("../../docs/testing.md")]

mod call;
mod centrifugo;
mod outcome;
mod request;

use std::fmt;
use std::sync::Arc;

use self::centrifugo::ConfiguredCentrifugo;
use crate::app::App;
use crate::dispatch::Dispatch;
use crate::error::StartError;
use crate::event::{
    CacheEmpty, ChannelChange, ChannelState, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};

pub use call::TestCall;
pub use outcome::{Opened, Outcome, Reply};
pub use request::TestEvent;

#[doc(no_inline)]
pub use crate::wire::{
    ConnectResult, MapPublishResult, MapRemoveResult, NotifyCacheEmptyResult, NotifyChannelStateResult, Publication,
    PublishResult, RefreshResult, RpcResult, SharedPollRefreshResult, SharedPollRefreshResultItem, SubRefreshResult,
    SubscribeOptions, SubscribeResult,
};

/// An app in the test's own process, which the test calls instead of Centrifugo: with its routing, interceptors, extractors,
/// handlers and replies, and without a socket.
///
/// ```standalone_crate
/// use centrifugo::testing::TestApp;
/// use centrifugo::{App, Connected, Data};
/// use serde_json::json;
///
/// #[centrifugo::connect]
/// async fn connect(Data(name): Data<String>) -> Connected {
///     Connected::user(name).subscribe("news")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), centrifugo::StartError> {
/// let app = TestApp::new(App::new())?;
/// let connected = app.connect().data(json!("ann")).await;
/// assert_eq!(connected.reply().user, "ann");
/// assert_eq!(connected.reply().channels, ["news"]);
///
/// let refused = app.connect().data(json!(42)).await;
/// assert_eq!(refused.error().code(), 400);
/// # Ok(())
/// # }
/// ```
pub struct TestApp {
    dispatch: Arc<Dispatch>,
    centrifugo: ConfiguredCentrifugo,
}

impl TestApp {
    /// Checks and builds the app, as its start would.
    ///
    /// # Errors
    ///
    /// As [`App::into_service`]: every conflict at once.
    pub fn new(app: App) -> Result<Self, StartError> {
        let (dispatch, config) = app.into_dispatch()?;
        Ok(Self { dispatch, centrifugo: ConfiguredCentrifugo(config.generate("grpc://127.0.0.1:10001")) })
    }

    /// Calls the app for a client that connects.
    pub fn connect(&self) -> TestCall<'_, Connect> {
        TestCall::new(self)
    }

    /// Calls the app for a connection that is about to expire.
    pub fn refresh(&self) -> TestCall<'_, Refresh> {
        TestCall::new(self)
    }

    /// Calls the app for a client that subscribes to the channel.
    pub fn subscribe(&self, channel: impl Into<String>) -> TestCall<'_, Subscribe> {
        TestCall::new(self).channel(channel.into())
    }

    /// Calls the app for a client that publishes to the channel: `null`, unless the call has [data](TestCall::data).
    pub fn publish(&self, channel: impl Into<String>) -> TestCall<'_, Publish> {
        TestCall::new(self).channel(channel.into()).raw_data("null")
    }

    /// Calls the app for a subscription to the channel that is about to expire.
    pub fn sub_refresh(&self, channel: impl Into<String>) -> TestCall<'_, SubRefresh> {
        TestCall::new(self).channel(channel.into())
    }

    /// Calls the app for a client that calls the method.
    pub fn rpc(&self, method: impl Into<String>) -> TestCall<'_, Rpc> {
        TestCall::new(self).method(method.into())
    }

    /// Calls the app for a client that sets the key of the map channel: to `null`, unless the call has
    /// [data](TestCall::data).
    pub fn map_publish(&self, channel: impl Into<String>, key: impl Into<String>) -> TestCall<'_, MapPublish> {
        TestCall::new(self).channel(channel.into()).key(key.into()).raw_data("null")
    }

    /// Calls the app for a client that removes the key of the map channel.
    pub fn map_remove(&self, channel: impl Into<String>, key: impl Into<String>) -> TestCall<'_, MapRemove> {
        TestCall::new(self).channel(channel.into()).key(key.into())
    }

    /// Calls the app for a poll of the channel's keys, which [`TestCall::item`] adds.
    pub fn shared_poll(&self, channel: impl Into<String>) -> TestCall<'_, SharedPoll> {
        TestCall::new(self).channel(channel.into())
    }

    /// Calls the app for a channel whose cache is empty.
    pub fn cache_empty(&self, channel: impl Into<String>) -> TestCall<'_, CacheEmpty> {
        TestCall::new(self).channel(channel.into())
    }

    /// Calls the app for a channel that got its first subscriber, or lost its last one.
    pub fn channel_state(&self, channel: impl Into<String>, change: ChannelChange) -> TestCall<'_, ChannelState> {
        TestCall::new(self).channel(channel.into()).change(&change)
    }

    /// Calls the app for a client that subscribes to the channel of a stream. [`Opened`] returns the stream's publications.
    pub fn stream(&self, channel: impl Into<String>) -> TestCall<'_, SubscribeStream> {
        TestCall::new(self).channel(channel.into())
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestApp")
    }
}
