//! An app without a Centrifugo, for tests that call it themselves.

use std::net::SocketAddr;

use centrifugo::App;
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::wire;

/// An app that serves on a free port, without a Centrifugo, until this is dropped.
#[derive(Debug)]
pub struct LoneApp {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl LoneApp {
    /// Starts the app.
    ///
    /// # Panics
    ///
    /// If the app can't start.
    pub async fn start(app: App) -> Self {
        let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
        let address = server.local_addr();
        let serving = tokio::spawn(async { server.serve_until(std::future::pending()).await.expect("an app that goes on") });
        Self { address, serving }
    }

    /// The app's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection for many calls.
    pub async fn connection(&self) -> Channel {
        wire::connection(self.address).await
    }
}

impl Drop for LoneApp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
