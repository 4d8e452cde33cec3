#![doc = include_str!("../../docs/testing.md")]

mod call;
mod centrifugo;
mod outcome;
mod request;
#[cfg(feature = "standalone")]
mod server;

use std::fmt;
use std::sync::Arc;

use self::centrifugo::ConfiguredCentrifugo;
use crate::app::App;
use crate::dispatch::Dispatch;
use crate::error::StartError;
use crate::event::draft::Drafted;
use crate::event::{self, ChannelChange, ChannelState, SubscribeStream, for_each_unary_event};

pub use call::TestCall;
pub use outcome::{Opened, Outcome, Reply};
pub use request::TestEvent;
#[cfg(feature = "standalone")]
pub use server::TestServer;

#[doc(no_inline)]
pub use crate::wire::{NotifyChannelStateResult, Publication, SharedPollRefreshResultItem, SubscribeOptions};

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

    /// Calls the app for the event [`ChannelState`].
    ///
    /// A channel gets its first subscriber, or loses its last one (Centrifugo PRO).
    pub fn channel_state(&self, channel: impl Into<String>, change: ChannelChange) -> TestCall<'_, ChannelState> {
        TestCall::new(self, "").channel(channel.into()).change(&change)
    }

    /// Calls the app for the event [`SubscribeStream`]. [`Opened`] returns the stream's publications.
    ///
    /// A client subscribes to a stream.
    pub fn stream(&self, channel: impl Into<String>) -> TestCall<'_, SubscribeStream> {
        TestCall::new(self, "").channel(channel.into())
    }
}

macro_rules! calls {
    ($(
        $(#[$doc:meta])*
        $name:ident($($argument:ident),*) -> $result:ident: $kind:ident($event:ident) unary $types:tt;
    )*) => {
        #[doc(no_inline)]
        pub use crate::wire::{$($result),*};

        /// Calls for the events with one request and one response.
        impl TestApp {
            $(
                #[doc = concat!("Calls the app for the event [`", stringify!($event), "`](crate::", stringify!($event), ").")]
                ///
                $(#[$doc])*
                pub fn $name(&self, $($argument: impl Into<String>),*) -> TestCall<'_, event::$event> {
                    TestCall::new(self, <event::$event as Drafted>::NO_DATA)$(.$argument($argument.into()))*
                }
            )*
        }
    };
}

for_each_unary_event!(calls);

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestApp")
    }
}
