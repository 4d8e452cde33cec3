//! How Centrifugo behaves where nobody would guess it: each is loud here, or can't happen.

use std::time::{Duration, SystemTime};

use centrifugo::testing::TestApp;
use centrifugo::{App, Connected, Data, Published, Refreshed, Subscribed, SubscribedStream, handlers};
use centrifugo_tests::Stage;
use futures_util::stream;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn short() -> Connected {
    Connected::user("7").expire_in(Duration::from_secs(1))
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
async fn grants_unknown() -> Connected {
    Connected::user("7").subscribe("elsewhere:1")
}

#[centrifugo::connect(collect = false)]
async fn raw(Data(text): Data<String>) -> Connected {
    Connected::user("7").raw_data(text)
}

#[centrifugo::connect(collect = false)]
async fn plain() -> Connected {
    Connected::user("7")
}

#[centrifugo::topic("raw", collect = false)]
async fn raw_topic() -> Subscribed {
    Subscribed::new().raw_data(&b"not json"[..])
}

#[centrifugo::topic("short", collect = false)]
async fn short_topic() -> Subscribed {
    Subscribed::new().expire_in(Duration::from_secs(3600))
}

#[centrifugo::topic("brief", collect = false)]
async fn brief_topic() -> Subscribed {
    Subscribed::new().expire_in(Duration::from_secs(1))
}

#[centrifugo::stream("live:short", collect = false)]
async fn short_stream() -> SubscribedStream {
    Subscribed::new().expire_in(Duration::from_secs(3600)).stream(stream::pending::<u8>())
}

#[centrifugo::topic("past", collect = false)]
async fn past_topic() -> Subscribed {
    Subscribed::new().expire_at(SystemTime::UNIX_EPOCH)
}

#[centrifugo::publish("careless", collect = false)]
async fn careless() -> Published {
    Published::new()
}

#[centrifugo::topic("<namespace>:<id>", collect = false)]
async fn open(namespace: String, id: String) -> bool {
    namespace != id
}

#[centrifugo::rpc("ping", collect = false)]
async fn ping() -> &'static str {
    "pong"
}

// Centrifugo would take either as "expired", and end the connection.
#[tokio::test]
async fn a_refresh_to_a_past_time_fails_and_ends_nobody() {
    for handlers in [handlers![short, past, ping], handlers![short, zero, ping]] {
        let stage = Stage::start(App::empty().handlers(handlers)).await;
        let mut client = stage.connected(Value::Null).await;
        stage.logs.line(&["ERROR", "refresh", "the expiry isn't in the future"]).await;
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
        assert!(client.settled().await.seen("disconnected").is_empty());
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_channel_granted_in_a_namespace_that_nobody_configured_is_told() {
    let stage = Stage::start(App::empty().handlers(handlers![grants_unknown])).await;
    let mut client = stage.client(Value::Null).await;
    assert_eq!(client.event("disconnected").await["code"], 102);
    stage.logs.line(&["WARN", "elsewhere:1", "App::namespace(\"elsewhere\")"]).await;
    stage.stop().await;

    let stage = Stage::start(App::empty().handlers(handlers![grants_unknown]).namespace("elsewhere")).await;
    let mut client = stage.client(Value::Null).await;
    client.event("connected").await;
    assert!(!stage.stop().await.contains("WARN"));
}

// Centrifugo would leave it to the client, whose SDK gives up then, permanently.
#[tokio::test]
async fn an_expiry_that_nobody_refreshes_fails_the_call_and_the_log_has_what_to_write() {
    let stage = Stage::start(App::empty().handlers(handlers![short])).await;
    let mut client = stage.client(Value::Null).await;
    assert_eq!(client.event("error").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "traps::short`", "#[centrifugo::refresh]"]).await;
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

// With tokens, clients may refresh by themselves; those that can't, stop.
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
async fn an_expiry_that_another_service_refreshes_is_taken() {
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

// Centrifugo would close the client with 3506, for good.
#[tokio::test]
async fn an_answer_that_is_not_json_fails_the_call_and_closes_nobody() {
    let stage = Stage::start(App::empty().handlers(handlers![raw, raw_topic])).await;
    let mut broken = stage.client(json!("{\"cut off\":")).await;
    assert_eq!(broken.event("error").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the data isn't JSON", "traps::raw`"]).await;

    let mut client = stage.connected(json!("{\"is\":\"whole\"}")).await;
    assert_eq!(client.subscribe("raw").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the data isn't JSON", "traps::raw_topic`"]).await;
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

// Centrifugo would answer 110, which ends the subscription for good.
#[tokio::test]
async fn a_subscription_that_has_expired_already_fails_loudly() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, past_topic])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("past").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the expiry isn't in the future", "past_topic"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_publish_handler_that_looks_at_nobody_is_told_at_the_start() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, careless])).await;
    stage.logs.line(&["WARN", "careless", "neither the subscription nor the channel", "`anyone`"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_pattern_for_any_namespace_wants_them_named() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, open])).await;
    stage.logs.line(&["WARN", "open", "App::namespace"]).await;
    stage.stop().await;

    let stage = Stage::start(App::empty().handlers(handlers![plain, open]).namespace("chat")).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("chat:1").await["event"], "subscribed");
    assert_eq!(client.subscribe("talk:1").await["code"], 102);
    assert!(!stage.stop().await.contains("WARN"));
}
