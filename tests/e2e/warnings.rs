//! Warnings at the start, or at a call, about settings that an app's handlers need and don't have.

use std::time::Duration;

use centrifugo::{App, Connected, Published, handlers};
use centrifugo_tests::Stage;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn grants_unknown() -> Connected {
    Connected::user("7").subscribe("elsewhere:1")
}

#[centrifugo::connect(collect = false)]
async fn plain() -> Connected {
    Connected::user("7")
}

#[centrifugo::publish("careless", collect = false)]
async fn careless() -> Published {
    Published::new()
}

#[centrifugo::topic("<namespace>:<id>", collect = false)]
async fn open(namespace: String, id: String) -> bool {
    namespace != id
}

#[tokio::test]
async fn a_channel_granted_in_a_namespace_without_a_configuration_is_a_warning() {
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

#[tokio::test]
async fn a_publish_handler_that_checks_neither_user_nor_subscription_is_a_warning() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, careless])).await;
    stage.logs.line(&["WARN", "careless", "neither the subscription nor the channel", "`anyone`"]).await;
    stage.stop().await;
}

#[centrifugo::rpc("slow", timeout = "2s", collect = false)]
async fn slow() {}

#[centrifugo::rpc("quick", timeout = "200ms", collect = false)]
async fn quick() {}

#[tokio::test]
async fn a_timeout_that_no_call_can_reach_is_a_warning() {
    let app = || App::empty().handlers(handlers![plain, slow, quick]);
    let patient = json!({ "rpc": { "proxy": { "timeout": "3s" } } });
    let (never, of_handler) = ("is never reached, because", "`timeout = \"2s\"` of `e2e::warnings::slow`");
    let app_waits = |millis| app().timeout(Duration::from_millis(millis));
    for (app, lines) in [
        (app(), vec![[of_handler, never, "Centrifugo waits 1s (`rpc.proxy.timeout`)"]]),
        (app_waits(500), vec![[of_handler, never, "`App::timeout` is 500ms"]]),
        (
            app_waits(5000),
            vec![
                [of_handler, never, "Centrifugo waits 1s (`rpc.proxy.timeout`)"],
                ["`App::timeout`, which is 5s", never, "Centrifugo waits 1s (`"],
            ],
        ),
        (app_waits(2500).centrifugo(patient), vec![]),
    ] {
        let logs = Stage::start(app).await.stop().await;
        let warnings: Vec<_> = logs.lines().filter(|line| line.contains(never)).collect();
        assert_eq!(warnings.len(), lines.len(), "{logs}");
        for parts in lines {
            assert!(warnings.iter().any(|line| parts.iter().all(|part| line.contains(part))), "{parts:?} in {warnings:?}");
        }
    }
}

#[tokio::test]
async fn a_pattern_for_any_namespace_without_names_is_a_warning() {
    let stage = Stage::start(App::empty().handlers(handlers![plain, open])).await;
    stage.logs.line(&["WARN", "open", "App::namespace"]).await;
    stage.stop().await;

    let stage = Stage::start(App::empty().handlers(handlers![plain, open]).namespace("chat")).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("chat:1").await["event"], "subscribed");
    assert_eq!(client.subscribe("talk:1").await["code"], 102);
    assert!(!stage.stop().await.contains("WARN"));
}
