//! `centrifugo::testing`: an app that is called without a socket.

use std::time::Duration;

use bytes::Bytes;
use centrifugo::testing::TestApp;
use centrifugo::{
    App, Call, Channel, ChannelChange, ChannelState, Connected, Data, ErrorReply, Event, Extension, Header, Key, Meta, Next,
    PollItem, PolledItem, Publications, Published, Refreshed, Reject, State, SubRefreshed, Subscribed, SubscribedStream,
    UserId, handlers, interceptors,
};
use centrifugo_tests::Outcome;
use futures_util::stream::{self, Stream, StreamExt};
use headers::Referer;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect(Data(name): Data<String>, Header(page): Header<Referer>) -> Connected {
    Connected::user(name).data(&page.to_string()).subscribe("news").expire_in(Duration::from_secs(60))
}

#[centrifugo::refresh(collect = false)]
async fn refresh(user: UserId, Meta(left): Meta<u64>) -> Refreshed {
    if user == "gone" { Refreshed::expired() } else { Refreshed::for_secs(left) }
}

#[centrifugo::topic("user.<id>", collect = false)]
async fn own(id: String, user: UserId) -> Result<Subscribed, ErrorReply> {
    if user == id { Ok(Subscribed::new().data(&json!([1]))) } else { Err(ErrorReply::PERMISSION_DENIED) }
}

#[centrifugo::sub_refresh("user.<_>", collect = false)]
async fn still() -> SubRefreshed {
    SubRefreshed::never_expires()
}

#[centrifugo::publish("chat:<_>", collect = false)]
async fn say(user: UserId, Data(text): Data<Option<String>>) -> Published {
    Published::new().data(&json!({ "by": user.as_str(), "text": text }))
}

#[centrifugo::rpc("do/<outcome>", collect = false)]
async fn call(outcome: Outcome, Extension(prefix): Extension<String>) -> Result<String, Reject> {
    outcome.produce(format!("{prefix} done")).await
}

#[centrifugo::rpc("bytes", collect = false)]
async fn bytes() -> centrifugo::RpcReply {
    centrifugo::RpcReply::raw(&b"\xff"[..])
}

#[centrifugo::stream("ticks:<outcome>", collect = false)]
async fn ticks(outcome: Outcome) -> impl Stream<Item = Result<u32, Reject>> {
    stream::iter([1, 2]).map(Ok).chain(stream::once(outcome.produce(3)))
}

#[centrifugo::stream("echo:<_>", collect = false)]
async fn echo(publications: Publications<String>) -> SubscribedStream {
    Subscribed::new().data(&"welcome").try_stream(publications)
}

#[centrifugo::map_publish("board:<_>", collect = false)]
async fn set(key: Key, user: UserId) -> bool {
    key == *user
}

#[centrifugo::map_remove("board:<_>", collect = false)]
async fn remove(key: Key, user: UserId) -> bool {
    key == *user
}

#[centrifugo::shared_poll("prices:<_>", collect = false)]
async fn prices(items: Vec<PollItem>) -> Vec<PolledItem> {
    items.into_iter().map(|item| PolledItem::new(item.key, &1).version(item.version + 1)).collect()
}

#[centrifugo::cache_empty(collect = false)]
async fn fill() -> bool {
    true
}

#[centrifugo::channel_state(collect = false)]
async fn watch(channel: Channel, state: &ChannelState) -> Result<(), ErrorReply> {
    if channel == "a" && state.change == ChannelChange::Vacated { Ok(()) } else { Err(ErrorReply::BAD_REQUEST) }
}

#[centrifugo::interceptor(collect = false)]
async fn prefix<E: Event>(State(prefix): State<String>, mut call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    call.extensions_mut().insert(prefix);
    next.run(call).await
}

fn app() -> TestApp {
    let handlers = handlers![connect, refresh, own, still, say, call, bytes, ticks, echo, set, remove, prices, fill, watch];
    let app = App::empty().handlers(handlers).interceptors(interceptors![prefix]).state("well".to_owned());
    TestApp::new(app.secret("x-secret", "s3cr3t")).expect("an app that can start")
}

#[tokio::test]
async fn every_event_is_called_through_the_same_dispatch() {
    let app = app();
    let connected = app.connect().data("ann").header("referer", "http://localhost/page").await;
    assert_eq!((connected.reply().user.as_str(), connected.reply().channels.as_slice()), ("ann", &["news".to_owned()][..]));
    assert_eq!(connected.data::<String>(), "http://localhost/page");
    assert!(connected.reply().expire_at > 0);

    assert!(app.refresh().user("gone").meta(1).await.reply().expired);
    assert!(app.refresh().user("ann").meta(60).await.reply().expire_at > 0);
    assert_eq!(app.subscribe("user.ann").user("ann").await.data::<Value>(), json!([1]));
    assert!(!app.sub_refresh("user.ann").user("ann").await.reply().expired);
    assert!(app.sub_refresh("other").await.reply().expired);
    assert_eq!(app.publish("chat:a").user("ann").await.reply().data, r#"{"by":"ann","text":null}"#);
    assert_eq!(app.rpc("do/result").await.data::<String>(), "well done");
    assert!(app.map_publish("board:1", "ann").user("ann").await.is_reply());
    assert_eq!(app.map_remove("board:1", "ann").user("bob").await.error().code(), 403);
    let polled = app.shared_poll("prices:a").item("ACME", 3).item("GONE", 0).await.into_reply();
    assert_eq!(
        polled.items.iter().map(|item| (item.key.as_str(), item.version)).collect::<Vec<_>>(),
        [("ACME", 4), ("GONE", 1)]
    );
    assert!(app.cache_empty("news").await.reply().populated);
    assert!(app.channel_state("a", ChannelChange::Vacated).await.is_reply());
    assert_eq!(app.channel_state("a", ChannelChange::Occupied).await.error().code(), 400);
}

#[tokio::test]
async fn refusals_and_failures_are_distinct() {
    let app = app();
    assert_eq!(app.subscribe("user.ann").user("bob").await.error().code(), 403);
    assert_eq!(app.subscribe("nothing").await.error(), &ErrorReply::PERMISSION_DENIED);
    assert_eq!(app.rpc("nothing").await.error(), &ErrorReply::METHOD_NOT_FOUND);
    assert!(app.rpc("do/temporary").await.error().is_temporary());
    assert_eq!(app.rpc("do/stop").await.disconnect().code(), 4501);
    assert_eq!(app.rpc("do/internal").await.failure(), "internal failure: the password is swordfish");
    assert_eq!(app.rpc("do/panic").await.failure(), "internal failure: panicked: the password is swordfish");
    // Centrifugo can't send this to a JSON client.
    assert!(app.rpc("bytes").await.failure().contains("isn't JSON"));
    assert_eq!(app.rpc("bytes").protobuf().await.reply().data, &b"\xff"[..]);
    assert_eq!(format!("{:?}", app.rpc("do/stop").await), r#"Disconnect(Disconnect { code: 4501, reason: "go away" })"#);
}

#[tokio::test]
#[should_panic(expected = "no reply: Error(ErrorReply { code: 403, message: \"permission denied\", temporary: false })")]
async fn another_outcome_than_expected_is_shown_whole() {
    app().subscribe("user.ann").user("bob").await.reply();
}

#[tokio::test]
async fn a_stream_is_read_to_its_end() {
    let app = app();
    let mut stream = app.stream("ticks:result").await.into_reply();
    let mut ticks = Vec::new();
    while let Some(tick) = stream.next::<u32>().await.expect("a stream that doesn't fail") {
        ticks.push(tick);
    }
    assert_eq!(ticks, [1, 2, 3]);
    let mut stream = app.stream("ticks:internal").await.into_reply();
    assert_eq!(stream.next().await.expect("a tick"), Some(1));
    assert_eq!(stream.next().await.expect("a tick"), Some(2));
    assert!(stream.next::<u32>().await.expect_err("a failure").is_internal());

    let publications = stream::iter([Bytes::from("\"a\""), Bytes::from("1")]);
    let echoed = app.stream("echo:a").publications(publications).await;
    assert_eq!(echoed.data::<String>(), "welcome");
    let mut echoed = echoed.into_reply();
    assert_eq!(echoed.next::<String>().await.expect("an echo").as_deref(), Some("a"));
    assert_eq!(echoed.next::<String>().await.expect_err("no text").error().map(ErrorReply::code), Some(400));
    // Centrifugo has opened it for one direction.
    assert!(app.stream("echo:a").await.failure().contains("subscribe_stream_proxy_bidirectional"));
}

#[tokio::test]
async fn a_stream_that_fails_or_panics_ends_and_is_reported() {
    let (sender, mut failures) = tokio::sync::mpsc::unbounded_channel();
    let app = App::empty().handlers(handlers![ticks]).error_handler(move |failure| {
        let sent = sender.send((failure.is_panic(), failure.name().map(str::to_owned), failure.to_string()));
        async move { drop(sent) }
    });
    let app = TestApp::new(app).expect("an app that can start");
    for (channel, panics) in [("ticks:internal", false), ("ticks:panic", true)] {
        let mut stream = app.stream(channel).await.into_reply();
        assert_eq!(stream.next().await.expect("a tick"), Some(1));
        assert_eq!(stream.next().await.expect("a tick"), Some(2));
        let reject = stream.next::<u32>().await.expect_err("a failure");
        assert!(reject.is_internal(), "{reject}");
        assert_eq!(stream.next::<u32>().await.expect("an end"), None);
        let (panic, name, text) = failures.recv().await.expect("a report");
        assert_eq!((panic, name.as_deref()), (panics, Some(channel)));
        assert!(text.contains("swordfish"), "{text}");
    }
}

#[tokio::test]
async fn rpcs_of_http_reach_the_router() {
    use axum::{Json, Router, extract::Path, routing::get};
    async fn user(Path(id): Path<u64>) -> Json<Value> {
        Json(json!({ "id": id }))
    }
    let router = Router::new().route("/users/{id}", get(user));
    let app = App::empty().handlers(handlers![call]).interceptors(interceptors![prefix]).state("well".to_owned());
    let app = TestApp::new(app.http(router)).expect("an app that can start");
    assert_eq!(app.rpc("get:users/7").await.data::<Value>(), json!({ "code": 200, "id": 7 }));
    assert_eq!(app.rpc("do/result").await.data::<String>(), "well done");
    assert_eq!(app.rpc("get:../secret").await.error().code(), 400);
}
