//! A subscribe handler's request and reply, and which handler is called.

use std::time::Duration;

use centrifugo::{App, Channel, Connected, SubRefreshed, Subscribe, Subscribed, UserId, handlers};
use centrifugo_tests::{Client, Stage};
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7").meta(&json!({ "level": 3 }))
}

#[centrifugo::subscribe("mirror:<name>", collect = false)]
async fn mirror(name: String, request: Subscribe) -> Subscribed {
    Subscribed::new().data(&json!({
        "name": name,
        "user": request.user.as_str(),
        "channel": request.channel.as_str(),
        "client": request.client.id.as_str(),
        "token": request.token,
        "data": String::from_utf8_lossy(&request.data),
        "meta": String::from_utf8_lossy(&request.meta),
    }))
}

/// A reply with every field of the protocol.
#[centrifugo::topic("lobby", collect = false)]
async fn full() -> Subscribed {
    Subscribed::new()
        .info(&json!({ "seat": 7 }))
        .data(&json!({ "topic": "rust" }))
        .presence(false)
        .join_leave(true)
        .force_push_join_leave(true)
        .force_positioning(true)
        .force_recovery(true)
        .expire_in(Duration::from_secs(3600))
        .allow("pub")
}

#[centrifugo::sub_refresh(collect = false)]
async fn sub_refresh() -> SubRefreshed {
    SubRefreshed::never_expires()
}

#[centrifugo::topic("user.<id>", collect = false)]
async fn own(id: u64, user: UserId) -> bool {
    user == id.to_string()
}

#[centrifugo::topic("user.<name..>", collect = false)]
async fn by_name(name: String) -> Subscribed {
    Subscribed::new().data(&json!({ "by_name": name }))
}

#[centrifugo::topic("user.me", collect = false)]
async fn me() -> Subscribed {
    Subscribed::new().data(&"me")
}

#[centrifugo::topic("order.<id>[.items.<item>]", collect = false)]
async fn order(id: u64, item: Option<u64>) -> Subscribed {
    Subscribed::new().data(&(id, item))
}

#[centrifugo::topic("files.<path..>", ignore_case, collect = false)]
async fn files(path: String, channel: Channel) -> Subscribed {
    Subscribed::new().data(&(path, channel.as_str()))
}

#[centrifugo::channel("team:<team>:<room>")]
struct RoomChannel {
    team: u32,
    room: String,
}

#[centrifugo::topic(RoomChannel, collect = false)]
async fn room(channel: RoomChannel) -> Result<Subscribed, std::fmt::Error> {
    Ok(Subscribed::new().data(&(channel.team, channel.room)))
}

async fn start() -> (Stage, Client) {
    let app = App::empty()
        .handlers(handlers![connect, mirror, full, sub_refresh, own, by_name, me, order, files, room])
        .centrifugo(json!({ "channel": { "without_namespace": {
            "presence": true, "allow_presence_for_subscriber": true, "history_size": 10, "history_ttl": "60s"
        } } }));
    let stage = Stage::start(app).await;
    let client = stage.connected(Value::Null).await;
    (stage, client)
}

/// The data of a subscription that is granted, or the code of a refusal.
async fn reply(client: &mut Client, channel: &str) -> Value {
    let mut event = client.subscribe(channel).await;
    if event["event"] == "subscribed" { event["data"].take() } else { event["code"].take() }
}

#[tokio::test]
async fn a_handler_receives_everything_that_the_client_sends() {
    let (stage, mut client) = start().await;
    let granted = client.subscribe_with("mirror:x", json!({ "data": { "since": 1 } })).await["data"].take();
    let id = granted["client"].clone();
    assert_eq!(
        granted,
        json!({
            "name": "x", "user": "7", "channel": "mirror:x", "client": id, "token": "",
            "data": "{\"since\":1}", "meta": "{\"level\":3}"
        })
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_client_receives_everything_that_the_handler_grants() {
    let (stage, mut client) = start().await;
    let granted = client.subscribe("lobby").await;
    assert_eq!(granted["data"], json!({ "topic": "rust" }));
    assert_eq!((&granted["recoverable"], &granted["positioned"]), (&json!(true), &json!(true)));
    let mut other = stage.connected(Value::Null).await;
    other.subscribe("lobby").await;
    let present = other.call("presence", json!({ "channel": "lobby" })).await.expect("a presence");
    assert_eq!(present["clients"], json!({}));
    // A client receives its own join, too.
    for _ in 0..2 {
        assert_eq!(client.event("join").await["info"]["chanInfo"], json!({ "seat": 7 }));
    }
    stage.stop().await;
}

#[tokio::test]
async fn the_most_specific_pattern_whose_values_parse_is_called() {
    let (stage, mut client) = start().await;
    assert_eq!(reply(&mut client, "user.me").await, "me");
    assert_eq!(reply(&mut client, "user.x").await, json!({ "by_name": "x" }));
    assert_eq!(reply(&mut client, "order.1").await, json!([1, null]));
    assert_eq!(reply(&mut client, "order.1.items.2").await, json!([1, 2]));
    assert_eq!(reply(&mut client, "FILES.a.b/c").await, json!(["a.b/c", "FILES.a.b/c"]));
    assert_eq!(reply(&mut client, "team:3:kitchen").await, json!([3, "kitchen"]));
    stage.stop().await;
}

#[tokio::test]
async fn a_denied_subscription_answers_403() {
    let (stage, mut client) = start().await;
    for channel in ["order.x", "order.1.items", "order.1.items.", "user", "nobody", "team:x:kitchen", "USER.7"] {
        let end = client.subscribe(channel).await;
        assert_eq!((&end["code"], &end["reason"]), (&json!(403), &json!("permission denied")), "{channel}");
    }
    stage.stop().await;
}
