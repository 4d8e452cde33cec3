//! Paths that the configuration changes.

use axum::Router;
use axum::routing::get;
use centrifugo::{App, Publisher, handlers};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{connected, start};
use crate::shared;

#[tokio::test]
async fn the_urls_of_an_engine_have_the_paths_of_its_configuration() {
    let paths = json!({
        "websocket": { "handler_prefix": "/live" },
        "http_api": { "handler_prefix": "/server/", "key": "a key" },
    });
    let server = start(App::empty().handlers(handlers![shared::connect, shared::ping]).centrifugo(paths)).await;
    assert!(server.websocket_url().ends_with("/live"), "{}", server.websocket_url());
    let client = connected(server.websocket_url()).await;
    assert_eq!(client.rpc("ping", "").await.expect("a reply").data, "\"pong\"");
    Publisher::new(server.api_url(), "a key").expect("a URL").info().await.expect("the engine's nodes");
    client.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_prefix_of_all_paths_leaves_a_router_its_own() {
    let paths = json!({ "websocket": { "handler_prefix": "/" } });
    let app = App::empty().handlers(handlers![shared::connect, shared::ping]).centrifugo(paths);
    let live = app.standalone().start().expect("an engine");
    for (pages, live_at) in [(Router::new().merge(live.router()), ""), (Router::new().nest("/live", live.router()), "/live")]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(axum::serve(listener, pages.route("/page", get(async || "a page"))).into_future());
        for path in ["", "/any", "/any/path"] {
            connected(format!("ws://{address}{live_at}{path}")).await.close().await;
        }
        let mut page = TcpStream::connect(address).await.expect("a connection");
        page.write_all(b"GET /page HTTP/1.0\r\n\r\n").await.expect("a request");
        let mut response = String::new();
        page.read_to_string(&mut response).await.expect("a response");
        assert!(response.ends_with("a page"), "{response}");
        server.abort();
    }
}
