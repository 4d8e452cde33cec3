//! A secret that is replaced while Centrifugo goes on calling: the steps of `runtime/docs/operations.md`.

use std::net::SocketAddr;
use std::time::Duration;

use centrifugo::{App, StartError, handlers};
use centrifugo_server::Centrifugo;
use centrifugo_tests::wire::{call_with, message, text};
use centrifugo_tests::{Client, Logs};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::metadata::{MetadataMap, MetadataValue};

use crate::shared;

const NAME: &str = "x-centrifugo-secret";

/// An app that serves, with these secrets.
struct Running {
    address: SocketAddr,
    config: Value,
    stop: oneshot::Sender<()>,
    app: JoinHandle<Result<(), StartError>>,
}

impl Running {
    async fn start(address: &str, secrets: &[&str]) -> Self {
        let app = App::empty().handlers(handlers![shared::connect, shared::ping]).secrets(NAME, secrets.iter().copied());
        let server = app.listen(address).bind().await.expect("an app that can start");
        let (address, config) = (server.local_addr(), server.centrifugo_config());
        let (stop, stopped) = oneshot::channel();
        let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
        Self { address, config, stop, app }
    }

    async fn restarted(self, secrets: &[&str]) -> Self {
        let address = self.address.to_string();
        self.stop().await;
        Self::start(&address, secrets).await
    }

    async fn stop(self) {
        drop(self.stop);
        self.app.await.expect("an app that doesn't panic").expect("a good end");
    }

    /// A Centrifugo with the app's configuration.
    async fn centrifugo(&self) -> Centrifugo {
        Centrifugo::start(self.config.clone()).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

async fn connected(centrifugo: &Centrifugo) -> Client {
    let mut client = Client::open(&centrifugo.websocket_url(), json!({})).await;
    client.call("connect", json!({})).await.expect("a client that can try");
    client.event("connected").await;
    client
}

/// Calls until Centrifugo has connected to the app that has just restarted.
async fn answered(client: &mut Client) {
    while client.rpc("ping", Value::Null).await != Ok(json!("pong")) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_refused_call() {
    let logs = Logs::keep();
    let app = Running::start("127.0.0.1:0", &["the old one"]).await;
    let old = app.centrifugo().await;
    let mut of_old = connected(&old).await;
    answered(&mut of_old).await;

    // 1. The app accepts both, and its configuration has the new one.
    let app = app.restarted(&["the new one", "the old one"]).await;
    answered(&mut of_old).await;
    // 2. Each Centrifugo receives that configuration, one after the other.
    let new = app.centrifugo().await;
    let mut of_new = connected(&new).await;
    for client in [&mut of_old, &mut of_new] {
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    }
    old.stop().await;
    // 3. The app accepts the new one alone.
    let app = app.restarted(&["the new one"]).await;
    answered(&mut of_new).await;
    assert!(!logs.text().contains("refused"), "{}", logs.text());

    let mut metadata = MetadataMap::new();
    metadata.insert(NAME, MetadataValue::from_static("the old one"));
    let request = message("RPCRequest", &[("method", text("ping"))]);
    let status = call_with(app.address, "RPC", metadata, &request).await.expect_err("a status");
    assert_eq!(status.code(), Code::Unauthenticated);
    app.stop().await;
    new.stop().await;
}
