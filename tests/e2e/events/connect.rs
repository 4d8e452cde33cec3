//! A connect handler's request and reply, field by field.

use std::time::Duration;

use centrifugo::{App, Capability, Connect, Connected, Data, Meta, RawData, Refreshed, SubscribeOptions, UserId, handlers};
use centrifugo_tests::Stage;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
struct Who {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    level: u8,
}

#[centrifugo::channel("user:<id>")]
struct UserChannel {
    id: Uuid,
}

/// A reply with every field of the protocol.
#[centrifugo::connect(collect = false)]
async fn full(Data(who): Data<Who>) -> Connected {
    let lobby = SubscribeOptions::new()
        .info(&json!({ "seat": 7 }))
        .data(&json!({ "topic": "rust" }))
        .presence(false)
        .join_leave(true)
        .force_push_join_leave(true)
        .force_positioning(true)
        .force_recovery(true)
        .expire_in(Duration::from_secs(3600))
        .cache_recover();
    Connected::user(who.name)
        .info(&json!({ "nick": "nn" }))
        .data(&json!({ "hello": "there" }))
        .meta(&Ticket { level: 3 })
        .expire_in(Duration::from_secs(3600))
        .subscribe("news")
        .subscribe(UserChannel { id: Uuid::nil() })
        .subscribe_with("lobby", lobby)
        .capability(Capability::new(["news"], ["sub"]))
        .label("tier", "gold")
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Refreshed {
    Refreshed::for_secs(3600)
}

#[centrifugo::rpc("level", collect = false)]
async fn level(user: UserId, Meta(ticket): Meta<Ticket>) -> Value {
    json!({ "user": user.as_str(), "level": ticket.level })
}

/// The request, sent back.
#[centrifugo::connect(collect = false)]
async fn mirror(request: Connect, RawData(data): RawData) -> Connected {
    Connected::anonymous().data(&json!({
        "transport": request.client.transport,
        "protocol": format!("{:?}", request.client.protocol),
        "client": request.client.id.as_str(),
        "name": request.name,
        "version": request.version,
        "data": String::from_utf8_lossy(&data),
    }))
}

#[tokio::test]
async fn a_client_receives_everything_that_the_handler_grants() {
    let app = App::empty().handlers(handlers![full, refresh, level]).namespace("user").centrifugo(json!({
        "client": { "allowed_origins": ["*"] },
        "channel": { "without_namespace": {
            "presence": true, "allow_presence_for_subscriber": true,
            "history_size": 10, "history_ttl": "60s", "allow_history_for_subscriber": true
        } }
    }));
    let stage = Stage::start(app).await;
    let mut client = stage.client(json!({ "name": "ann" })).await;
    assert_eq!(client.event("connected").await["data"], json!({ "hello": "there" }));

    let mut channels = Vec::new();
    for _ in 0..3 {
        let subscribed = client.event("subscribed").await;
        if subscribed["channel"] == "lobby" {
            assert_eq!(subscribed["data"], json!({ "topic": "rust" }));
            assert_eq!((&subscribed["recoverable"], &subscribed["positioned"]), (&json!(true), &json!(true)));
        }
        channels.push(subscribed["channel"].as_str().unwrap_or_default().to_owned());
    }
    channels.sort();
    assert_eq!(channels, ["lobby", "news", &format!("user:{}", Uuid::nil())]);

    // The overrides: joins, which the namespace doesn't have, and no presence, which it has; and the infos of the joins.
    let mut other = stage.connected(json!({ "name": "bob" })).await;
    let joined = client.event_of(&["join"], |event| event["info"]["user"] == "bob").await;
    assert_eq!(joined["info"]["connInfo"], json!({ "nick": "nn" }));
    assert_eq!(joined["info"]["chanInfo"], json!({ "seat": 7 }));
    let present = other.call("presence", json!({ "channel": "lobby" })).await.expect("a presence");
    assert_eq!(present["clients"], json!({}));

    assert_eq!(client.rpc("level", Value::Null).await, Ok(json!({ "user": "ann", "level": 3 })));
    stage.stop().await;
}

#[tokio::test]
async fn a_handler_receives_everything_that_the_client_sends() {
    let stage = Stage::start(App::empty().handlers(handlers![mirror])).await;
    let options = json!({ "data": { "a": [1] }, "name": "page", "version": "1.2" });
    let mut client = stage.client_with(options.clone()).await;
    let connected = client.event("connected").await;
    let client_id = connected["client"].clone();
    assert_eq!(
        connected["data"],
        json!({
            "transport": "websocket", "protocol": "Json", "client": client_id,
            "name": "page", "version": "1.2", "data": "{\"a\":[1]}"
        })
    );

    let mut binary = stage.client_with(json!({ "protobuf": true, "data": { "base64": "AAH/" } })).await;
    let connected = binary.event("connected").await;
    assert_eq!(connected["data"]["protocol"], "Protobuf");
    assert_eq!(connected["data"]["data"], "\0\u{1}\u{fffd}");
    stage.stop().await;
}

#[tokio::test]
async fn data_that_does_not_fit_is_a_bad_request_and_only_the_log_says_why() {
    let stage = Stage::start(App::empty().handlers(handlers![full, refresh])).await;
    for data in [json!({ "nom": "ann" }), json!(7), Value::Null] {
        let mut client = stage.client(data).await;
        let end = client.event("disconnected").await;
        assert_eq!((&end["code"], &end["reason"]), (&json!(400), &json!("bad request")));
    }
    stage.logs.line(&["WARN", "missing field `name`", "connect::full"]).await;
    stage.stop().await;
}
