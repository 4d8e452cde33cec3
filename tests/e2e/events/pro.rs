//! Events that only Centrifugo PRO sends, tested by a gRPC client.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use centrifugo::{App, CacheEmpty, Channel, ChannelChange, ChannelState, ErrorReply, Reject, State, handlers};
use centrifugo_tests::outcome::{Outcome, Secret};
use centrifugo_tests::wire::{self, DynamicMessage, error_code, message, text};
use centrifugo_tests::{Logs, LoneApp};
use tonic::Status;

#[centrifugo::cache_empty("news:<outcome>", collect = false)]
async fn fill(outcome: Outcome, channel: Channel, request: &CacheEmpty) -> Result<bool, Secret> {
    assert_eq!(channel, request.channel);
    outcome.produce_or_fail(true).await
}

#[centrifugo::cache_empty("old:<_>", collect = false)]
async fn never_filled() -> bool {
    false
}

/// The notices in the order in which they came.
type Reported = Arc<Mutex<Vec<String>>>;

#[centrifugo::channel_state("news:<topic>", collect = false)]
async fn state(topic: String, state: ChannelState, State(reported): State<Reported>) -> Result<(), Reject> {
    assert_eq!(state.channel, format!("news:{topic}"));
    assert_eq!(state.time, UNIX_EPOCH + Duration::from_millis(1_500));
    reported.lock().expect("a list").push(format!("{topic} {}", state.change.as_str()));
    match &state.change {
        ChannelChange::Other(name) if name == "error" => Err(ErrorReply::new(500, "not now"))?,
        ChannelChange::Other(name) => name.parse::<Outcome>()?.produce(()).await?,
        _ => {}
    }
    Ok(())
}

#[centrifugo::channel_state("chat:<_>", collect = false)]
async fn chat(channel: &Channel, State(reported): State<Reported>) {
    reported.lock().expect("a list").push(channel.to_string());
}

#[centrifugo::channel_state("long:<_>", collect = false)]
async fn long() -> Result<(), ErrorReply> {
    Err(ErrorReply::new(500, "a message that is longer than the app's limit for a response"))
}

async fn app(reported: &Reported) -> LoneApp {
    let handlers = handlers![fill, never_filled, state, chat];
    LoneApp::start(App::empty().handlers(handlers).state(Arc::clone(reported))).await
}

async fn empty(app: &LoneApp, channel: &str) -> Result<String, Status> {
    let request = message("NotifyCacheEmptyRequest", &[("channel", text(channel))]);
    Ok(wire::call(app.address(), "NotifyCacheEmpty", &request).await?.to_string())
}

#[tokio::test]
async fn an_empty_cache_is_filled_or_not() {
    let app = app(&Reported::default()).await;
    assert_eq!(empty(&app, "news:result").await.expect("a reply"), "result{populated:true}");
    assert_eq!(empty(&app, "old:1").await.expect("a reply"), "result{}");
    assert_eq!(empty(&app, "other:1").await.expect("a reply"), "result{}");
    for outcome in ["internal", "panic"] {
        let status = empty(&app, &format!("news:{outcome}")).await.expect_err("a failure");
        assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "internal server error"), "{outcome}");
    }
}

async fn happened(app: &LoneApp, events: &[(&str, &str)]) -> Result<DynamicMessage, Status> {
    let event = |(channel, what): &(&str, &str)| {
        let fields = [("time_ms", wire::Value::I64(1_500)), ("channel", text(channel)), ("type", text(what))];
        wire::Value::Message(message("ChannelEvent", &fields))
    };
    let events = wire::Value::List(events.iter().map(event).collect());
    wire::call(app.address(), "NotifyChannelState", &message("NotifyChannelStateRequest", &[("events", events)])).await
}

#[tokio::test]
async fn each_channel_of_a_request_goes_to_its_own_handler() {
    let reported = Reported::default();
    let app = app(&reported).await;
    let events = [("news:a", "occupied"), ("chat:b", "occupied"), ("other:c", "occupied"), ("news:a", "vacated")];
    let reply = happened(&app, &events).await.expect("a reply");
    assert_eq!(reply.to_string(), "result{}");
    assert_eq!(*reported.lock().expect("a list"), ["a occupied", "chat:b", "a vacated"]);
    assert_eq!(happened(&app, &[]).await.expect("a reply").to_string(), "result{}");
}

#[tokio::test]
async fn the_first_refusal_is_the_reply_and_all_channels_reach_their_handlers() {
    let reported = Reported::default();
    let app = app(&reported).await;
    let refused = happened(&app, &[("news:a", "error"), ("news:b", "internal"), ("chat:c", "vacated")]).await;
    assert_eq!(error_code(&refused.expect("a reply")), Some(500));
    assert_eq!(*reported.lock().expect("a list"), ["a error", "b internal", "chat:c"]);
    for outcome in ["stop", "internal", "panic"] {
        let events = [("chat:a", "occupied"), ("news:a", outcome), ("news:b", "error")];
        let status = happened(&app, &events).await.expect_err("a failure");
        assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "internal server error"), "{outcome}");
    }
}

#[centrifugo::channel_state("slow:<millis>", timeout = "250ms", collect = false)]
async fn slow(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[tokio::test]
async fn each_channel_has_the_whole_time_of_its_handler() {
    let app = LoneApp::start(App::empty().handlers(handlers![slow])).await;
    let reply = happened(&app, &["slow:100"; 4].map(|channel| (channel, "occupied"))).await;
    assert_eq!(reply.expect("a reply").to_string(), "result{}");
    let status = happened(&app, &[("slow:60000", "occupied")]).await.expect_err("the time is over");
    assert_eq!((status.code(), status.message()), (tonic::Code::DeadlineExceeded, "the handler missed its deadline"));
}

#[tokio::test]
async fn a_refusal_that_is_too_long_is_reported_with_its_handler() {
    let logs = Logs::keep();
    let app = LoneApp::start(App::empty().handlers(handlers![long]).max_message_size(32)).await;
    let status = happened(&app, &[("long:1", "vacated")]).await.expect_err("a failure");
    assert_eq!((status.code(), status.message()), (tonic::Code::OutOfRange, "the response is too long"));
    logs.line(&["ERROR", "handler=\"long\"", "name=long:1", "`App::max_message_size` is 32"]).await;
}
