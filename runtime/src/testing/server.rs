//! The test server: an app with its own engine on a free port.

use std::fmt;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

#[cfg(feature = "api")]
use crate::api::Publisher;
use crate::app::App;
use crate::app::standalone::RunningStandalone;
use crate::error::StartError;

/// An app with its own engine on a free port of 127.0.0.1, to which a test connects with the SDK of a real client. There is
/// no other process. Needs the feature `standalone`.
///
/// `Centrifugo` of the crate [`centrifugo-server`](https://docs.rs/centrifugo-server) has the same methods, so that a test of
/// the same lines runs with a real Centrifugo.
///
/// ```
/// use centrifugo::testing::TestServer;
/// use centrifugo::{App, Connected, handlers};
///
/// #[centrifugo::connect(collect = false)]
/// async fn connect() -> Connected {
///     Connected::anonymous()
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), centrifugo::StartError> {
/// let server = TestServer::start(App::empty().handlers(handlers![connect])).await?;
/// assert!(server.websocket_url().starts_with("ws://127.0.0.1:"));
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
///
/// It ends with [`stop`](Self::stop), or when it is dropped.
pub struct TestServer {
    address: SocketAddr,
    running: RunningStandalone,
    served: JoinHandle<Result<(), StartError>>,
    stop: DropGuard,
}

impl TestServer {
    /// Starts the app's engine, and serves it in a task. The app has no settings of the operator, which differ between
    /// machines, and `http_server.address` and `http_server.port` of its configuration have no effect.
    ///
    /// # Errors
    ///
    /// As [`Standalone::bind`](crate::Standalone::bind).
    pub async fn start(app: App) -> Result<Self, StartError> {
        let server = app.standalone().bind_for_test().await?;
        let (address, running) = (server.local_addr(), server.running().clone());
        let stop = CancellationToken::new();
        let served = tokio::spawn(server.serve_until(stop.clone().cancelled_owned()));
        Ok(Self { address, running, served, stop: stop.drop_guard() })
    }

    /// The address on which it listens, for clients and for the server API.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients: that of the WebSocket.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}{}", self.address, self.running.websocket_path())
    }

    /// The base URL of the server API, as [`Publisher::new`](crate::Publisher::new) expects it. It needs the key of
    /// [`App::publisher`].
    pub fn api_url(&self) -> String {
        format!("http://{}{}", self.address, self.running.api_path())
    }

    /// A publisher for the test, which needs neither URL nor key. Needs the feature `api`.
    #[cfg(feature = "api")]
    pub fn publisher(&self) -> Publisher {
        self.running.publisher()
    }

    /// Centrifugo's configuration, by which the engine runs.
    pub fn centrifugo_config(&self) -> &Value {
        self.running.centrifugo_config()
    }

    /// Stops the engine as an operator would, and waits for its end: clients are closed with 3001.
    pub async fn stop(self) {
        drop(self.stop);
        // A task that has panicked has ended, too.
        drop(self.served.await);
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("address", &self.address).finish_non_exhaustive()
    }
}
