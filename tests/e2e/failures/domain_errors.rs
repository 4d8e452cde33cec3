//! An app's own errors, from the handler to the client and the log.

use std::io;

use centrifugo::testing::TestApp;
use centrifugo::{App, Refreshed, Reject, handlers};
use centrifugo_tests::{Logs, Stage, refused};
use serde_json::json;

use crate::shared;

#[derive(Debug, thiserror::Error, Reject)]
enum ShopError {
    #[error("ann's order {0} is not paid")]
    #[reject(402, "pay first")]
    Unpaid(u64),
    #[error("it is Sunday")]
    #[reject(403, "closed")]
    Closed,
    #[error("thrown out by the owner")]
    #[reject(disconnect(4502, "banned"))]
    Banned,
    #[error("the ledger can't be read")]
    #[reject(internal)]
    Ledger(#[from] io::Error),
}

#[centrifugo::rpc("unpaid", collect = false)]
async fn unpaid() -> Result<(), ShopError> {
    Err(ShopError::Unpaid(7))
}

#[centrifugo::rpc("closed", collect = false)]
async fn closed() -> Result<(), Reject> {
    Err(ShopError::Closed)?
}

#[centrifugo::rpc("banned", collect = false)]
async fn banned() -> Result<(), Reject> {
    Err(ShopError::Banned)?
}

#[centrifugo::rpc("ledger", collect = false)]
async fn ledger() -> Result<(), ShopError> {
    Err(io::Error::other("no such page"))?
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Result<Refreshed, ShopError> {
    Err(ShopError::Closed)
}

fn app() -> App {
    App::empty().handlers(handlers![shared::connect, unpaid, closed, banned, ledger, refresh])
}

#[tokio::test]
async fn the_client_receives_what_the_attribute_declares() {
    let stage = Stage::start(app()).await;
    let mut client = stage.connected(json!({})).await;
    for (method, code, message) in
        [("unpaid", 402, "pay first"), ("closed", 403, "closed"), ("ledger", 100, "internal server error")]
    {
        assert_eq!(client.rpc(method, json!(null)).await, refused(code, message));
    }
}

#[tokio::test]
async fn the_log_has_what_the_client_does_not_receive() {
    let logs = Logs::keep();
    let app = TestApp::new(app()).expect("an app that can start");
    for method in ["unpaid", "closed", "banned", "ledger"] {
        assert!(!app.rpc(method).await.is_reply());
    }
    logs.line(&["WARN", "error 402: pay first: ann's order 7 is not paid"]).await;
    logs.line(&["DEBUG", "error 403: closed: it is Sunday"]).await;
    logs.line(&["DEBUG", "disconnect 4502: banned: thrown out by the owner"]).await;
    logs.line(&["ERROR", "internal failure: the ledger can't be read: no such page"]).await;
    assert!(app.refresh().await.failure().contains("it is Sunday"));
    logs.line(&["ERROR", "error 403: closed: not sent, as Centrifugo reads no refusal", "it is Sunday"]).await;
}
