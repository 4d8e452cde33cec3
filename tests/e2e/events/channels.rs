//! Channels: how many a connection may have, which ones never reach a handler, and options of subscriptions.

use centrifugo::{App, Connected, Data, Subscribed, handlers};
use centrifugo_tests::Stage;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect(Data(channels): Data<Option<u32>>) -> Connected {
    let all = (0..channels.unwrap_or_default()).map(|index| format!("c{index}"));
    all.fold(Connected::user("ann"), Connected::subscribe)
}

#[centrifugo::topic("any.<_>", collect = false)]
async fn any() -> Subscribed {
    Subscribed::new().force_recovery(true).force_positioning(true)
}

#[centrifugo::topic("room:<_>", collect = false)]
async fn room() -> Subscribed {
    Subscribed::new().join_leave(true)
}

#[centrifugo::topic("pushed:<_>", collect = false)]
async fn pushed() -> Subscribed {
    Subscribed::new().join_leave(true).force_push_join_leave(true)
}

#[centrifugo::topic("optional:<_>", collect = false)]
async fn optional() -> bool {
    true
}

#[tokio::test]
async fn more_channels_than_the_limit_close_the_connection_permanently() {
    let stage = Stage::start(App::empty().handlers(handlers![connect])).await;
    let mut client = stage.client(json!(129)).await;
    let end = client.event("disconnected").await;
    assert_eq!(end["code"], 3505);
    let mut client = stage.client(json!(128)).await;
    client.event("connected").await;
    stage.stop().await;
}

#[tokio::test]
async fn a_channel_that_connect_has_granted_is_subscribed_already() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, any])).await;
    let mut client = stage.connected(json!(1)).await;
    client.event("subscribed").await;
    assert_eq!(client.subscribe("c0").await["code"], 105);
    stage.stop().await;
}

#[tokio::test]
async fn channels_that_centrifugo_or_the_framework_refuses_never_reach_a_handler() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, any])).await;
    let mut client = stage.connected(Value::Null).await;
    for (channel, code) in
        [("nowhere:1".to_owned(), 102), (format!("any.{}", "x".repeat(252)), 107), ("any.\u{1}".into(), 403)]
    {
        assert_eq!(client.subscribe(&channel).await["code"], code, "{channel:?}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn recovery_in_a_namespace_without_history_is_accepted() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, any])).await;
    let mut client = stage.connected(Value::Null).await;
    let subscribed = client.subscribe("any.1").await;
    assert_eq!((&subscribed["recoverable"], &subscribed["positioned"]), (&json!(true), &json!(true)));
    stage.stop().await;
}

#[tokio::test]
async fn joins_reach_only_the_subscribers_that_they_are_pushed_to_whatever_an_sdk_requests() {
    let namespaces =
        json!([{ "name": "optional", "join_leave": true, "presence": true, "allow_presence_for_subscriber": true }]);
    let app = App::empty().handlers(handlers![connect, room, pushed, optional]);
    let stage = Stage::start(app.centrifugo(json!({ "channel": { "namespaces": namespaces } }))).await;
    for (channel, options, sees) in [
        ("room:1", json!({}), false),
        ("room:1", json!({ "joinLeave": true }), false),
        ("pushed:1", json!({}), true),
        ("optional:1", json!({}), false),
        ("optional:1", json!({ "joinLeave": true }), false),
    ] {
        let mut client = stage.connected(Value::Null).await;
        client.subscribe_with(channel, options.clone()).await;
        let mut other = stage.connected(json!(0)).await;
        other.subscribe(channel).await;
        other.settled().await;
        if sees {
            client.event("join").await;
        } else {
            assert!(client.settled().await.seen("join").is_empty(), "{channel} {options}");
        }
    }
    stage.stop().await;
}
