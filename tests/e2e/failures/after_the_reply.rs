//! Failures after a handler's return: each reaches the log and the error handler, and a stream that fails ends after a
//! pause.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use centrifugo::testing::TestApp;
use centrifugo::{App, ErrorReply, Failure, Publication, Reject, RpcReply, State, handlers};
use centrifugo_tests::{Stage, eventually};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};

use crate::shared;

/// Panics when it is dropped.
#[derive(Debug)]
struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("dropped on purpose");
        }
    }
}

impl AsRef<[u8]> for PanicsInDrop {
    fn as_ref(&self) -> &[u8] {
        b"\"boom\""
    }
}

#[derive(Debug)]
struct PanicsInDisplay;

impl fmt::Display for PanicsInDisplay {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("written on purpose")
    }
}

impl std::error::Error for PanicsInDisplay {}

/// An error that panics when it is dropped.
#[derive(Debug, thiserror::Error)]
#[error("an error with a destructor")]
struct ErrorWithBomb {
    _bomb: PanicsInDrop,
}

#[centrifugo::rpc("cause", collect = false)]
async fn cause() -> Result<(), Reject> {
    Err(Reject::from(ErrorReply::new(403, "no")).because(ErrorWithBomb { _bomb: PanicsInDrop }))
}

#[centrifugo::rpc("long", collect = false)]
async fn long() -> String {
    "x".repeat(20_000)
}

#[centrifugo::rpc("payload", collect = false)]
async fn payload() -> RpcReply {
    RpcReply::raw(Bytes::from_owner(PanicsInDrop))
}

#[centrifugo::rpc("local", collect = false)]
async fn local() -> &'static str {
    let _bomb = PanicsInDrop;
    "done"
}

#[centrifugo::rpc("display", collect = false)]
async fn display() -> Result<(), Reject> {
    Err(PanicsInDisplay)?
}

#[centrifugo::rpc("value", collect = false)]
async fn value() {
    std::panic::panic_any(PanicsInDrop)
}

type Seen = Arc<Mutex<Vec<String>>>;

fn reports(seen: &Seen) -> impl Fn(Failure) -> std::future::Ready<()> + Send + Sync + 'static {
    let seen = Arc::clone(seen);
    move |failure: Failure| {
        seen.lock().expect("no panic").push(failure.name().unwrap_or_default().to_owned());
        std::future::ready(())
    }
}

async fn reported(seen: &Seen, name: &str) {
    let has = || seen.lock().expect("no panic").iter().any(|seen| seen == name).then_some(());
    eventually(has, || format!("no report of {name} in {seen:?}")).await;
}

#[tokio::test]
async fn a_failure_after_the_reply_reaches_the_log_and_the_error_handler() {
    let seen = Seen::default();
    let app = App::empty().handlers(handlers![shared::connect, long, payload, local, display, value, cause]);
    let stage = Stage::start(app.max_message_size(10_000).error_handler(reports(&seen))).await;
    let mut client = stage.connected(Value::Null).await;
    for (method, why) in [
        ("long", "`App::max_message_size` is 10000"),
        ("payload", "panicked: dropped on purpose"),
        ("local", "panicked: dropped on purpose"),
        ("display", "panicked: written on purpose"),
        ("value", "panicked: with a value that is no text"),
        ("cause", "panicked: dropped on purpose"),
    ] {
        assert_eq!(client.rpc(method, Value::Null).await.expect_err("a failure").code, 100, "{method}");
        let name = format!("name={method}");
        let line = stage.logs.line(&["ERROR", "event=rpc", "user=7", "client=", &name, why]).await;
        assert_eq!(stage.logs.text().lines().filter(|other| *other == line).count(), 1, "{line}");
        reported(&seen, method).await;
    }
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

type Opened = Arc<AtomicUsize>;

/// A stream, and something that panics when the stream is dropped.
fn with_bomb(items: impl Stream<Item = Publication> + Send + 'static) -> impl Stream<Item = Publication> {
    let bomb = PanicsInDrop;
    items.inspect(move |_| {
        let _ = &bomb;
    })
}

#[centrifugo::stream("long:<_>", collect = false)]
async fn long_item(State(opened): State<Opened>) -> impl Stream<Item = Publication> {
    opened.fetch_add(1, Ordering::SeqCst);
    stream::once(async { Publication::new(&"x".repeat(20_000)) }).chain(stream::pending())
}

#[centrifugo::stream("bomb:<_>", collect = false)]
async fn bomb_item(State(opened): State<Opened>) -> impl Stream<Item = Publication> {
    opened.fetch_add(1, Ordering::SeqCst);
    stream::once(async { Publication::raw(Bytes::from_owner(PanicsInDrop)) })
}

#[centrifugo::stream("ends:<_>", collect = false)]
async fn ends(State(opened): State<Opened>) -> impl Stream<Item = Publication> {
    opened.fetch_add(1, Ordering::SeqCst);
    with_bomb(stream::empty())
}

#[centrifugo::stream("display:<_>", collect = false)]
async fn display_item(State(opened): State<Opened>) -> impl Stream<Item = Result<Publication, PanicsInDisplay>> {
    opened.fetch_add(1, Ordering::SeqCst);
    stream::once(async { Err(PanicsInDisplay) })
}

#[tokio::test]
async fn every_abnormal_end_of_a_stream_is_reported_and_delayed() {
    for (channel, why) in [
        ("long:a", "`App::max_message_size` is 10000"),
        ("bomb:a", "panicked: dropped on purpose"),
        ("ends:a", "panicked: dropped on purpose"),
        ("display:a", "panicked: written on purpose"),
    ] {
        let (seen, opened) = (Seen::default(), Opened::default());
        let app = App::empty().handlers(handlers![shared::connect, long_item, bomb_item, ends, display_item]);
        let app = app.state(Arc::clone(&opened)).max_message_size(10_000).error_handler(reports(&seen));
        let stage = Stage::start(app).await;
        let mut client = stage.connected(Value::Null).await;
        let start = Instant::now();
        client.call("subscribe", json!({ "channel": channel })).await.expect("a try");
        let twice = || (opened.load(Ordering::SeqCst) >= 2).then_some(());
        eventually(twice, || format!("{channel} is opened again: {}", stage.logs.text())).await;
        assert!(start.elapsed() >= Duration::from_secs(1), "{channel} was opened again after {:?}", start.elapsed());
        stage.logs.line(&["ERROR", why]).await;
        reported(&seen, channel).await;
        assert!(client.settled().await.seen("disconnected").is_empty());
        stage.stop().await;
    }
}

#[centrifugo::stream("held:<_>", collect = false)]
async fn held() -> impl Stream<Item = Publication> {
    with_bomb(stream::pending())
}

#[tokio::test]
async fn a_stream_that_panics_as_its_client_leaves_is_reported() {
    let seen = Seen::default();
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, held]).error_handler(reports(&seen))).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("held:a").await["event"], "subscribed");
    client.call("unsubscribe", json!({ "channel": "held:a" })).await.expect("an end");
    stage.logs.line(&["ERROR", "name=held:a", "panicked: dropped on purpose"]).await;
    reported(&seen, "held:a").await;
    stage.stop().await;
}

#[tokio::test]
async fn the_test_kit_shows_the_same_failures() {
    let app =
        TestApp::new(App::empty().handlers(handlers![local, display, bomb_item]).state(Opened::default())).expect("an app");
    assert!(app.rpc("local").await.failure().contains("dropped on purpose"));
    assert!(app.rpc("display").await.reject().is_some_and(Reject::is_internal));
}
