//! Requests that Centrifugo doesn't send: each gets a clear status, no channel is granted, and the app serves on.

use centrifugo::{App, SubRefreshed, UserId, handlers};
use centrifugo_tests::Stage;
use centrifugo_tests::wire::{call, call_raw, error_code, message, text};
use serde_json::Value;
use tonic::Code;
use tonic::metadata::MetadataMap;

use crate::shared;

#[centrifugo::connect(collect = false)]
async fn connect() -> centrifugo::Connected {
    centrifugo::Connected::user("7")
}

#[centrifugo::subscribe(collect = false)]
async fn anything() -> bool {
    true
}

#[centrifugo::topic("user.<id>", collect = false)]
async fn topic(id: String, user: UserId) -> bool {
    user == id
}

#[centrifugo::topic("room:<name>", collect = false)]
async fn enter(name: String) -> bool {
    !name.is_empty()
}

#[centrifugo::publish("room:<name>", anyone, collect = false)]
async fn publish(name: String) -> bool {
    !name.is_empty()
}

#[centrifugo::sub_refresh("room:<name>", collect = false)]
async fn sub_refresh(name: String) -> SubRefreshed {
    drop(name);
    SubRefreshed::never_expires()
}

async fn serves(stage: &Stage) {
    let reply = call(stage.address(), "RPC", &message("RPCRequest", &[("method", text("ping"))])).await.expect("a reply");
    assert_eq!(error_code(&reply), None);
}

const SERVICE: &str = "/centrifugal.centrifugo.proxy.CentrifugoProxy";

#[tokio::test]
async fn malformed_messages_and_unknown_paths_get_a_status_and_the_app_serves_on() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, shared::ping])).await;
    for (path, bytes, code) in [
        ("/RPC", &b"\xff\xff\xff\xff"[..], Code::Internal),
        ("/RPC", b"\x0a\x05ab", Code::Internal),       // a string that is cut off
        ("/RPC", b"\x0a\x02\xff\xfe", Code::Internal), // one that isn't UTF-8
        ("/RPC", b"", Code::InvalidArgument),          // nothing that Centrifugo always sends
        ("/Nothing", b"", Code::Unimplemented),
        ("/connect", b"", Code::Unimplemented),
    ] {
        let answer = call_raw(stage.address(), &format!("{SERVICE}{path}"), MetadataMap::new(), bytes.into()).await;
        assert_eq!(answer.expect_err("a status").code(), code, "{path} {bytes:?}");
        serves(&stage).await;
    }
    let elsewhere = call_raw(stage.address(), "/some.Service/Method", MetadataMap::new(), "".into()).await;
    assert_eq!(elsewhere.expect_err("a status").code(), Code::Unimplemented);

    for (field, value) in [("client", ""), ("protocol", "carrier pigeon"), ("encoding", ""), ("b64data", "a-_b!")] {
        let request = message("RPCRequest", &[("method", text("ping")), (field, text(value))]);
        let answer = call(stage.address(), "RPC", &request).await;
        assert_eq!(answer.expect_err("a status").code(), Code::InvalidArgument, "{field}");
    }
    stage.logs.line(&["WARN", "it doesn't come from Centrifugo"]).await;
    serves(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_gets_a_status_and_the_app_serves_on() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, shared::ping]).max_message_size(10_000)).await;
    let request = message("RPCRequest", &[("method", text(&"x".repeat(10_001)))]);
    let answer = call(stage.address(), "RPC", &request).await;
    assert_eq!(answer.expect_err("a status").code(), Code::OutOfRange);
    serves(&stage).await;
    stage.stop().await;
}

#[tokio::test]
async fn an_impossible_channel_is_never_granted() {
    let stage = Stage::start(App::empty().handlers(handlers![topic, enter, publish, sub_refresh])).await;
    let long = format!("room:{}", "x".repeat(10_000));
    let long = message("PublishRequest", &[("channel", text(&long)), ("user", text("7"))]);
    assert_eq!(error_code(&call(stage.address(), "Publish", &long).await.expect("an answer")), Some(403));
    for channel in ["", "room:", "room:\0", "room:a\0", "room:a\n", "room:a\u{7f}", "room:ä", "room:a b", "user.7\n"] {
        for (rpc, request) in [("Subscribe", "SubscribeRequest"), ("Publish", "PublishRequest")] {
            let request = message(request, &[("channel", text(channel)), ("user", text("7"))]);
            let answer = call(stage.address(), rpc, &request).await.expect("an answer");
            assert_eq!(error_code(&answer), Some(403), "{rpc} {channel:?}");
        }
        // An error would be ignored here: "expired" makes the client subscribe again.
        let request = message("SubRefreshRequest", &[("channel", text(channel))]);
        let answer = call(stage.address(), "SubRefresh", &request).await.expect("an answer");
        let result = answer.get_field_by_name("result").expect("a result");
        let expired = result.as_message().and_then(|result| Some(result.get_field_by_name("expired")?.as_bool()));
        assert_eq!(expired, Some(Some(true)), "{channel:?}");
    }
    let good = message("SubscribeRequest", &[("channel", text("user.7")), ("user", text("7"))]);
    assert_eq!(error_code(&call(stage.address(), "Subscribe", &good).await.expect("an answer")), None);
    stage.stop().await;
}

// A handler for every channel receives what Centrifugo accepts, but no control characters.
#[tokio::test]
async fn a_handler_for_every_channel_receives_no_control_characters() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, anything])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("any thing").await["event"], "subscribed");
    for channel in ["a\0b", "a\nb", "a\u{7f}"] {
        assert_eq!(client.subscribe(channel).await["code"], 403, "{channel:?}");
    }
    // Centrifugo refuses these itself.
    for channel in ["канал", &"x".repeat(10_000)] {
        assert_eq!(client.subscribe(channel).await["code"], 107, "{channel:?}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn an_event_without_a_handler_is_unimplemented_and_the_log_names_the_attribute() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::ping])).await;
    for (rpc, request, attribute) in [
        ("Connect", "ConnectRequest", "#[centrifugo::connect]"),
        ("Refresh", "RefreshRequest", "#[centrifugo::refresh]"),
        ("Subscribe", "SubscribeRequest", "#[centrifugo::topic("),
        ("Publish", "PublishRequest", "#[centrifugo::publish("),
        ("SubRefresh", "SubRefreshRequest", "#[centrifugo::sub_refresh]"),
        ("MapPublish", "MapPublishRequest", "#[centrifugo::map_publish("),
        ("MapRemove", "MapRemoveRequest", "#[centrifugo::map_remove("),
        ("SharedPollRefresh", "SharedPollRefreshRequest", "#[centrifugo::shared_poll("),
        ("NotifyCacheEmpty", "NotifyCacheEmptyRequest", "#[centrifugo::cache_empty("),
        ("NotifyChannelState", "NotifyChannelStateRequest", "#[centrifugo::channel_state(\"..\")]"),
    ] {
        let status = call(stage.address(), rpc, &message(request, &[])).await.expect_err("a status");
        assert_eq!(status.code(), Code::Unimplemented, "{rpc}");
        stage.logs.line(&["WARN", attribute]).await;
    }
    serves(&stage).await;
    stage.stop().await;
}
