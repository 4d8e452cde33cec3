//! Expiries of connections and subscriptions: in the past, without a refresh handler, and replaced by a refresh.

use std::time::{Duration, SystemTime};

use centrifugo::testing::TestApp;
use centrifugo::{App, Connected, Meta, Refreshed, SubRefreshed, Subscribed, SubscribedStream, handlers};
use centrifugo_tests::{PATIENCE, Stage};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::shared;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

#[centrifugo::connect(collect = false)]
async fn short() -> Connected {
    Connected::user("7").expire_in(SECOND)
}

#[centrifugo::refresh(collect = false)]
async fn past() -> Refreshed {
    Refreshed::until(SystemTime::UNIX_EPOCH)
}

#[centrifugo::refresh(collect = false)]
async fn zero() -> Refreshed {
    Refreshed::for_secs(0)
}

#[centrifugo::connect(collect = false)]
async fn plain() -> Connected {
    Connected::user("7")
}

#[centrifugo::topic("short", collect = false)]
async fn short_topic() -> Subscribed {
    Subscribed::new().expire_in(HOUR)
}

#[centrifugo::topic("brief", collect = false)]
async fn brief_topic() -> Subscribed {
    Subscribed::new().expire_in(SECOND)
}

#[centrifugo::stream("live:short", collect = false)]
async fn short_stream() -> SubscribedStream {
    Subscribed::new().expire_in(HOUR).stream(stream::pending::<u8>())
}

#[centrifugo::topic("past", collect = false)]
async fn past_topic() -> Subscribed {
    Subscribed::new().expire_at(SystemTime::UNIX_EPOCH)
}

// Centrifugo takes either as "expired" and ends the connection.
#[tokio::test]
async fn a_refresh_to_a_past_time_fails_and_ends_nobody() {
    for handlers in [handlers![short, past, shared::ping], handlers![short, zero, shared::ping]] {
        let stage = Stage::start(App::empty().handlers(handlers)).await;
        let mut client = stage.connected(Value::Null).await;
        stage.logs.line(&["ERROR", "refresh", "the expiry isn't in the future"]).await;
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
        assert!(client.settled().await.seen("disconnected").is_empty());
        stage.stop().await;
    }
}

// Centrifugo leaves the refresh to the client, whose SDK then gives up permanently.
#[tokio::test]
async fn an_expiry_without_a_refresh_handler_fails_the_call_and_the_log_says_what_to_write() {
    let stage = Stage::start(App::empty().handlers(handlers![short])).await;
    let mut client = stage.client(Value::Null).await;
    assert_eq!(client.event("error").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "expiry::short`", "#[centrifugo::refresh]"]).await;
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;

    let stage = Stage::start(App::empty().handlers(handlers![plain, short_topic, short_stream])).await;
    let mut client = stage.connected(Value::Null).await;
    for channel in ["short", "live:short"] {
        assert_eq!(client.subscribe(channel).await["error"]["code"], 100, "{channel}");
    }
    stage.logs.line(&["ERROR", "short_topic`", "#[centrifugo::sub_refresh]"]).await;
    stage.logs.line(&["ERROR", "short_stream`", "streams"]).await;
    stage.stop().await;
}

// With tokens, clients refresh by themselves; a client that has none stops.
#[tokio::test]
async fn a_client_without_a_token_gives_up_what_only_a_token_refreshes() {
    let tokens = json!({ "client": { "token": { "hmac_secret_key": "long and random" } } });
    let app = App::empty().handlers(handlers![short, short_topic]).centrifugo(tokens.clone());
    let stage = Stage::start(app).await;
    let mut client = stage.client(Value::Null).await;
    let end = client.event("disconnected").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(1), &json!("unauthorized")));
    stage.stop().await;

    let stage = Stage::start(App::empty().handlers(handlers![plain, brief_topic]).centrifugo(tokens)).await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("brief").await;
    let end = client.event("unsubscribed").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(1), &json!("unauthorized")));
    stage.stop().await;
}

#[tokio::test]
async fn an_expiry_that_another_service_refreshes_is_accepted() {
    let settings = json!({
        "client": { "proxy": { "refresh": { "enabled": true, "endpoint": "grpc://127.0.0.1:1" } } },
        "channel": {
            "proxy": { "sub_refresh": { "endpoint": "grpc://127.0.0.1:1" } },
            "without_namespace": { "sub_refresh_proxy_enabled": true }
        }
    });
    let app = || App::empty().handlers(handlers![short, short_topic]);
    let bare = TestApp::new(app()).expect("an app that can start");
    assert!(bare.connect().await.failure().contains("#[centrifugo::refresh]"));
    assert!(bare.subscribe("short").await.failure().contains("#[centrifugo::sub_refresh]"));
    let app = TestApp::new(app().centrifugo(settings)).expect("an app that can start");
    assert!(app.connect().await.is_reply());
    assert!(app.subscribe("short").await.is_reply());
}

// Centrifugo answers this with error 110, which ends the subscription for good.
#[tokio::test]
async fn a_subscription_that_has_expired_already_fails_loudly() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, past_topic])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("past").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the expiry isn't in the future", "past_topic"]).await;
    stage.stop().await;
}

#[centrifugo::connect(collect = false)]
async fn brief() -> Connected {
    Connected::user("ann").expire_in(SECOND).info(&"before").meta(&"before")
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Refreshed {
    Refreshed::for_secs(3600).info(&"after").meta(&"after")
}

#[centrifugo::rpc("meta", collect = false)]
async fn meta(Meta(meta): Meta<String>) -> String {
    meta
}

#[centrifugo::topic("any.<_>", collect = false)]
async fn any() -> bool {
    true
}

#[centrifugo::topic("expiring:<_>", collect = false)]
async fn expiring() -> Subscribed {
    Subscribed::new().expire_in(SECOND)
}

/// Doesn't match `expiring:other`.
#[centrifugo::sub_refresh("expiring:known", collect = false)]
async fn known() -> SubRefreshed {
    SubRefreshed::never_expires().info(&json!({ "new": true }))
}

/// An app, and a Centrifugo that checks expired subscriptions every second.
async fn start(app: App) -> Stage {
    Stage::start(app.centrifugo(json!({
        "client": { "expired_sub_close_delay": "1s", "presence_update_interval": "1s" },
        "channel": {
            "without_namespace": { "presence": true, "allow_presence_for_subscriber": true },
            "namespaces": [{ "name": "expiring", "presence": true, "allow_presence_for_subscriber": true }]
        }
    })))
    .await
}

#[tokio::test]
async fn later_events_receive_what_a_refresh_replaces() {
    let stage = start(App::empty().handlers(handlers![brief, refresh, meta, any])).await;
    let mut client = stage.connected(Value::Null).await;
    let replaced = async {
        loop {
            match client.rpc("meta", Value::Null).await {
                Ok(meta) if meta == "after" => break,
                other => assert_eq!(other, Ok(json!("before"))),
            }
        }
    };
    timeout(PATIENCE, replaced).await.expect("the meta is replaced");
    client.subscribe("any.1").await;
    let present = client.call("presence", json!({ "channel": "any.1" })).await.expect("a presence");
    let infos: Vec<_> =
        present["clients"].as_object().into_iter().flatten().map(|(_, info)| info["connInfo"].clone()).collect();
    assert_eq!(infos, [json!("after")]);
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_subscription_that_no_sub_refresh_matches_ends_and_one_that_matches_has_the_new_info() {
    let stage = start(App::empty().handlers(handlers![plain, expiring, known])).await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("expiring:known").await;
    client.subscribe("expiring:other").await;
    let gone = client.event_of(&["subscribing"], |event| event["code"] == 2501).await;
    assert_eq!(gone["channel"], "expiring:other");
    let replaced = async {
        loop {
            let present = client.call("presence", json!({ "channel": "expiring:known" })).await.expect("a presence");
            let clients = present["clients"].as_object().into_iter().flatten();
            if clients.map(|(_, info)| &info["chanInfo"]).eq([&json!({ "new": true })]) {
                break;
            }
        }
    };
    timeout(PATIENCE, replaced).await.expect("the info is replaced");
    stage.stop().await;
}
