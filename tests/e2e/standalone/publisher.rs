//! The publisher of an app with its own engine: the same handlers publish, and no HTTP request is made.

use std::time::{Duration, Instant};

use centrifugo::{App, ClientId, Publisher, PublisherError, UserId, handlers};
use futures_util::StreamExt;

use super::{connected, start};
use crate::shared;

#[centrifugo::topic("news:<_>", collect = false)]
async fn read() -> bool {
    true
}

#[centrifugo::rpc("tell", collect = false)]
async fn tell(publisher: Publisher) -> Result<(), PublisherError> {
    publisher.publish("news:all", "told").await.map(drop)
}

/// Changes the very connection whose call it handles.
#[centrifugo::rpc("own", collect = false)]
async fn own(publisher: Publisher, user: UserId, client: ClientId) -> Result<(), PublisherError> {
    publisher.subscribe(&user, "news:own").with(|subscribe| subscribe.client(client.as_str())).await?;
    publisher.refresh(&user).await?;
    publisher.unsubscribe(&user, "news:own").await?;
    assert!(publisher.presence("news:own").await.is_err());
    publisher.publish("news:own", "changed").await.map(drop)
}

#[centrifugo::rpc("leave", collect = false)]
async fn leave(publisher: Publisher, user: UserId) -> Result<(), PublisherError> {
    publisher.disconnect(&user).await.map(drop)
}

fn app() -> App {
    App::empty().handlers(handlers![shared::connect, shared::ping, read, tell, own, leave])
}

/// Nothing listens on the URL's port.
fn publisher() -> Publisher {
    Publisher::new("http://127.0.0.1:1/api", "a key").expect("a URL")
}

#[tokio::test]
async fn handlers_get_a_publisher_that_the_app_has_not_and_publish_in_the_process() {
    let server = start(app()).await;
    let client = connected(server.websocket_url()).await;
    let news = client.new_subscription("news:all").build().expect("a subscription");
    let mut publications = news.publications();
    news.subscribe();
    news.ready(None).await.expect("a granted subscription");
    client.rpc("tell", "").await.expect("a reply");
    assert_eq!(publications.next().await.expect("a publication").data, "\"told\"");
    server.publisher().publish("news:all", "from outside").await.expect("a publication");
    assert_eq!(publications.next().await.expect("a publication").data, "\"from outside\"");
    client.close().await;
    server.stop().await;
}

#[tokio::test]
async fn all_clones_of_the_apps_publisher_call_the_engine_once_it_has_started() {
    let publisher = publisher();
    let clone = publisher.timeout(Duration::from_secs(5));
    assert!(matches!(clone.info().await, Err(PublisherError::Cent(_))), "nothing listens there");
    let server = start(app().publisher(publisher)).await;
    let info = clone.info().await.expect("the engine's nodes");
    assert_eq!(info.nodes.len(), 1);
    let mut batch = clone.batch();
    let first = batch.add(clone.publish("news:all", "1")).expect("a call");
    batch.send().await.expect("a batch");
    first.result().expect("a publication");
    // The same key opens the API over HTTP, as it would Centrifugo's.
    assert!(Publisher::new(server.api_url(), "a key").expect("a URL").info().await.is_ok());
    let other = Publisher::new(server.api_url(), "another").expect("a URL").info().await;
    assert!(matches!(other, Err(PublisherError::Unauthorized { .. })), "{other:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_handler_may_change_the_connection_that_waits_for_it() {
    let server = start(app()).await;
    let client = connected(server.websocket_url()).await;
    let begun = Instant::now();
    client.rpc("own", "").await.expect("a reply");
    assert!(begun.elapsed() < Duration::from_millis(900), "the handler has waited for its own connection");
    client.rpc("ping", "").await.expect("a reply");
    drop(client.rpc("leave", "").await);
    client.close().await;
    server.stop().await;
}

#[tokio::test]
async fn the_api_has_no_key_where_the_app_has_no_publisher() {
    let server = start(app()).await;
    let refused = Publisher::new(server.api_url(), "any").expect("a URL").info().await;
    assert!(matches!(refused, Err(PublisherError::Unauthorized { .. })), "{refused:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_publisher_does_not_keep_an_engine_alive_and_fails_once_it_is_gone() {
    let publisher = publisher();
    let running = app().publisher(publisher.clone()).standalone().start().expect("an engine");
    publisher.info().await.expect("the engine's nodes");
    running.stop().await;
    drop(running);
    let gone = publisher.info().await;
    let error = gone.expect_err("the engine is gone").to_string();
    assert!(error.contains("503"), "{error}");
    // The next engine takes it over.
    let running = app().publisher(publisher.clone()).standalone().start().expect("an engine");
    publisher.info().await.expect("the engine's nodes");
    running.stop().await;
}

#[test]
fn behind_centrifugo_an_app_without_the_publisher_still_does_not_start() {
    let error = app().into_service().expect_err("a conflict").to_string();
    assert!(error.contains("takes a `Publisher`"), "{error}");
}
