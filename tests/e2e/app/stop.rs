//! The stop of an app: calls that run may finish within the drain timeout.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use centrifugo::{App, ProxyService, State, handlers};
use centrifugo_tests::wire::{burst, call, connection, error_code, message, text};
use centrifugo_tests::{LiveCount, Logs, PATIENCE, Peer, Stage, peer};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tower::ServiceExt;

use crate::shared;

/// Notified when a handler has begun.
type Begun = Arc<Notify>;

#[centrifugo::rpc("ping", collect = false)]
async fn ping() {}

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

/// A layer in which calls wait before their handlers run.
#[tokio::test]
async fn a_call_that_waits_in_a_tower_layer_is_answered_before_the_app_ends() {
    let begun = Begun::default();
    let wait = tower::layer::layer_fn({
        let begun = begun.clone();
        move |service: ProxyService| {
            let begun = begun.clone();
            tower::service_fn(move |request: http::Request<tonic::body::Body>| {
                let (service, begun) = (service.clone(), begun.clone());
                async move {
                    begun.notify_one();
                    // Longer than an idle connection is kept open.
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    service.oneshot(request).await
                }
            })
        }
    });
    let app = App::empty().handlers(handlers![ping]).layer(wait);
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let (address, request) = (server.local_addr(), message("RPCRequest", &[("method", text("ping"))]));
    let running = tokio::spawn(async move { call(address, "RPC", &request).await });
    let logs = Logs::keep();
    server.serve_until(begun.notified()).await.expect("a good end");
    assert!(logs.text().contains("stopping: 1 handlers are at work"), "{}", logs.text());
    let answer = running.await.expect("a call").expect("an answer");
    assert_eq!(error_code(&answer), None);
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_delay_the_stop() {
    let begun = Begun::default();
    let app = App::empty().handlers(handlers![endless]).state(begun.clone()).drain_timeout(Duration::from_millis(100));
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let (address, request) = (server.local_addr(), message("RPCRequest", &[("method", text("endless"))]));
    let running = tokio::spawn(async move { call(address, "RPC", &request).await });
    let logs = Logs::keep();
    server.serve_until(begun.notified()).await.expect("an end");
    assert!(logs.text().contains("1 handlers are still at work"), "{}", logs.text());
    logs.line(&["WARN", "handler=\"endless\"", "the app stopped before the handler returned"]).await;
    assert!(!logs.text().contains("caller"), "the caller still waits:\n{}", logs.text());
    running.await.expect("a call").expect_err("no answer");
}

#[centrifugo::rpc("held", collect = false)]
async fn held(State(begun): State<Begun>, State(live): State<LiveCount>) {
    let _alive = live.guard();
    begun.notify_one();
    std::future::pending().await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_handler_is_left_when_serving_has_ended() {
    let (begun, live) = (Begun::default(), LiveCount::default());
    let app = App::empty().handlers(handlers![held]).state(begun.clone()).state(live.clone());
    let app = app.drain_timeout(Duration::from_millis(50)).error_handler(async |_| std::future::pending().await);
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let (address, request) = (server.local_addr(), message("RPCRequest", &[("method", text("held"))]));
    let running = tokio::spawn(async move { call(address, "RPC", &request).await });
    server.serve_until(begun.notified()).await.expect("an end");
    assert_eq!(live.now(), 0);
    running.await.expect("a call").expect_err("no answer");
}

#[centrifugo::rpc("brief", collect = false)]
async fn brief(State(calls): State<Arc<AtomicUsize>>) {
    calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// One worker, and a peer that always has 300 calls in flight.
#[tokio::test]
async fn a_connection_that_always_has_another_call_sees_the_stop() {
    let calls = Arc::new(AtomicUsize::new(0));
    let app = App::empty().handlers(handlers![brief]).state(Arc::clone(&calls)).drain_timeout(2 * PATIENCE);
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let request = message("RPCRequest", &[("method", text("brief"))]);
    let answered = Arc::new(AtomicUsize::new(0));
    let (enough, count) = (Begun::default(), Arc::clone(&answered));
    let reached = Arc::clone(&enough);
    let busy = tokio::spawn(async move {
        let connection = connection(address).await;
        let mut calls = burst(&connection, "RPC", &request, 300);
        let mut refused = Vec::new();
        while let Some(call) = calls.join_next().await {
            match call.expect("no panic") {
                Ok(_) => {
                    if count.fetch_add(1, Ordering::SeqCst) == 1000 {
                        reached.notify_one();
                    }
                    let mut next = burst(&connection, "RPC", &request, 1);
                    calls.spawn(async move { next.join_next().await.expect("a call").expect("no panic") });
                }
                Err(status) => refused.push(status),
            }
        }
        refused
    });
    timeout(PATIENCE, server.serve_until(enough.notified()))
        .await
        .expect("an end before the drain is over")
        .expect("an end");
    let refused = timeout(PATIENCE, busy).await.expect("an end").expect("no panic");
    // The app has not accepted the others, as its connection was ending.
    assert_eq!(answered.load(Ordering::SeqCst), calls.load(Ordering::SeqCst), "{refused:?}");
}

#[tokio::test]
async fn a_silent_peer_does_not_delay_the_stop() {
    let app = App::empty().handlers(handlers![shared::connect]).drain_timeout(2 * PATIENCE);
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
    let silent = TcpStream::connect(address).await.expect("a connection");
    // The app has accepted it when it responds on a later one.
    call(address, "Connect", &message("ConnectRequest", &[])).await.expect("an answer");
    stop.send(()).expect("an app");
    let ended = timeout(PATIENCE, app).await.expect("an end before the drain is over");
    ended.expect("no panic").expect("a good end");
    drop(silent);
}

/// Calls `ping` on a connection to an app that stops.
async fn is_served(mut peer: Peer) {
    let response = peer.call(peer::request("RPC"), &peer::rpc("ping", b"")).await.expect("a response");
    assert_eq!(response.status, Some(0), "{response:?}");
}

/// The system has accepted it, so its peer takes it for open.
#[tokio::test]
async fn a_connection_that_waits_to_be_accepted_when_the_app_stops_is_served() {
    let server = App::empty().handlers(handlers![ping]).listen("127.0.0.1:0").bind().await.expect("an app");
    let peer = Peer::connect(server.local_addr()).await;
    let (end, ()) = tokio::join!(server.serve_until(std::future::ready(())), is_served(peer));
    end.expect("a good end");
}

#[tokio::test]
async fn an_app_goes_on_for_its_stop_delay() {
    let app = App::empty().handlers(handlers![ping]).stop_delay(Duration::from_millis(500));
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let logs = Logs::keep();
    let calls = async {
        logs.line(&["INFO", "not serving"]).await;
        is_served(Peer::connect(address).await).await;
        assert!(!logs.text().contains("stopping"), "{}", logs.text());
    };
    let (end, ()) = tokio::join!(server.serve_until(std::future::ready(())), calls);
    end.expect("a good end");
}

#[tokio::test]
async fn a_connection_whose_handshake_has_not_ended_when_the_app_stops_is_served() {
    let server = App::empty().handlers(handlers![ping]).listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let logs = Logs::keep();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
    let socket = TcpStream::connect(address).await.expect("a connection");
    // The app has accepted it when it responds on a later one.
    is_served(Peer::connect(address).await).await;
    stop.send(()).expect("an app");
    logs.line(&["stopping"]).await;
    is_served(Peer::over(socket, &h2::client::Builder::new()).await.expect("an open connection")).await;
    app.await.expect("no panic").expect("a good end");
}

#[tokio::test]
async fn clients_stay_when_the_app_goes() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, slow]).state(Begun::default())).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("slow", Value::Null).await, Ok(json!("done")));
    let (centrifugo, logs) = stage.stop_app().await;
    assert_eq!(client.rpc("slow", Value::Null).await.expect_err("no app").code, 100);
    assert!(client.settled().await.seen("disconnected").is_empty());
    assert!(logs.text().contains("stopped"));
    centrifugo.stop().await;
}
