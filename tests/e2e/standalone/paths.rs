//! Paths that the configuration changes.

use centrifugo::{App, Publisher, handlers};
use serde_json::json;

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
