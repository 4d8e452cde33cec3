//! An app that serves, and a Centrifugo that calls it.

use std::net::SocketAddr;

use centrifugo::{App, StartError};
use centrifugo_server::Centrifugo;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Client, Logs, eventually};

/// An app, and a real Centrifugo that runs with exactly the configuration that the app generates.
#[derive(Debug)]
pub struct Stage {
    /// The app's log.
    pub logs: Logs,
    /// The Centrifugo.
    pub centrifugo: Centrifugo,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    app: JoinHandle<Result<(), StartError>>,
}

impl Stage {
    /// Starts both, on free ports.
    ///
    /// # Panics
    ///
    /// If one of them doesn't start.
    pub async fn start(app: App) -> Self {
        let logs = Logs::keep();
        let server = app.listen("127.0.0.1:0").bind().await.expect("an app that can start");
        let config = server.centrifugo_config();
        let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
        let (address, metrics) = (server.local_addr(), server.metrics_addr());
        let (stop, stopped) = oneshot::channel();
        let app = tokio::spawn(server.serve_until(async {
            // A dropped sender stops it, too.
            drop(stopped.await);
        }));
        Self { logs, centrifugo, address, metrics, stop, app }
    }

    /// The address on which the app listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address on which the app serves its metrics.
    ///
    /// # Panics
    ///
    /// If it serves none.
    pub fn metrics(&self) -> SocketAddr {
        self.metrics.expect("an app that serves metrics")
    }

    /// A client of the JavaScript SDK that speaks JSON and connects with this data.
    pub async fn client(&self, data: Value) -> Client {
        self.client_with(json!({ "data": data })).await
    }

    /// A client of the JavaScript SDK with the SDK's options, and two more: `protobuf`, and `httpHeaders`.
    pub async fn client_with(&self, options: Value) -> Client {
        let mut client = Client::open(&self.centrifugo.websocket_url(), options).await;
        client.call("connect", json!({})).await.expect("a client that can try");
        client
    }

    /// A client that is connected.
    pub async fn connected(&self, data: Value) -> Client {
        let mut client = self.client(data).await;
        client.event("connected").await;
        client
    }

    /// Waits until Centrifugo's log has this text.
    pub async fn centrifugo_logs(&self, text: &str) {
        let log = || self.centrifugo.log();
        eventually(|| log().contains(text).then_some(()), || format!("no `{text}` in:\n{}", log())).await;
    }

    /// Stops both. Returns the app's log.
    pub async fn stop(self) -> String {
        let (centrifugo, logs) = self.stop_app().await;
        centrifugo.stop().await;
        logs.text()
    }

    /// Stops the app, and leaves Centrifugo alone.
    ///
    /// # Panics
    ///
    /// If the app ended in any other way.
    pub async fn stop_app(self) -> (Centrifugo, Logs) {
        drop(self.stop);
        self.app.await.expect("an app that doesn't panic").expect("an app that ends well");
        (self.centrifugo, self.logs)
    }
}
