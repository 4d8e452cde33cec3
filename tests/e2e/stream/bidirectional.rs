//! Streams that go both ways, from a peer that does what Centrifugo never would: talks on unheard, says nothing, or nonsense.

use std::time::Duration;

use bytes::Bytes;
use centrifugo::{App, Publications, RawPublications, State, handlers};
use centrifugo_tests::PATIENCE;
use centrifugo_tests::wire::{DynamicMessage, Opened, Value, connection, message, open_bidirectional, text};
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic::{Code, Status};

use centrifugo_tests::LiveCount;

#[centrifugo::stream("echo:<_>", collect = false)]
async fn echo(said: Publications<String>) -> impl Stream<Item = String> {
    said.map(|said| said.unwrap_or_else(|reject| reject.to_string()))
}

/// Never looks at what it is told.
#[centrifugo::stream("deaf:<_>", collect = false)]
async fn deaf(said: RawPublications, State(live): State<LiveCount>) -> impl Stream<Item = ()> {
    let life = live.guard();
    futures_util::stream::pending().inspect(move |()| {
        let _ = (&said, &life);
    })
}

struct Running {
    connection: Channel,
    live: LiveCount,
    stop: oneshot::Sender<()>,
    app: tokio::task::JoinHandle<Result<(), centrifugo::StartError>>,
}

async fn run() -> Running {
    let live = LiveCount::default();
    let app = App::empty().handlers(handlers![echo, deaf]).state(live.clone()).drain_timeout(2 * PATIENCE);
    let server = app.listen("127.0.0.1:0").bind().await.expect("an app");
    let connection = connection(server.local_addr()).await;
    let (stop, stopped) = oneshot::channel();
    let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
    Running { connection, live, stop, app }
}

fn asking(channel: &str) -> DynamicMessage {
    let request = message("SubscribeRequest", &[("channel", text(channel))]);
    message("StreamSubscribeRequest", &[("subscribe_request", Value::Message(request))])
}

fn saying(data: Bytes) -> DynamicMessage {
    let publication = message("Publication", &[("data", Value::Bytes(data))]);
    message("StreamSubscribeRequest", &[("publication", Value::Message(publication))])
}

async fn open(connection: &Channel, first: DynamicMessage) -> Result<(mpsc::Sender<DynamicMessage>, Opened), Status> {
    let (say, opened) = open_bidirectional(connection).await;
    say.send(first).await.expect("a stream");
    Ok((say, timeout(PATIENCE, opened).await.expect("an answer")?))
}

/// The data of the next publication.
async fn heard(stream: &mut Opened) -> Option<Bytes> {
    let message = timeout(PATIENCE, stream.next()).await.expect("an answer").expect("no failure")?;
    let publication = message.get_field_by_name("publication").expect("a field of the schema");
    let data = publication.as_message().and_then(|publication| publication.get_field_by_name("data"))?;
    data.as_bytes().cloned()
}

#[tokio::test]
async fn a_handler_that_does_not_listen_holds_up_no_other_stream() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let mut talking = Vec::new();
    for number in 0..40 {
        let (say, mut deaf) = open(&connection, asking(&format!("deaf:{number}"))).await.expect("a stream");
        deaf.next().await.expect("no failure").expect("a first message");
        // More than a stream's window: the peer is held back, and never done.
        talking.push(tokio::spawn(async move {
            let _open = deaf;
            while say.send(saying(vec![b'1'; 60_000].into())).await.is_ok() {}
        }));
    }
    // Time for the 40 to fill what they can fill, which would be 2.5 MiB: more than the usual window of a connection.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (say, mut echoed) = open(&connection, asking("echo:a")).await.expect("a stream");
    echoed.next().await.expect("no failure").expect("a first message");
    for text in ["\"a\"", "\"b\""] {
        say.send(saying(text.into())).await.expect("a stream");
        assert_eq!(heard(&mut echoed).await.as_deref(), Some(text.as_bytes()));
    }
    assert!(talking.iter().all(|talking| !talking.is_finished()));
    app.abort();
}

// HTTP/2's guard against many small frames knows no difference between an attack and a handler that takes its time.
#[tokio::test]
async fn a_flood_of_small_publications_ends_no_connection() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let mut flooding = JoinSet::new();
    for number in 0..20 {
        let (say, mut deaf) = open(&connection, asking(&format!("deaf:{number}"))).await.expect("a stream");
        deaf.next().await.expect("no failure").expect("a first message");
        flooding.spawn(async move {
            for _ in 0..2_000 {
                say.send(saying("1".into())).await.expect("a stream");
            }
            (say, deaf)
        });
    }
    let flooded = timeout(PATIENCE, flooding.join_all()).await.expect("room for small publications");
    let (say, mut echoed) = open(&connection, asking("echo:a")).await.expect("a stream");
    echoed.next().await.expect("no failure").expect("a first message");
    say.send(saying("\"a\"".into())).await.expect("a stream");
    assert_eq!(heard(&mut echoed).await.as_deref(), Some(&b"\"a\""[..]));
    drop(flooded);
    app.abort();
}

#[tokio::test]
async fn a_peer_that_only_stops_talking_hears_on() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let (say, mut echoed) = open(&connection, asking("echo:a")).await.expect("a stream");
    echoed.next().await.expect("no failure").expect("a first message");
    say.send(saying("\"bye\"".into())).await.expect("a stream");
    drop(say);
    assert_eq!(heard(&mut echoed).await.as_deref(), Some(&b"\"bye\""[..]));
    // The client's publications are over, and with them what they are mapped to.
    assert_eq!(heard(&mut echoed).await, None);
    app.abort();
}

#[tokio::test]
async fn what_is_no_publication_is_passed_over() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let (say, mut echoed) = open(&connection, asking("echo:a")).await.expect("a stream");
    echoed.next().await.expect("no failure").expect("a first message");
    say.send(asking("echo:b")).await.expect("a stream");
    say.send(message("StreamSubscribeRequest", &[])).await.expect("a stream");
    say.send(saying("\"on\"".into())).await.expect("a stream");
    assert_eq!(heard(&mut echoed).await.as_deref(), Some(&b"\"on\""[..]));
    app.abort();
}

#[tokio::test]
async fn a_first_message_that_asks_for_nothing_is_refused() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    for first in [saying("1".into()), message("StreamSubscribeRequest", &[])] {
        let status = open(&connection, first).await.expect_err("a refusal");
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    }
    let (say, opened) = open_bidirectional(&connection).await;
    drop(say);
    let status = timeout(PATIENCE, opened).await.expect("an answer").expect_err("a refusal");
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    app.abort();
}

#[tokio::test]
async fn a_stream_that_waits_is_dropped_promptly_when_its_peer_leaves() {
    let Running { connection, live, app, stop: _stop } = run().await;
    let (say, mut deaf) = open(&connection, asking("deaf:a")).await.expect("a stream");
    deaf.next().await.expect("no failure").expect("a first message");
    assert_eq!(live.now(), 1);
    drop((say, deaf));
    // Long before the system finds out that a silent peer is gone.
    live.reaches(0).await;
    app.abort();
}

#[tokio::test]
async fn a_peer_that_says_nothing_does_not_hold_up_the_end() {
    let Running { connection, stop, app, .. } = run().await;
    let (_say, opened) = open_bidirectional(&connection).await;
    let opened = tokio::spawn(opened);
    // A second call tells that the first one, which is before it on the connection, has arrived.
    open(&connection, asking("deaf:a")).await.expect("a stream");
    stop.send(()).expect("an app");
    let status = timeout(PATIENCE, opened).await.expect("an answer").expect("a task").expect_err("an end");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    timeout(PATIENCE, app).await.expect("an end before the drain is over").expect("an app").expect("a good end");
}
