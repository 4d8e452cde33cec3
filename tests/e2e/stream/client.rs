//! Streams as a client of Centrifugo sees them.

use std::time::{Duration, Instant};

use centrifugo::{
    App, Channel, Connected, Data, Disconnect, ErrorReply, Publication, Publications, RawPublications, Reject, State,
    Subscribed, SubscribedStream, UserId, handlers,
};
use centrifugo_tests::outcome::{Outcome, Secret};
use centrifugo_tests::{Client, LiveCount, PATIENCE, Refused, Stage};
use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann")
}

#[centrifugo::stream("count:<to>", collect = false)]
pub(crate) async fn count(to: u32) -> impl Stream<Item = u32> {
    stream::iter(1..=to)
}

#[centrifugo::stream("full:<room>", collect = false)]
async fn full(room: String, user: UserId, Data(data): Data<Value>) -> Result<SubscribedStream, Reject> {
    if room == "closed" {
        Err(ErrorReply::new(403, "closed"))?
    }
    if room == "banned" {
        Err(Disconnect::new(4501, "go away"))?
    }
    let publications = [Publication::new(&json!({ "to": user.as_str() })).tag("n", "1"), Publication::raw(&b"[2]"[..])];
    let rest = stream::iter(publications).chain(stream::pending());
    Ok(Subscribed::new().data(&json!({ "got": data })).info(&"info").presence(true).stream(rest))
}

#[centrifugo::stream("open:<outcome>", collect = false)]
async fn opening(outcome: Outcome) -> Result<impl Stream<Item = ()>, Reject> {
    outcome.produce(stream::pending()).await
}

/// Fails after its first publication.
#[centrifugo::stream("fail:<outcome>", collect = false)]
async fn failing(outcome: Outcome) -> impl Stream<Item = Result<&'static str, Reject>> {
    stream::iter([Outcome::Result, outcome]).then(|outcome| outcome.produce("tick"))
}

#[centrifugo::stream("bytes:<_>", collect = false)]
async fn bytes() -> impl Stream<Item = Publication> {
    stream::iter([Publication::raw(&b"\xff"[..])])
}

#[centrifugo::stream("endless:<_>", collect = false)]
pub(crate) async fn endless(State(live): State<LiveCount>) -> impl Stream<Item = &'static str> {
    let guard = live.guard();
    stream::once(async { "here" }).chain(stream::pending()).inspect(move |_| {
        let _ = &guard;
    })
}

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
}

#[centrifugo::stream("echo:<_>", collect = false)]
async fn echo(notes: Publications<Note>, channel: Channel) -> impl Stream<Item = Value> {
    notes.map(move |note| match note {
        Ok(Note { text }) => json!({ "in": channel.as_str(), "text": text }),
        Err(reject) => json!({ "refused": reject.error().map(|error| error.message().to_owned()) }),
    })
}

#[centrifugo::stream("raw:<_>", collect = false)]
async fn raw(publications: RawPublications) -> impl Stream<Item = usize> {
    publications.map(|bytes| bytes.len())
}

async fn stage() -> (Stage, LiveCount) {
    let live = LiveCount::default();
    let app = App::empty().handlers(handlers![connect, count, full, opening, failing, bytes, endless, echo, raw]);
    (Stage::start(app.state(live.clone()).drain_timeout(2 * PATIENCE)).await, live)
}

async fn publication(client: &mut Client) -> Value {
    client.event("publication").await["data"].take()
}

// With the Rust SDK: the JavaScript SDK reports a burst out of order, as it decodes several frames at a time.
#[tokio::test]
async fn a_stream_is_published_in_order() {
    let (stage, _) = stage().await;
    let client = centrifuge::Client::builder(stage.centrifugo.websocket_url()).build().expect("a client");
    client.connect().expect("a start");
    let subscription = client.new_subscription("count:1000").build().expect("a subscription");
    let mut publications = subscription.publications();
    subscription.subscribe();
    for n in 1..=1000 {
        let publication =
            timeout(PATIENCE, publications.next()).await.expect("a publication in time").expect("a publication");
        assert_eq!(publication.data, n.to_string().as_bytes());
    }
    client.close().await;
    stage.stop().await;
}

#[tokio::test]
async fn the_end_of_a_stream_unsubscribes_for_good() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("count:1").await;
    assert_eq!(publication(&mut client).await, 1);
    assert_eq!(client.event("unsubscribed").await["code"], 2000);
    stage.stop().await;
}

#[tokio::test]
async fn a_reply_has_its_fields_and_publications_their_tags() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    let subscribed = client.subscribe_with("full:house", json!({ "data": "hi" })).await;
    assert_eq!(subscribed["data"], json!({ "got": "hi" }));
    // The SDK reports them in any order.
    let first = client.event_of(&["publication"], |event| event["data"] == json!({ "to": "ann" })).await;
    assert_eq!(first["tags"], json!({ "n": "1" }));
    assert_eq!(publication(&mut client).await, json!([2]));
    stage.stop().await;
}

#[tokio::test]
async fn a_refused_stream_answers_as_a_refused_subscription() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    let refused = client.subscribe("full:closed").await;
    assert_eq!(
        (&refused["event"], &refused["code"], &refused["reason"]),
        (&json!("unsubscribed"), &json!(403), &json!("closed"))
    );
    let refused = client.subscribe("full:a.b").await;
    assert_eq!((&refused["event"], &refused["code"]), (&json!("unsubscribed"), &json!(403)));
    assert_eq!(client.subscribe("full:banned").await["code"], 4501);
    stage.stop().await;
}

#[tokio::test]
async fn a_stream_that_can_not_be_opened_is_tried_again_and_only_the_log_knows_why() {
    let (stage, _) = stage().await;
    for outcome in ["internal", "panic", "timeout"] {
        let mut client = stage.connected(Value::Null).await;
        let error = client.subscribe(&format!("open:{outcome}")).await;
        assert_eq!((&error["event"], &error["error"]["code"]), (&json!("subscribe-error"), &json!(100)), "{outcome}");
    }
    stage
        .logs
        .line(&["ERROR", "the password is swordfish", "`e2e::stream::client::opening` (tests/e2e/stream/client.rs:"])
        .await;
    stage.stop().await;
}

#[tokio::test]
async fn a_stream_that_fails_lets_its_client_come_back_after_a_pause() {
    let (stage, _) = stage().await;
    for (outcome, line) in [("internal", "internal failure: the password"), ("panic", "panicked: the password")] {
        let mut client = stage.connected(Value::Null).await;
        let channel = format!("fail:{outcome}");
        let start = Instant::now();
        client.subscribe(&channel).await;
        for _ in 0..2 {
            assert_eq!(publication(&mut client).await, "tick");
        }
        assert!(start.elapsed() >= Duration::from_secs(1), "no pause");
        assert!(client.settled().await.seen("unsubscribed").is_empty());
        stage
            .logs
            .line(&["ERROR", line, "the stream ends", "`e2e::stream::client::failing` (tests/e2e/stream/client.rs:"])
            .await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_stream_that_refuses_to_go_on_ends_for_good() {
    let (stage, _) = stage().await;
    for outcome in ["error", "stop"] {
        let mut client = stage.connected(Value::Null).await;
        client.subscribe(&format!("fail:{outcome}")).await;
        assert_eq!(client.event("unsubscribed").await["code"], 2000, "{outcome}");
    }
    stage.stop().await;
}

// Centrifugo closes the client for good.
#[tokio::test]
async fn bytes_that_are_not_json_do_not_reach_a_json_client() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("bytes:a").await;
    stage.logs.line(&["ERROR", "the publication isn't JSON"]).await;
    assert!(client.settled().await.seen("disconnected").is_empty());

    let mut client = stage.client_with(json!({ "protobuf": true })).await;
    client.subscribe("bytes:a").await;
    assert_eq!(publication(&mut client).await, json!({ "base64": "/w==" }));
    stage.stop().await;
}

#[tokio::test]
async fn a_stream_is_dropped_as_soon_as_its_client_leaves() {
    let (stage, live) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("endless:a").await;
    client.subscribe("endless:b").await;
    live.reaches(2).await;
    client.call("unsubscribe", json!({ "channel": "endless:a" })).await.expect("an end");
    live.reaches(1).await;
    client.call("disconnect", json!({})).await.expect("an end");
    live.reaches(0).await;
    stage.stop().await;
}

#[tokio::test]
async fn publications_of_a_client_reach_its_stream() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("echo:a").await;
    client.publish("echo:a", json!({ "text": "hi" })).await.expect("an ok");
    assert_eq!(publication(&mut client).await, json!({ "in": "echo:a", "text": "hi" }));
    client.publish("echo:a", json!({ "words": "hi" })).await.expect("an ok");
    assert_eq!(publication(&mut client).await, json!({ "refused": "bad request" }));
    client.publish("echo:a", json!({ "text": "still here" })).await.expect("an ok");
    assert_eq!(publication(&mut client).await, json!({ "in": "echo:a", "text": "still here" }));

    client.subscribe("raw:a").await;
    client.publish("raw:a", json!([1, 2])).await.expect("an ok");
    assert_eq!(publication(&mut client).await, 5);

    // A unidirectional stream takes none.
    client.subscribe("endless:a").await;
    let refused = client.publish("endless:a", json!(1)).await.expect_err("nobody listens");
    assert_eq!(refused, Refused { code: 108, message: "not available".into() });
    stage.stop().await;
}

#[tokio::test]
async fn open_streams_do_not_delay_the_stop_and_their_clients_return() {
    let (stage, live) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("endless:a").await;
    live.reaches(1).await;
    let (centrifugo, _logs) = timeout(PATIENCE, stage.stop_app()).await.expect("an end before the drain is over");
    assert_eq!(live.now(), 0);
    // The client subscribes again at once, and there is no app.
    assert_eq!(client.event("subscribe-error").await["error"]["code"], 100);
    centrifugo.stop().await;
}

#[tokio::test]
async fn handlers_that_can_not_share_a_namespace_stop_the_start() {
    #[centrifugo::topic("endless:<_>", collect = false)]
    async fn topic() -> bool {
        true
    }
    #[centrifugo::stream("echo:one-way.<_>", collect = false)]
    async fn one_way() -> impl Stream<Item = ()> {
        stream::empty()
    }
    let app = App::empty().handlers(handlers![endless, topic, echo, one_way]).state(LiveCount::default());
    let error = app.into_service().expect_err("conflicts").to_string();
    assert!(
        error.contains("the subscriptions of the namespace `endless` are streams because of `e2e::stream::client::endless`"),
        "{error}"
    );
    assert!(error.contains("Centrifugo doesn't call `e2e::stream::client::topic`"), "{error}");
    assert!(error.contains("receives clients' publications and `e2e::stream::client::one_way`"), "{error}");
}

#[tokio::test]
async fn a_secret_never_leaves() {
    let (stage, _) = stage().await;
    let mut client = stage.connected(Value::Null).await;
    let error = client.subscribe("open:internal").await;
    assert!(!error.to_string().contains(&Secret.to_string()), "{error}");
    stage.stop().await;
}
