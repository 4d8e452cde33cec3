//! Map channels: keys that clients set and remove.

use centrifugo::{
    App, Channel, Connected, Data, Key, KeyMode, MapPublish, MapPublished, MapRemove, MapRemoved, Meta, RawData, Reject,
    UserId, handlers,
};
use centrifugo_tests::wire::{self, error_code, message, text};
use centrifugo_tests::{Client, LoneApp, Outcome, Refused, Stage};
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann").meta(&"meta")
}

#[centrifugo::map_publish("board:<id>", collect = false)]
async fn set(
    id: u32,
    key: Key,
    user: UserId,
    Meta(meta): Meta<String>,
    Data(data): Data<Value>,
) -> Result<MapPublished, Reject> {
    match key.as_str() {
        "same" => Ok(MapPublished::new()),
        "other" => Ok(MapPublished::new()
            .key(format!("{user}.{key}"))
            .data(&json!({ "board": id, "was": data, "meta": meta }))
            .tag("t", "1")),
        "new" => Ok(MapPublished::new().key_mode(KeyMode::IfNew)),
        "once" => Ok(MapPublished::new().idempotency_key("the only one")),
        "newer" => {
            let version = data["version"].as_u64().ok_or_else(|| Reject::internal("no version"))?;
            Ok(MapPublished::new().version(version).version_epoch("e"))
        }
        "there" => Ok(MapPublished::new().key_mode(KeyMode::IfExists)),
        outcome => outcome.parse::<Outcome>()?.produce(MapPublished::new()).await,
    }
}

#[centrifugo::map_remove("board:<_>", collect = false)]
async fn remove(key: &Key, request: &MapRemove) -> Result<MapRemoved, Reject> {
    assert_eq!(key, &request.key);
    match key.as_str() {
        "alias" => Ok(MapRemoved::new().key("ann.other").tag("t", "2")),
        key if key.starts_with("ann.") || key == "same" => Ok(MapRemoved::new()),
        outcome => outcome.parse::<Outcome>()?.produce(MapRemoved::new()).await,
    }
}

async fn stage() -> Stage {
    stage_of(json!({})).await
}

async fn stage_of(map: Value) -> Stage {
    let app = App::empty().handlers(handlers![connect, set, remove]);
    Stage::start(app.centrifugo(json!({
        "channel": { "namespaces": [{ "name": "board", "allow_subscribe_for_client": true, "map": map }] }
    })))
    .await
}

async fn subscribed(stage: &Stage) -> Client {
    let mut client = stage.connected(Value::Null).await;
    client.call("mapSubscribe", json!({ "channel": "board:7" })).await.expect("a start");
    client.event("sync").await;
    client
}

async fn set_key(client: &mut Client, key: &str) -> Result<Value, Refused> {
    client.call("mapPublish", json!({ "channel": "board:7", "key": key, "data": { "x": 1 } })).await
}

async fn remove_key(client: &mut Client, key: &str) -> Result<Value, Refused> {
    client.call("mapRemove", json!({ "channel": "board:7", "key": key })).await
}

// The client of Centrifugo 6.9.1 receives "bad request" (107) after every change: the reply lacks the key.
#[tokio::test]
async fn subscribers_see_keys_set_and_removed() {
    let stage = stage().await;
    let mut subscriber = subscribed(&stage).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(set_key(&mut client, "same").await.expect_err("its reply").code, 107);
    let update = subscriber.event("update").await;
    assert_eq!((&update["key"], &update["data"]), (&json!("same"), &json!({ "x": 1 })));

    assert_eq!(set_key(&mut client, "other").await.expect_err("its reply").code, 107);
    let update = subscriber.event("update").await;
    let data = json!({ "board": 7, "was": { "x": 1 }, "meta": "meta" });
    assert_eq!((&update["key"], &update["data"], &update["tags"]), (&json!("ann.other"), &data, &json!({ "t": "1" })));

    assert_eq!(remove_key(&mut client, "alias").await.expect_err("its reply").code, 107);
    let update = subscriber.event("update").await;
    assert_eq!((&update["key"], &update["removed"]), (&json!("ann.other"), &json!(true)));
    assert_eq!(remove_key(&mut client, "same").await.expect_err("its reply").code, 107);
    assert_eq!(subscriber.event("update").await["key"], "same");

    // A new subscriber receives the keys that are set.
    set_key(&mut client, "same").await.expect_err("its reply");
    subscriber.event("update").await;
    let mut newcomer = stage.connected(Value::Null).await;
    newcomer.call("mapSubscribe", json!({ "channel": "board:7" })).await.expect("a start");
    let entries = newcomer.event("sync").await["entries"].take();
    assert_eq!((entries.as_array().map(Vec::len), &entries[0]["key"]), (Some(1), &json!("same")));
    stage.stop().await;
}

#[tokio::test]
async fn a_key_s_mode_decides_whether_it_is_set() {
    let stage = stage().await;
    let mut subscriber = subscribed(&stage).await;
    let mut client = stage.connected(Value::Null).await;
    for key in ["there", "new", "new", "same"] {
        set_key(&mut client, key).await.expect_err("its reply");
    }
    assert_eq!(subscriber.event("update").await["key"], "new");
    // Neither `there` nor the second `new`.
    assert_eq!(subscriber.event("update").await["key"], "same");
    stage.stop().await;
}

#[tokio::test]
async fn a_repeated_key_and_an_older_version_change_nothing() {
    let stage = stage_of(json!({ "mode": "recoverable" })).await;
    let mut subscriber = subscribed(&stage).await;
    let mut client = stage.connected(Value::Null).await;
    for (key, version) in [("once", 1), ("once", 2), ("newer", 5), ("newer", 4), ("newer", 6)] {
        let set = json!({ "channel": "board:7", "key": key, "data": { "version": version } });
        assert_eq!(client.call("mapPublish", set).await.expect_err("its reply").code, 107);
    }
    for (key, version) in [("once", 1), ("newer", 5), ("newer", 6)] {
        let update = subscriber.event("update").await;
        assert_eq!((&update["key"], &update["data"]["version"]), (&json!(key), &json!(version)));
    }
    assert!(subscriber.settled().await.seen("update").is_empty());
    stage.stop().await;
}

// Ephemeral maps are what the generated configuration has.
#[tokio::test]
async fn an_ephemeral_map_takes_no_versions() {
    let stage = stage().await;
    let mut client = stage.connected(Value::Null).await;
    let set = json!({ "channel": "board:7", "key": "newer", "data": { "version": 1 } });
    assert_eq!(client.call("mapPublish", set).await.expect_err("no versions").code, 100);
    stage.stop().await;
}

#[tokio::test]
async fn refusals_and_failures_change_nothing() {
    let stage = stage().await;
    let mut subscriber = subscribed(&stage).await;
    let mut client = stage.connected(Value::Null).await;
    for (outcome, code, text) in [
        ("error", 403, "not you"),
        ("temporary", 429, "slow down"),
        ("internal", 100, "internal server error"),
        ("panic", 100, "internal server error"),
        ("timeout", 100, "internal server error"),
    ] {
        let refused = Refused { code, message: text.into() };
        assert_eq!(set_key(&mut client, outcome).await, Err(refused));
        let refused = Refused { code, message: text.into() };
        assert_eq!(remove_key(&mut client, outcome).await, Err(refused));
    }
    stage.logs.line(&["ERROR", "the password is swordfish", "`e2e::events::map::set` (tests/e2e/events/map.rs:"]).await;
    stage.logs.line(&["ERROR", "the password is swordfish", "`e2e::events::map::remove` (tests/e2e/events/map.rs:"]).await;
    let denied = client.call("mapPublish", json!({ "channel": "board:x", "key": "same", "data": 1 })).await;
    assert_eq!(denied.expect_err("no board").code, 403);
    for action in ["mapPublish", "mapRemove"] {
        let mut client = stage.connected(Value::Null).await;
        let _ = client.call(action, json!({ "channel": "board:7", "key": "stop", "data": 1 })).await;
        assert_eq!(client.event("disconnected").await["code"], 4501, "{action}");
    }
    set_key(&mut client, "same").await.expect_err("its reply");
    assert_eq!(subscriber.event("update").await["key"], "same");
    stage.stop().await;
}

#[centrifugo::map_publish("all:<_>", collect = false)]
async fn set_all(request: MapPublish, channel: Channel, RawData(data): RawData) -> MapPublished {
    let MapPublish { client, user, key, labels, .. } = request;
    let seen = json!([client.id.as_str(), user.as_str(), channel.as_str(), key.as_str(), labels, data.len()]);
    MapPublished::new()
        .key("k2")
        .data(&seen)
        .tag("a", "b")
        .key_mode(KeyMode::IfExists)
        .idempotency_key("once")
        .delta()
        .version(3)
        .version_epoch("e")
        .score(-4)
        .stream_data(&"stream")
}

#[centrifugo::map_remove("all:<_>", anyone, collect = false)]
async fn remove_all() -> MapRemoved {
    MapRemoved::new().key("k2").tag("a", "b").idempotency_key("once")
}

#[centrifugo::map_publish("yes:<_>", anyone, binary, collect = false)]
async fn set_yes() -> bool {
    true
}

#[tokio::test]
async fn every_field_arrives_and_leaves() {
    let handlers = handlers![set_all, remove_all, set_yes];
    let app = LoneApp::start(App::empty().handlers(handlers)).await;
    let address = app.address();
    let data = wire::Value::Bytes("[1]".into());
    let fields = [("user", text("ann")), ("channel", text("all:1")), ("key", text("k1")), ("data", data)];
    let reply = wire::call(address, "MapPublish", &message("MapPublishRequest", &fields)).await.expect("a reply");
    assert_eq!(
        reply.to_string(),
        [
            r#"result{key:"k2",data:"[\"c1\",\"ann\",\"all:1\",\"k1\",{},3]",tags:[{key:"a",value:"b"}],score:-4,"#,
            r#"key_mode:"if_exists",stream_data:"\"stream\"",idempotency_key:"once",delta:true,version:3,version_epoch:"e"}"#
        ]
        .concat()
    );
    let fields = [("channel", text("all:1")), ("key", text("k1"))];
    let reply = wire::call(address, "MapRemove", &message("MapRemoveRequest", &fields)).await.expect("a reply");
    assert_eq!(reply.to_string(), r#"result{key:"k2",tags:[{key:"a",value:"b"}],idempotency_key:"once"}"#);

    // Not JSON: refused, unless the handler is declared `binary`.
    let fields =
        |channel| [("channel", text(channel)), ("key", text("k1")), ("data", wire::Value::Bytes((&b"\xff"[..]).into()))];
    let refused = wire::call(address, "MapPublish", &message("MapPublishRequest", &fields("all:1"))).await.expect("a reply");
    assert_eq!(error_code(&refused), Some(400));
    let reply = wire::call(address, "MapPublish", &message("MapPublishRequest", &fields("yes:1"))).await.expect("a reply");
    assert_eq!(error_code(&reply), None);
}
