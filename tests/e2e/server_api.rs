//! The server API: calls of `Publisher`, and their effects on clients.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use centrifugo::api::cent::{self, ApiError, PayloadExt};
use centrifugo::api::token;
use centrifugo::{App, Connected, Data, Disconnect, Publisher, PublisherError, UserId, handlers};
use centrifugo_tests::{Client, Refused, Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const KEY: &str = "the key of the API";
const SECRET: &str = "the secret of the tokens, which is long enough";
const BANNED: Disconnect = Disconnect::new(4502, "banned");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}

#[centrifugo::channel("room:<id>", data = Note)]
struct Room {
    id: u32,
}

#[centrifugo::connect(collect = false)]
async fn connect(name: Option<Data<String>>) -> Connected {
    // The SDK sends nothing for an empty text.
    name.map_or_else(Connected::anonymous, |Data(name)| Connected::user(name))
}

#[centrifugo::topic(Room, collect = false)]
async fn enter(_room: Room, user: UserId) -> bool {
    !user.is_anonymous()
}

#[centrifugo::publish(Room, collect = false)]
async fn say(room: Room, user: UserId, Data(note): Data<Note>) -> bool {
    room.id > 0 && !user.is_anonymous() && !note.text.is_empty()
}

#[centrifugo::rpc("notify/<id>", collect = false)]
async fn notify(id: u32, Data(note): Data<Note>, publisher: Publisher) -> Result<u64, PublisherError> {
    Ok(publisher.publish(Room { id }, &note).await?.offset)
}

#[centrifugo::rpc("shout", collect = false)]
async fn shout(Data(channel): Data<&str>, publisher: Publisher) -> Result<(), PublisherError> {
    publisher.publish(channel, "hey").await.map(drop)
}

fn note(text: &str) -> Note {
    Note { text: text.into() }
}

fn settings() -> Value {
    json!({
        "http_api": { "key": KEY },
        "client": { "token": { "hmac_secret_key": SECRET } },
        "channel": {
            "namespaces": [{
                "name": "room", "presence": true, "history_size": 10, "history_ttl": "60s"
            }]
        }
    })
}

async fn start() -> (Stage, Publisher) {
    // The handlers need their publisher before Centrifugo has its port.
    let url = Arc::new(OnceLock::<String>::new());
    let late = url.clone();
    let endpoint = move || {
        let url = late.get().cloned().ok_or_else(|| cent::BoxError::from("Centrifugo doesn't run yet"));
        async move { url }
    };
    let client = cent::Client::new(cent::Config::with_endpoint_fn(endpoint).api_key(KEY)).expect("a client");
    let app = App::empty().handlers(handlers![connect, enter, say, notify, shout]).centrifugo(settings());
    let stage = Stage::start(app.publisher(client.into())).await;
    url.set(stage.centrifugo.api_url()).expect("a first URL");
    let publisher = Publisher::new(stage.centrifugo.api_url(), KEY).expect("a publisher");
    (stage, publisher)
}

async fn user(stage: &Stage, name: &str) -> Client {
    stage.connected(name.into()).await
}

#[tokio::test]
async fn subscribers_receive_what_is_published() {
    let (stage, publisher) = start().await;
    let mut ann = user(&stage, "ann").await;
    ann.subscribe("room:1").await;

    let published = publisher.publish(Room { id: 1 }, &note("typed")).with(|publish| publish.tags([("from", "app")])).await;
    assert_eq!(published.expect("a publication").offset, 1);
    let publication = ann.event("publication").await;
    assert_eq!((&publication["data"], &publication["tags"]), (&json!({ "text": "typed" }), &json!({ "from": "app" })));

    publisher.publish("room:1", &json!([1, 2])).await.expect("a publication");
    assert_eq!(ann.event("publication").await["data"], json!([1, 2]));
    stage.stop().await;
}

#[tokio::test]
async fn a_repeated_key_publishes_once() {
    let (stage, publisher) = start().await;
    for _ in 0..2 {
        let published =
            publisher.publish(Room { id: 1 }, &note("once")).with(|publish| publish.idempotency_key("note-1")).await;
        assert_eq!(published.expect("a publication").offset, 1);
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_broadcast_reaches_all_channels_and_reports_those_that_it_does_not() {
    let (stage, publisher) = start().await;
    let (mut ann, mut bob) = (user(&stage, "ann").await, user(&stage, "bob").await);
    ann.subscribe("room:1").await;
    bob.subscribe("room:2").await;
    publisher.broadcast([1, 2].map(|id| Room { id }), &note("all")).await.expect("a broadcast");
    for client in [&mut ann, &mut bob] {
        assert_eq!(client.event("publication").await["data"], json!({ "text": "all" }));
    }

    let error = publisher.broadcast(["room:1", "nobody:1"], "some").await.expect_err("an unknown namespace");
    assert_eq!(
        error.to_string(),
        "broadcast: 1 of 2 channels failed, 1 got the publication: nobody:1: unknown channel (code 102)"
    );
    assert_eq!(ann.event("publication").await["data"], "some");
    stage.stop().await;
}

#[tokio::test]
async fn a_user_is_subscribed_and_unsubscribed() {
    let (stage, publisher) = start().await;
    let mut ann = user(&stage, "ann").await;
    publisher.subscribe(UserId::new("ann"), Room { id: 3 }).await.expect("a subscription");
    assert_eq!(ann.event("subscribed").await["channel"], "room:3");
    publisher.publish(Room { id: 3 }, &note("hi")).await.expect("a publication");
    assert_eq!(ann.event("publication").await["channel"], "room:3");
    publisher.unsubscribe("ann", Room { id: 3 }).await.expect("its end");
    assert_eq!(ann.event("unsubscribed").await["channel"], "room:3");
    stage.stop().await;
}

#[tokio::test]
async fn a_disconnected_user_receives_the_reason() {
    let (stage, publisher) = start().await;
    let (mut ann, mut bob) = (user(&stage, "ann").await, user(&stage, "bob").await);
    publisher.disconnect("ann").because(BANNED).await.expect("a disconnect");
    let end = ann.event("disconnected").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(4502), &json!("banned")));

    assert!(bob.settled().await.seen("disconnected").is_empty());
    publisher.disconnect("bob").await.expect("a disconnect");
    let end = bob.event("disconnected").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(3503), &json!("force disconnect")));
    stage.stop().await;
}

#[tokio::test]
async fn an_empty_user_is_everybody_who_is_anonymous_and_a_client_is_one_of_them() {
    let (stage, publisher) = start().await;
    let (mut one, mut two) = (stage.client(Value::Null).await, stage.connected(Value::Null).await);
    let mut ann = user(&stage, "ann").await;
    let id = one.event("connected").await["client"].as_str().expect("an id").to_owned();
    publisher.disconnect(UserId::default()).with(|disconnect| disconnect.client(id)).await.expect("a disconnect");
    one.event("disconnected").await;
    assert!(two.settled().await.seen("disconnected").is_empty());

    publisher.disconnect("").await.expect("a disconnect");
    two.event("disconnected").await;
    assert!(ann.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_user_that_is_expired_connects_again() {
    let (stage, publisher) = start().await;
    let mut ann = user(&stage, "ann").await;
    assert_eq!(ann.event("connecting").await["code"], 0);
    publisher.refresh("ann").with(|refresh| refresh.expired(true)).await.expect("a refresh");
    assert_eq!(ann.event("connecting").await["code"], 3005);
    ann.event("connected").await;
    stage.stop().await;
}

#[tokio::test]
async fn presence_has_the_clients_of_a_channel() {
    let (stage, publisher) = start().await;
    let (mut ann, mut ann_again) = (user(&stage, "ann").await, user(&stage, "ann").await);
    ann.subscribe("room:1").await;
    ann_again.subscribe("room:1").await;
    ann.subscribe("room:2").await;

    let there = publisher.presence(Room { id: 1 }).await.expect("a presence").presence;
    let users: Vec<_> = there.values().map(|info| info.user.as_str()).collect();
    assert_eq!(users, ["ann", "ann"]);
    let stats = publisher.presence_stats(Room { id: 1 }).await.expect("the stats");
    assert_eq!((stats.num_clients, stats.num_users), (2, 1));

    let channels = publisher.channels().with(|channels| channels.pattern("room:*")).await.expect("the channels").channels;
    let counts: Vec<_> = channels.iter().map(|(name, info)| (name.as_str(), info.num_clients)).collect();
    assert_eq!(counts, [("room:1", 2), ("room:2", 1)]);
    stage.stop().await;
}

#[tokio::test]
async fn history_has_what_was_published_until_it_is_removed() {
    let (stage, publisher) = start().await;
    for text in ["a", "b", "c"] {
        publisher.publish(Room { id: 1 }, &note(text)).await.expect("a publication");
    }
    let end = publisher.history(Room { id: 1 }).await.expect("a history");
    assert_eq!((end.offset, end.publications.len()), (3, 0));
    let last = publisher.history(Room { id: 1 }).with(|history| history.limit(2).reverse(true)).await.expect("a history");
    let notes: Vec<Note> = last.publications.iter().map(|one| one.data.decode().expect("a note")).collect();
    assert_eq!(notes, [note("c"), note("b")]);

    publisher.history_remove(Room { id: 1 }).await.expect("a removal");
    let all = publisher.history(Room { id: 1 }).with(|history| history.limit(-1)).await.expect("a history");
    assert_eq!((all.offset, all.publications.len()), (3, 0));
    stage.stop().await;
}

#[tokio::test]
async fn info_has_the_node_that_runs() {
    let (stage, publisher) = start().await;
    let _ann = user(&stage, "ann").await;
    let info = publisher.info().await.expect("the info");
    assert_eq!(info.nodes.len(), 1);
    assert!(info.nodes[0].version.starts_with("6.9."), "{}", info.nodes[0].version);
    stage.stop().await;
}

#[tokio::test]
async fn a_batch_makes_all_of_its_calls_and_each_has_its_result() {
    let (stage, publisher) = start().await;
    let mut ann = user(&stage, "ann").await;
    ann.subscribe("room:1").await;

    let mut batch = publisher.batch();
    let first = batch.add(publisher.publish(Room { id: 1 }, &note("first"))).expect("a command");
    let stats = batch.add(publisher.presence_stats(Room { id: 1 })).expect("a command");
    let second = batch.add(publisher.publish("room:1", "second")).expect("a command");
    batch.send().await.expect("a batch");
    assert_eq!(first.result().map(|published| published.offset).ok(), Some(1));
    assert_eq!(second.result().map(|published| published.offset).ok(), Some(2));
    assert_eq!(stats.result().map(|stats| stats.num_users).ok(), Some(1));
    // The SDK reports them in any order.
    for data in [json!({ "text": "first" }), json!("second")] {
        ann.event_of(&["publication"], |event| event["data"] == data).await;
    }

    let mut batch = publisher.parallel_batch();
    let lost = batch.add(publisher.publish("nobody:1", "lost")).expect("a command");
    let found = batch.add(publisher.broadcast(["room:1"], "found")).expect("a command");
    let error = batch.send().await.expect_err("a command that fails");
    assert!(error.to_string().starts_with("batch: 1 of 2 commands failed, 1 succeeded"), "{error}");
    assert_eq!(lost.result().expect_err("an unknown namespace").api_code(), Some(ApiError::UNKNOWN_CHANNEL));
    found.result().expect("a broadcast");
    assert_eq!(ann.event("publication").await["data"], "found");
    stage.stop().await;
}

#[tokio::test]
async fn an_error_has_the_call_and_its_cause() {
    let (stage, publisher) = start().await;
    let url = stage.centrifugo.api_url();
    let text = |error: PublisherError| error.to_string();

    let stranger = Publisher::new(&url, "another key").expect("a publisher");
    assert_eq!(
        stranger.publish("room:1", "hi").await.map_err(text).expect_err("a wrong key"),
        "publish `room:1`: Centrifugo refuses the API key: the publisher needs the one that Centrifugo has as `http_api.key`"
    );
    let unknown = publisher.publish("nobody:1", "hi").await.expect_err("an unknown namespace");
    assert_eq!(unknown.cent().and_then(cent::Error::api_code), Some(ApiError::UNKNOWN_CHANNEL));
    assert_eq!(text(unknown), "publish `nobody:1`: unknown channel (code 102)");
    // The channels without a namespace have no presence.
    assert_eq!(
        publisher.presence("news").await.map_err(text).expect_err("no presence"),
        "presence `news`: not available (code 108)"
    );
    let elsewhere = Publisher::new(url.replace("/api", "/other"), KEY).expect("a publisher");
    let lost = elsewhere.info().await.map_err(text).expect_err("no API there");
    assert!(lost.starts_with("info: unexpected HTTP status 404"), "{lost}");
    let gone = Publisher::new("http://127.0.0.1:1/api", KEY).expect("a publisher").timeout(Duration::from_secs(5));
    let gone = gone.info().await.expect_err("nobody there");
    assert!(gone.cent().is_some_and(cent::Error::is_retryable), "{gone}");
    assert!(gone.to_string().starts_with("info: "), "{gone}");
    stage.stop().await;
}

// So neither `cent` nor `Publisher` has a method for it.
#[tokio::test]
async fn centrifugo_has_no_procedures_to_call() {
    let (stage, _) = start().await;
    let url = stage.centrifugo.api_url();
    let address = url.strip_prefix("http://").and_then(|url| url.strip_suffix("/api")).expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("an API that listens");
    let body = r#"{"method":"ping","params":{}}"#;
    let head = format!("POST /api/rpc HTTP/1.0\r\nx-api-key: {KEY}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).await.expect("a request that is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.ends_with(r#"{"error":{"code":104,"message":"not found"}}"#), "{answer}");
    stage.stop().await;
}

#[tokio::test]
async fn a_handler_publishes() {
    let (stage, _) = start().await;
    let mut ann = user(&stage, "ann").await;
    ann.subscribe("room:9").await;
    assert_eq!(ann.rpc("notify/9", json!({ "text": "hi" })).await, Ok(json!(1)));
    assert_eq!(ann.event("publication").await["data"], json!({ "text": "hi" }));
    ann.publish("room:9", json!({ "text": "myself" })).await.expect("a publication");
    assert_eq!(ann.event("publication").await["data"], json!({ "text": "myself" }));

    let refused = ann.rpc("shout", "nobody:1".into()).await;
    assert_eq!(refused, Err(Refused { code: 100, message: "internal server error".into() }));
    stage.logs.line(&["ERROR", "publish `nobody:1`: unknown channel (code 102)", "server_api::shout"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn tokens_let_clients_in() -> Result<(), token::TokenError> {
    let (stage, _) = start().await;
    let (key, hour) = (token::Key::hmac(SECRET)?, Duration::from_secs(3600));
    let connection = token::ConnectionClaims::new("tom", cent::Expiry::after(hour));
    let mut tom = stage.client_with(json!({ "token": token::connection(&key, &connection)? })).await;
    tom.event("connected").await;

    let private = token::SubscriptionClaims::new("tom", "$room:1", cent::Expiry::after(hour));
    let answer = tom.subscribe_with("$room:1", json!({ "token": token::subscription(&key, &private)? })).await;
    assert_eq!(answer["event"], "subscribed");
    stage.stop().await;
    Ok(())
}
