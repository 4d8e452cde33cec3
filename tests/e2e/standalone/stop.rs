//! The stop of an app with its own engine.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use centrifuge::{Client, ClientEvent};
use centrifugo::{App, State, handlers};
use centrifugo_tests::{LiveCount, Logs, PATIENCE};
use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{connected, start};
use crate::shared;

type Begun = Arc<Notify>;

#[centrifugo::rpc("slow", collect = false)]
async fn slow(State(begun): State<Begun>, State(live): State<LiveCount>) {
    let _alive = live.guard();
    begun.notify_one();
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[centrifugo::rpc("endless", collect = false)]
async fn endless(State(begun): State<Begun>, State(live): State<LiveCount>) {
    let _alive = live.guard();
    begun.notify_one();
    std::future::pending().await
}

#[centrifugo::stream("ticks:<_>", collect = false)]
async fn ticks(State(live): State<LiveCount>) -> impl Stream<Item = u8> {
    let alive = live.guard();
    stream::iter([1]).chain(stream::pending()).map(move |tick| {
        let _ = &alive;
        tick
    })
}

fn app(begun: &Begun, live: &LiveCount) -> App {
    App::empty()
        .handlers(handlers![shared::connect, slow, endless, ticks])
        .state(begun.clone())
        .state(live.clone())
        .centrifugo(json!({ "rpc": { "proxy": { "timeout": "60s" } } }))
}

/// The code with which a client is disconnected next.
async fn lost(client: &Client) -> u32 {
    let mut events = client.events();
    let lost = async {
        loop {
            match events.next().await.expect("an event") {
                ClientEvent::Connecting(event) => return event.code,
                ClientEvent::Disconnected(event) => return event.code,
                _ => {}
            }
        }
    };
    timeout(PATIENCE, lost).await.expect("an end in time")
}

#[tokio::test]
async fn the_stop_ends_streams_closes_clients_with_3001_and_waits_for_calls() {
    let (begun, live, logs) = (Begun::default(), LiveCount::default(), Logs::keep());
    let server = start(app(&begun, &live)).await;
    let client = connected(server.websocket_url()).await;
    let subscription = client.new_subscription("ticks:1").build().expect("a subscription");
    let mut publications = subscription.publications();
    subscription.subscribe();
    publications.next().await.expect("a publication");
    let caller = client.clone();
    tokio::spawn(async move { drop(caller.rpc("slow", "").await) });
    begun.notified().await;
    let (code, ()) = tokio::join!(lost(&client), server.stop());
    assert_eq!(code, 3001);
    assert_eq!(live.now(), 0, "{}", logs.text());
    assert!(logs.text().contains("stopped\n"), "{}", logs.text());
    assert!(!logs.text().contains("WARN centrifugo::"), "{}", logs.text());
    client.close().await;
}

#[tokio::test]
async fn a_call_that_never_ends_is_dropped_after_the_drain_timeout() {
    let (begun, live, logs) = (Begun::default(), LiveCount::default(), Logs::keep());
    let server = start(app(&begun, &live).drain_timeout(Duration::from_millis(200))).await;
    let client = connected(server.websocket_url()).await;
    let caller = client.clone();
    tokio::spawn(async move { drop(caller.rpc("endless", "").await) });
    begun.notified().await;
    server.stop().await;
    assert_eq!(live.now(), 0);
    assert!(logs.text().contains("the time is over, and 1 handlers are still at work"), "{}", logs.text());
    client.close().await;
}

#[tokio::test]
async fn an_incomplete_request_does_not_hold_up_the_stop() {
    let server = start(app(&Begun::default(), &LiveCount::default())).await;
    let mut peer = TcpStream::connect(server.address()).await.expect("a connection");
    peer.write_all(b"POST /api/info HTTP/1.1\r\ncontent-le").await.expect("a request that is read");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_dropped_test_server_closes_its_clients_too() {
    let server = start(app(&Begun::default(), &LiveCount::default())).await;
    let client = connected(server.websocket_url()).await;
    drop(server);
    assert_eq!(lost(&client).await, 3001);
    client.close().await;
}

/// Serves an app beside a page, by axum, until the signal. Returns the URL for clients.
async fn serve_in_axum(app: App, signal: impl Future<Output = ()> + Send + 'static) -> (String, JoinHandle<io::Result<()>>) {
    let live = app.standalone().start().expect("an engine");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ws://{}{}", listener.local_addr().expect("an address"), live.websocket_path());
    let pages = axum::Router::new().route("/", axum::routing::get(async || "a page")).merge(live.router());
    (url, tokio::spawn(axum::serve(listener, pages).with_graceful_shutdown(live.stop_on(signal)).into_future()))
}

#[tokio::test]
async fn axums_graceful_shutdown_waits_for_clients_and_calls() {
    let (begun, live) = (Begun::default(), LiveCount::default());
    let (stop, stopped) = oneshot::channel::<()>();
    let (url, served) = serve_in_axum(app(&begun, &live), async { drop(stopped.await) }).await;
    let client = connected(url).await;
    let subscription = client.new_subscription("ticks:1").build().expect("a subscription");
    let mut publications = subscription.publications();
    subscription.subscribe();
    publications.next().await.expect("a publication");
    let caller = client.clone();
    tokio::spawn(async move { drop(caller.rpc("slow", "").await) });
    begun.notified().await;
    drop(stop);
    let (code, served) = tokio::join!(lost(&client), timeout(PATIENCE, served));
    served.expect("an end in time").expect("a task").expect("a good end");
    assert_eq!((code, live.now()), (3001, 0));
    client.close().await;
}

/// The status of the health check.
async fn health(address: SocketAddr) -> String {
    let mut peer = TcpStream::connect(address).await.expect("a connection");
    peer.write_all(b"GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("a request");
    let mut response = String::new();
    peer.read_to_string(&mut response).await.expect("a response");
    response.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn during_the_stop_delay_clients_connect_and_the_health_check_reports_503() {
    let server = start(app(&Begun::default(), &LiveCount::default()).stop_delay(Duration::from_secs(2))).await;
    let (address, url) = (server.address(), server.websocket_url());
    assert_eq!(health(address).await, "200");
    let stopping = tokio::spawn(server.stop());
    let begun = Instant::now();
    while health(address).await != "503" {
        assert!(begun.elapsed() < PATIENCE, "the health check reports no stop");
    }
    let late = connected(url).await;
    assert_eq!(lost(&late).await, 3001);
    stopping.await.expect("a stop");
    late.close().await;
}
