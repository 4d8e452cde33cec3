//! Deadlines in the test kit. With tokio's paused time, a test of an hour takes no time.

use std::future::pending;
use std::time::Duration;

use centrifugo::testing::TestApp;
use centrifugo::{App, Connected, Failure, handlers};
use serde_json::json;

#[centrifugo::connect(timeout = "1h1m", collect = false)]
async fn connect() -> Connected {
    pending().await
}

#[centrifugo::rpc("wait", collect = false)]
async fn wait() {
    pending().await
}

#[centrifugo::rpc("short", timeout = "1.5s", collect = false)]
async fn short() {
    pending().await
}

/// Centrifugo waits a day for both events.
fn app() -> App {
    let patient = json!({ "timeout": "24h" });
    let proxies = json!({ "client": { "proxy": { "connect": patient } }, "rpc": { "proxy": patient } });
    App::empty().handlers(handlers![connect, wait, short]).centrifugo(proxies)
}

#[tokio::test(start_paused = true)]
async fn the_first_deadline_ends_the_call_and_is_named() {
    let day = TestApp::new(app()).expect("an app");
    let hour = TestApp::new(app().timeout(Duration::from_secs(3600))).expect("an app");
    let waits = "Centrifugo waits 86400s for the response (`timeout` of the proxy)";
    for (failure, ends) in [
        (day.connect().await.failure(), "dropped after 3660s: `timeout = \"3660s\"` of the handler is over"),
        (day.rpc("short").await.failure(), "dropped after 1.5s: `timeout = \"1.5s\"` of the handler is over"),
        (day.rpc("wait").await.failure(), &format!("dropped after 86400s: {waits}")),
        (hour.connect().await.failure(), "dropped after 3600s: the 3600s of `App::timeout` are over"),
        (hour.rpc("short").await.failure(), "dropped after 1.5s: `timeout = \"1.5s\"` of the handler is over"),
        (hour.rpc("wait").await.failure(), "dropped after 3600s: the 3600s of `App::timeout` are over"),
    ] {
        assert_eq!(failure, format!("internal failure: {ends}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_missed_deadline_of_the_app_is_a_timeout_for_the_error_handler() {
    let (sent, mut received) = tokio::sync::mpsc::unbounded_channel();
    let app = app().error_handler(move |failure: Failure| {
        let reported = sent.send(failure.is_timeout());
        async move { reported.expect("a receiver") }
    });
    TestApp::new(app).expect("an app").rpc("short").await.failure();
    assert_eq!(received.recv().await, Some(true));
}
