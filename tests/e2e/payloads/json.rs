//! JSON in payloads: Centrifugo doesn't check it, and its SDKs close the connection when they can't parse it, so the app
//! accepts only what every receiver can read.

use std::iter::repeat_n;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use centrifugo::testing::TestApp;
use centrifugo::{
    App, Connected, Data, Polled, PolledItem, Publication, Published, RawData, RawPublications, Refreshed, RpcReply,
    Subscribed, SubscribedStream, handlers,
};
use centrifugo_tests::Stage;
use futures_util::stream::StreamExt;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::shared;

#[centrifugo::topic("news:<_>", collect = false)]
async fn join() -> bool {
    true
}

#[centrifugo::publish("news:<_>", anyone, collect = false)]
async fn publish() -> Published {
    Published::new()
}

#[centrifugo::publish("copy:<_>", anyone, collect = false)]
async fn copy(RawData(data): RawData) -> Published {
    Published::new().raw_data(data)
}

#[centrifugo::map_publish("board:<_>", anyone, collect = false)]
async fn set() {}

#[centrifugo::rpc("echo", collect = false)]
async fn echo(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
}

/// A value that is JSON already.
#[centrifugo::rpc("nested", collect = false)]
async fn nested() -> Box<RawValue> {
    RawValue::from_string(format!("{}{}", "[".repeat(30_000), "]".repeat(30_000))).expect("what serde_json takes for JSON")
}

#[centrifugo::stream("live:<_>", collect = false)]
async fn live(publications: RawPublications) -> SubscribedStream {
    Subscribed::new().stream(publications.map(Publication::raw))
}

/// Bytes that serde_json's `IgnoredAny` or Go's `json.Valid` accepts as JSON, and a receiver doesn't.
fn unreadable() -> Vec<Vec<u8>> {
    let deep: Vec<u8> = repeat_n(b'[', 30_000).chain(repeat_n(b']', 30_000)).collect();
    vec![b"\"\xff\"".to_vec(), b"{\"a\":\"\xc3\"}".to_vec(), b"{\"\xe2\x82\":1}".to_vec(), b"\"\\ud800\"".to_vec(), deep]
}

fn base64(bytes: &[u8]) -> Value {
    json!({ "base64": STANDARD.encode(bytes) })
}

#[tokio::test]
async fn a_subscriber_keeps_its_connection_whatever_is_published() {
    let app = App::empty().handlers(handlers![shared::connect, join, publish, copy]).centrifugo(json!({
        "channel": { "namespaces": [
            { "name": "news", "history_size": 10, "history_ttl": "60s", "force_recovery": true }
        ] }
    }));
    let stage = Stage::start(app).await;
    let mut reader = stage.connected(Value::Null).await;
    assert_eq!(reader.subscribe("news:a").await["event"], "subscribed");
    let mut writer = stage.client_with(json!({ "protobuf": true })).await;
    writer.event("connected").await;
    for bytes in unreadable() {
        assert_eq!(writer.publish("news:a", base64(&bytes)).await.expect_err("a refusal").code, 400);
        assert_eq!(writer.publish("copy:a", base64(&bytes)).await.expect_err("a refusal").code, 400);
    }
    // A JSON client can send it, too: Centrifugo doesn't check strings.
    let frame = b"{\"id\":2,\"publish\":{\"channel\":\"news:a\",\"data\":\"\xff\"}}";
    let reply = reader.call("inject", base64(frame)).await.expect("a reply");
    assert!(reply.as_str().is_some_and(|reply| reply.contains("\"code\":400")), "{reply}");

    writer.publish("news:a", json!({ "text": "good" })).await.expect("a publication");
    assert_eq!(reader.event("publication").await["data"], json!({ "text": "good" }));
    assert!(reader.settled().await.seen("disconnected").is_empty() && reader.seen("connecting").len() <= 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_caller_keeps_its_connection_whatever_a_handler_returns() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, echo, nested])).await;
    let mut client = stage.connected(Value::Null).await;
    for bytes in [
        &b"{\"id\":2,\"rpc\":{\"method\":\"echo\",\"data\":\"\xff\"}}"[..],
        b"{\"id\":2,\"rpc\":{\"method\":\"echo\",\"data\":\"\\ud800\"}}",
    ] {
        let reply = client.call("inject", base64(bytes)).await.expect("a reply");
        assert!(reply.as_str().is_some_and(|reply| reply.contains("\"code\":100")), "{reply}");
    }
    assert_eq!(client.rpc("nested", Value::Null).await.expect_err("a failure").code, 100);
    assert_eq!(client.rpc("echo", json!({ "a": "é" })).await, Ok(json!({ "a": "é" })));
    assert!(client.settled().await.seen("disconnected").is_empty());
    let logs = stage.stop().await;
    assert!(logs.contains("the data isn't JSON") && logs.contains("nested more than 100 levels"), "{logs}");
}

#[tokio::test]
async fn a_stream_ends_before_its_subscriber_would() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, live])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("live:a").await["event"], "subscribed");
    let frame = [
        &b"{\"id\":2,\"subscribe\":{\"channel\":\"live:b\"}}\n"[..],
        b"{\"id\":3,\"publish\":{\"channel\":\"live:b\",\"data\":\"\xff\"}}",
    ]
    .concat();
    let how = json!({ "base64": STANDARD.encode(frame), "replies": 2, "stays": true });
    client.call("inject", how).await.expect("two replies");
    stage.logs.line(&["ERROR", "the publication isn't JSON", "the stream ends"]).await;
    client.publish("live:a", json!("good")).await.expect("a publication");
    assert_eq!(client.event("publication").await["data"], "good");
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

#[centrifugo::connect(collect = false)]
async fn connect_with(RawData(data): RawData) -> Connected {
    Connected::user("7").raw_data(data)
}

#[centrifugo::connect(collect = false)]
async fn connect_with_meta(RawData(data): RawData) -> Connected {
    Connected::user("7").raw_meta(data)
}

#[centrifugo::topic("news:<_>", collect = false)]
async fn join_with(RawData(data): RawData) -> Subscribed {
    Subscribed::new().raw_data(data)
}

#[centrifugo::refresh(collect = false)]
async fn refresh(centrifugo::State(meta): centrifugo::State<Bytes>) -> Refreshed {
    Refreshed::for_secs(60).raw_meta(meta)
}

#[centrifugo::shared_poll("prices:<_>", collect = false)]
async fn poll(centrifugo::State(data): centrifugo::State<Bytes>) -> Polled {
    Polled::new().item(PolledItem::raw("a", data))
}

#[tokio::test]
async fn every_payload_of_every_reply_is_checked() {
    for bytes in unreadable() {
        let of = |handlers| TestApp::new(App::empty().handlers(handlers).state(Bytes::from(bytes.clone()))).expect("an app");
        assert!(of(handlers![connect_with]).connect().raw_data(bytes.clone()).await.failure().contains("isn't JSON"));
        assert!(
            of(handlers![connect_with_meta])
                .connect()
                .raw_data(bytes.clone())
                .await
                .failure()
                .contains("the meta isn't JSON")
        );
        assert!(of(handlers![refresh]).refresh().await.failure().contains("the meta isn't JSON"));
        assert!(of(handlers![join_with]).subscribe("news:a").raw_data(bytes.clone()).await.failure().contains("isn't JSON"));
        assert!(of(handlers![poll]).shared_poll("prices:a").await.failure().contains("isn't JSON"));
        assert!(of(handlers![echo]).rpc("echo").raw_data(bytes.clone()).await.failure().contains("isn't JSON"));
        let refused = of(handlers![set]).map_publish("board:a", "k").raw_data(bytes.clone()).await;
        assert_eq!(refused.error().code(), 400);
    }
    // Bytes that Centrifugo doesn't take for JSON reach protobuf clients only.
    let app = TestApp::new(App::empty().handlers(handlers![poll]).state(Bytes::from_static(b"\xff"))).expect("an app");
    assert!(app.shared_poll("prices:a").await.is_reply());
}

#[centrifugo::connect(collect = false)]
async fn raw(Data(text): Data<String>) -> Connected {
    Connected::user("7").raw_data(text)
}

#[centrifugo::topic("raw", collect = false)]
async fn raw_topic() -> Subscribed {
    Subscribed::new().raw_data(&b"not json"[..])
}

// Centrifugo closes the client with 3506, for good.
#[tokio::test]
async fn a_reply_that_is_not_json_fails_the_call_and_closes_nobody() {
    let stage = Stage::start(App::empty().handlers(handlers![raw, raw_topic])).await;
    let mut broken = stage.client(json!("{\"cut off\":")).await;
    assert_eq!(broken.event("error").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the data isn't JSON", "json::raw`"]).await;

    let mut client = stage.connected(json!("{\"is\":\"whole\"}")).await;
    assert_eq!(client.subscribe("raw").await["error"]["code"], 100);
    stage.logs.line(&["ERROR", "the data isn't JSON", "json::raw_topic`"]).await;
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}
