#![doc = include_str!("../../docs/testing.md")]

mod call;
mod outcome;
mod production;
mod request;

use std::fmt;
use std::sync::Arc;

use self::production::Production;
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

/// An app that is called in the test's own process: its routing, interceptors, extractors, handlers and replies, without a socket.
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
    production: Production,
}

impl TestApp {
    /// The app, as it would start.
    ///
    /// # Errors
    ///
    /// As [`App::into_service`]: what is wrong with the handlers, all at once.
    pub fn new(app: App) -> Result<Self, StartError> {
        let (dispatch, config) = app.into_dispatch()?;
        Ok(Self { dispatch, production: Production(config.generate("grpc://127.0.0.1:10001")) })
    }

    /// A client connects.
    pub fn connect(&self) -> TestCall<'_, Connect> {
        TestCall::new(self)
    }

    /// A connection is about to expire.
    pub fn refresh(&self) -> TestCall<'_, Refresh> {
        TestCall::new(self)
    }

    /// A client subscribes to the channel.
    pub fn subscribe(&self, channel: impl Into<String>) -> TestCall<'_, Subscribe> {
        TestCall::new(self).channel(channel.into())
    }

    /// A client publishes to the channel: `null`, unless the call is given data.
    pub fn publish(&self, channel: impl Into<String>) -> TestCall<'_, Publish> {
        TestCall::new(self).channel(channel.into()).raw_data("null")
    }

    /// A subscription to the channel is about to expire.
    pub fn sub_refresh(&self, channel: impl Into<String>) -> TestCall<'_, SubRefresh> {
        TestCall::new(self).channel(channel.into())
    }

    /// A client calls the method.
    pub fn rpc(&self, method: impl Into<String>) -> TestCall<'_, Rpc> {
        TestCall::new(self).method(method.into())
    }

    /// A client sets the key of the map channel: to `null`, unless the call is given data.
    pub fn map_publish(&self, channel: impl Into<String>, key: impl Into<String>) -> TestCall<'_, MapPublish> {
        TestCall::new(self).channel(channel.into()).key(key.into()).raw_data("null")
    }

    /// A client removes the key of the map channel.
    pub fn map_remove(&self, channel: impl Into<String>, key: impl Into<String>) -> TestCall<'_, MapRemove> {
        TestCall::new(self).channel(channel.into()).key(key.into())
    }

    /// Centrifugo polls keys of the channel: those that the call is given.
    pub fn shared_poll(&self, channel: impl Into<String>) -> TestCall<'_, SharedPoll> {
        TestCall::new(self).channel(channel.into())
    }

    /// The channel's cache is empty.
    pub fn cache_empty(&self, channel: impl Into<String>) -> TestCall<'_, CacheEmpty> {
        TestCall::new(self).channel(channel.into())
    }

    /// The channel got its first subscriber, or lost its last one.
    pub fn channel_state(&self, channel: impl Into<String>, change: ChannelChange) -> TestCall<'_, ChannelState> {
        TestCall::new(self).channel(channel.into()).change(&change)
    }

    /// A client subscribes to the channel of a stream. Its publications come from [`Opened`].
    pub fn stream(&self, channel: impl Into<String>) -> TestCall<'_, SubscribeStream> {
        TestCall::new(self).channel(channel.into())
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestApp")
    }
}
