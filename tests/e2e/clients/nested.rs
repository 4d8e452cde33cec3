//! The app's own engine below a path of another router.

use axum::Router;
use axum::routing::get;
use centrifuge::{Client, Protocol};
use centrifugo::{App, Connected, handlers};
use centrifugo_tests::PATIENCE;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann")
}

#[centrifugo::rpc("ping", collect = false)]
async fn ping() -> &'static str {
    "pong"
}

#[tokio::test]
async fn an_engine_serves_clients_below_a_path_beside_pages() {
    let live = App::empty().handlers(handlers![connect, ping]).standalone().start().expect("an engine");
    let router = Router::new().route("/", get(async || "a page")).nest("/live", live.router());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { drop(stopped.await) };
    let server = tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stopped).into_future());

    let (sender, close) = oneshot::channel();
    let mut sender = Some(sender);
    let client = Client::builder(format!("ws://{address}/live/connection/websocket"))
        .protocol(Protocol::Protobuf)
        .on_connecting(move |_, event| {
            if event.code == 3001
                && let Some(sender) = sender.take()
            {
                sender.send(()).expect("a test that waits");
            }
        })
        .build()
        .expect("a client");
    client.connect().expect("a start");
    client.ready(Some(PATIENCE)).await.expect("a connection");
    assert_eq!(client.rpc("ping", "").await.expect("a reply").data, "\"pong\"");

    live.stop().await;
    tokio::time::timeout(PATIENCE, close).await.expect("a close in time").expect("the code of a stop");
    client.close().await;
    drop(stop);
    server.await.expect("a server").expect("an end");
}
