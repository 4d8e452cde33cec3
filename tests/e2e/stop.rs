//! The end of an app: calls that run may finish, for as long as it says.

use std::sync::Arc;
use std::time::Duration;

use centrifugo::{App, Connected, State, handlers};
use centrifugo_tests::Stage;
use centrifugo_tests::wire::{call, error_code, message, text};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};

/// Told when a handler has begun.
type Begun = Arc<Notify>;

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7")
}

#[centrifugo::rpc("slow", collect = false)]
async fn slow(State(begun): State<Begun>) -> &'static str {
    begun.notify_one();
    tokio::time::sleep(Duration::from_millis(500)).await;
    "done"
}

#[centrifugo::rpc("endless", collect = false)]
async fn endless(State(begun): State<Begun>) {
    begun.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn a_running_call_is_answered_before_the_app_ends() {
    let begun = Begun::default();
    let app = App::empty().handlers(handlers![slow]).state(begun.clone());
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let (address, request) = (server.local_addr(), message("RPCRequest", &[("method", text("slow"))]));
    let running = tokio::spawn(async move { call(address, "RPC", &request).await });
    server.serve_until(begun.notified()).await.expect("a good end");
    let answer = running.await.expect("a call").expect("an answer");
    assert_eq!(error_code(&answer), None);
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_keep_the_app() {
    let begun = Begun::default();
    let app = App::empty().handlers(handlers![endless]).state(begun.clone()).drain_timeout(Duration::from_millis(100));
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let (address, request) = (server.local_addr(), message("RPCRequest", &[("method", text("endless"))]));
    let running = tokio::spawn(async move { call(address, "RPC", &request).await });
    server.serve_until(begun.notified()).await.expect("an end");
    assert!(!running.is_finished());
    running.abort();
}

#[tokio::test]
async fn a_peer_that_says_nothing_does_not_keep_the_app() {
    let server = App::empty().handlers(handlers![connect]).listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
    let silent = TcpStream::connect(address).await.expect("a connection");
    // The app has it as soon as it answers another one.
    call(address, "Connect", &message("ConnectRequest", &[])).await.expect("an answer");
    stop.send(()).expect("an app");
    let ended = tokio::time::timeout(Duration::from_secs(5), app).await.expect("an end before the drain is over");
    ended.expect("no panic").expect("a good end");
    drop(silent);
}

#[tokio::test]
async fn clients_stay_when_the_app_goes() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, slow]).state(Begun::default())).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("slow", Value::Null).await, Ok(json!("done")));
    let (centrifugo, logs) = stage.stop_app().await;
    assert_eq!(client.rpc("slow", Value::Null).await.expect_err("no app").code, 100);
    assert!(client.settled().await.seen("disconnected").is_empty());
    assert!(logs.text().contains("stopped"));
    centrifugo.stop().await;
}
