//! Handlers that run longer than Centrifugo waits: reported, and dropped at the deadline of their call.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use centrifugo::{App, Call, Channel, Event, Failure, Next, Reject, State, handlers, interceptors};
use centrifugo_tests::wire::{call_with, message, text};
use centrifugo_tests::{LiveCount, Stage, eventually};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tonic::Code;
use tonic::metadata::{MetadataMap, MetadataValue};
use tower::util::MapFutureLayer;

use crate::shared;

#[centrifugo::rpc("sleep/<_>", name = "sleepy", collect = false)]
async fn sleep(State(live): State<LiveCount>) {
    let _alive = live.guard();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

type Seen = Arc<Mutex<Vec<String>>>;

fn reports(seen: &Seen) -> impl Fn(Failure) -> std::future::Ready<()> + Send + Sync + 'static {
    let seen = Arc::clone(seen);
    move |failure: Failure| {
        let (user, client) = (failure.user().map(|user| user.as_str().to_owned()), failure.client().is_some());
        let name = failure.name().unwrap_or_default();
        let line = format!("{} {name} {user:?} {client} {}", failure.event(), failure.is_timeout());
        seen.lock().expect("no panic").push(line);
        std::future::ready(())
    }
}

#[tokio::test]
async fn a_handler_that_runs_longer_than_centrifugo_waits_is_reported_and_dropped() {
    let (live, seen) = (LiveCount::default(), Seen::default());
    let app = App::empty().handlers(handlers![shared::connect, sleep]).state(live.clone()).error_handler(reports(&seen));
    let stage = Stage::start(app).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("sleep/7", Value::Null).await.expect_err("the deadline is over").code, 100);
    live.reaches(0).await;
    let line = stage.logs.line(&["WARN", "dropped after"]).await;
    for part in ["event=rpc", "sleepy", "sleep/<_>", "name=sleep/7", "user=7", "client=", "Centrifugo waits"] {
        assert!(line.contains(part), "`{part}` in {line}");
    }
    let reported = eventually(|| seen.lock().expect("no panic").first().cloned(), || "no report".to_owned()).await;
    assert_eq!(reported, "rpc sleep/7 Some(\"7\") true true");
    stage.stop().await;
}

#[tokio::test]
async fn the_deadline_of_a_caller_is_the_longest_time() {
    let live = LiveCount::default();
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, sleep]).state(live.clone())).await;
    let mut metadata = MetadataMap::new();
    metadata.insert("grpc-timeout", MetadataValue::from_static("200m"));
    let request = message("RPCRequest", &[("method", text("sleep/7"))]);
    let status = call_with(stage.address(), "RPC", metadata, &request).await.expect_err("a status");
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status}");
    live.reaches(0).await;
    stage.logs.line(&["WARN", "dropped after", "200ms"]).await;
    stage.stop().await;
}

#[centrifugo::rpc("short/<_>", timeout = "200ms", collect = false)]
async fn short(State(live): State<LiveCount>) {
    let _alive = live.guard();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[centrifugo::stream("short:<_>", timeout = "200ms", collect = false)]
async fn short_stream(channel: Channel) -> impl Stream<Item = u8> {
    if channel == "short:late" {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        Some((7, ()))
    })
}

#[tokio::test]
async fn the_time_of_a_stream_ends_when_it_is_open() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, short_stream])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("short:open").await["event"], "subscribed");
    assert_eq!(client.event("publication").await["data"], 7);
    assert_eq!(client.subscribe("short:late").await["event"], "subscribe-error");
    stage.logs.line(&["WARN", "name=short:late", "dropped after", "`timeout = \"200ms\"` of the handler is over"]).await;
    stage.stop().await;
}

/// The handler alone would be in time.
#[centrifugo::rpc("brief", collect = false)]
async fn brief() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[tokio::test]
async fn the_time_in_the_layers_counts() {
    let slow = || {
        MapFutureLayer::new(|call| async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            call.await
        })
    };
    let app = App::empty().handlers(handlers![shared::connect, brief]).layer(slow()).layer(slow());
    let stage = Stage::start(app.timeout(Duration::from_millis(200))).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("brief", Value::Null).await.expect_err("the time is over").code, 100);
    stage.logs.line(&["WARN", "name=brief", "dropped after 3", "the 200ms of `App::timeout` are over"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn the_shortest_time_of_handler_app_and_caller_ends_a_call_and_the_log_names_it() {
    let (live, seen) = (LiveCount::default(), Seen::default());
    let app = App::empty().handlers(handlers![shared::connect, sleep, short]).error_handler(reports(&seen));
    let stage = Stage::start(app.state(live.clone()).timeout(Duration::from_millis(400))).await;
    let mut client = stage.connected(Value::Null).await;
    for (method, limit) in [
        ("short/7", "ms: `timeout = \"200ms\"` of the handler is over"),
        ("sleep/7", "ms: the 400ms of `App::timeout` are over"),
    ] {
        assert_eq!(client.rpc(method, Value::Null).await.expect_err("the time is over").code, 100);
        live.reaches(0).await;
        stage.logs.line(&["WARN", method, "dropped after", limit]).await;
    }
    eventually(|| (seen.lock().expect("no panic").len() == 2).then_some(()), || "no report".to_owned()).await;
    assert!(seen.lock().expect("no panic").iter().all(|report| report.ends_with("true true")));
    stage.stop().await;
}

#[centrifugo::stream("slow:<_>", collect = false)]
async fn slow(State(live): State<LiveCount>) -> impl Stream<Item = u8> {
    let _alive = live.guard();
    tokio::time::sleep(Duration::from_secs(60)).await;
    stream::empty()
}

#[tokio::test]
async fn a_stream_that_does_not_open_in_time_is_reported_and_dropped() {
    let live = LiveCount::default();
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, slow]).state(live.clone())).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.subscribe("slow:a").await["event"], "subscribe-error");
    stage.logs.line(&["WARN", "dropped after", "pattern=\"slow:<_>\"", "name=slow:a"]).await;
    client.call("disconnect", json!({})).await.expect("an end");
    live.reaches(0).await;
    stage.stop().await;
}

#[centrifugo::interceptor(collect = false)]
async fn label<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    let handler = call.handler().map(|handler| handler.name());
    let user = call.user().map(|user| user.as_str());
    tracing::warn!("around {handler:?} {:?} {:?} {user:?} {}", call.pattern(), call.name(), call.client().is_some());
    next.run(call).await
}

#[centrifugo::rpc("greet/<name>", collect = false)]
async fn greet(name: String) -> String {
    name
}

#[tokio::test]
async fn an_interceptor_of_any_event_knows_handler_pattern_name_and_user() {
    let app = App::empty().handlers(handlers![shared::connect, greet]).interceptors(interceptors![label]);
    let stage = Stage::start(app).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("greet/ann", Value::Null).await, Ok(json!("ann")));
    assert_eq!(client.rpc("elsewhere", Value::Null).await.expect_err("no handler").code, 404);
    let logs = stage.stop().await;
    assert!(logs.contains("around Some(\"connect\") None None None true"), "{logs}");
    assert!(logs.contains("around Some(\"greet\") Some(\"greet/<name>\") Some(\"greet/ann\") Some(\"7\") true"), "{logs}");
    assert!(logs.contains("around None None Some(\"elsewhere\") Some(\"7\") true"), "{logs}");
}
