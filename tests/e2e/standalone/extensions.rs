//! What layers of the app's own server know of a client.

use std::future::{IntoFuture, pending};

use centrifugo::{App, Connected, Extension, UserId, handlers};
use tokio::net::TcpListener;

use super::connected;

/// The account of a session, which a layer has looked up.
#[derive(Clone)]
struct Account {
    name: &'static str,
}

#[centrifugo::connect(collect = false)]
async fn connect(Extension(account): Extension<Account>) -> Connected {
    Connected::user(account.name)
}

#[centrifugo::rpc("who", collect = false)]
async fn who(Extension(account): Extension<Account>, user: UserId) -> String {
    format!("{} {user}", account.name)
}

#[tokio::test]
async fn handlers_extract_what_an_axum_layer_has_inserted() {
    let live = App::empty().handlers(handlers![connect, who]).standalone().start().expect("an engine");
    let pages = axum::Router::new().merge(live.router()).layer(axum::Extension(Account { name: "ann" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ws://{}{}", listener.local_addr().expect("an address"), live.websocket_path());
    let server = tokio::spawn(axum::serve(listener, pages).with_graceful_shutdown(live.stop_on(pending())).into_future());
    let client = connected(url).await;
    assert_eq!(client.rpc("who", "").await.expect("a reply").data, "\"ann ann\"");
    client.close().await;
    server.abort();
}
