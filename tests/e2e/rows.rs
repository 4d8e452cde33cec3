//! Rows of the tables "What happens when" that no other test walks through an SDK.

use std::time::Duration;

use centrifugo::{App, Connected, Data, Meta, Refreshed, SubRefreshed, Subscribed, handlers};
use centrifugo_tests::Stage;
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);

#[centrifugo::connect(collect = false)]
async fn connect(Data(channels): Data<Option<u32>>) -> Connected {
    let all = (0..channels.unwrap_or_default()).map(|index| format!("c{index}"));
    all.fold(Connected::user("ann"), Connected::subscribe)
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

#[centrifugo::topic("asked:<_>", collect = false)]
async fn asked() -> bool {
    true
}

#[centrifugo::topic("expiring:<_>", collect = false)]
async fn expiring() -> Subscribed {
    Subscribed::new().expire_in(SECOND)
}

/// Not for `expiring:other`.
#[centrifugo::sub_refresh("expiring:known", collect = false)]
async fn known() -> SubRefreshed {
    SubRefreshed::never_expires().info(&json!({ "new": true }))
}

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
async fn more_channels_than_the_limit_close_the_connection_permanently() {
    let stage = start(App::empty().handlers(handlers![connect])).await;
    let mut client = stage.client(json!(129)).await;
    let end = client.event("disconnected").await;
    assert_eq!(end["code"], 3505);
    let mut client = stage.client(json!(128)).await;
    client.event("connected").await;
    stage.stop().await;
}

#[tokio::test]
async fn a_channel_that_connect_has_granted_is_subscribed_already() {
    let stage = start(App::empty().handlers(handlers![connect, any])).await;
    let mut client = stage.connected(json!(1)).await;
    client.event("subscribed").await;
    assert_eq!(client.subscribe("c0").await["code"], 105);
    stage.stop().await;
}

#[tokio::test]
async fn channels_that_centrifugo_or_the_framework_refuses_never_reach_a_handler() {
    let stage = start(App::empty().handlers(handlers![connect, any])).await;
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
    let stage = start(App::empty().handlers(handlers![connect, any])).await;
    let mut client = stage.connected(Value::Null).await;
    let subscribed = client.subscribe("any.1").await;
    assert_eq!((&subscribed["recoverable"], &subscribed["positioned"]), (&json!(true), &json!(true)));
    stage.stop().await;
}

#[tokio::test]
async fn what_a_refresh_replaces_is_there_for_what_comes_later() {
    let stage = start(App::empty().handlers(handlers![brief, refresh, meta, any])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("meta", Value::Null).await, Ok(json!("before")));
    loop {
        match client.rpc("meta", Value::Null).await {
            Ok(meta) if meta == "after" => break,
            told => assert_eq!(told, Ok(json!("before"))),
        }
    }
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
    let stage = start(App::empty().handlers(handlers![connect, expiring, known])).await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("expiring:known").await;
    client.subscribe("expiring:other").await;
    let gone = client.event_of(&["subscribing"], |event| event["code"] == 2501).await;
    assert_eq!(gone["channel"], "expiring:other");
    loop {
        let present = client.call("presence", json!({ "channel": "expiring:known" })).await.expect("a presence");
        let clients = present["clients"].as_object().into_iter().flatten();
        if clients.map(|(_, info)| &info["chanInfo"]).eq([&json!({ "new": true })]) {
            break;
        }
    }
    stage.stop().await;
}

// The example of `subscribe` once had `join_leave` alone.
#[tokio::test]
async fn who_joins_is_shown_to_those_who_are_pushed_it_whatever_their_sdk_asks_for() {
    let namespaces =
        json!([{ "name": "asked", "join_leave": true, "presence": true, "allow_presence_for_subscriber": true }]);
    let app = App::empty().handlers(handlers![connect, room, pushed, asked]);
    let stage = start(app.centrifugo(json!({ "channel": { "namespaces": namespaces } }))).await;
    for (channel, options, sees) in [
        ("room:1", json!({}), false),
        ("room:1", json!({ "joinLeave": true }), false),
        ("pushed:1", json!({}), true),
        ("asked:1", json!({}), false),
        ("asked:1", json!({ "joinLeave": true }), false),
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
