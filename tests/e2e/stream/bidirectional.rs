//! Bidirectional streams, opened by a gRPC client that sends what Centrifugo doesn't: floods, invalid messages, or nothing.

use std::time::Duration;

use bytes::Bytes;
use centrifugo::{App, Publications, RawPublications, State, handlers};
use centrifugo_tests::wire::{DynamicMessage, Opened, Value, connection, message, open_bidirectional, text};
use centrifugo_tests::{LiveCount, PATIENCE};
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic::{Code, Status};

#[centrifugo::stream("echo:<_>", collect = false)]
async fn echo(publications: Publications<String>) -> impl Stream<Item = String> {
    publications.map(|text| text.unwrap_or_else(|reject| reject.to_string()))
}

/// A stream that never reads its client's publications.
#[centrifugo::stream("deaf:<_>", collect = false)]
async fn deaf(publications: RawPublications, State(live): State<LiveCount>) -> impl Stream<Item = ()> {
    let guard = live.guard();
    futures_util::stream::pending().inspect(move |()| {
        let _ = (&publications, &guard);
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

fn opening(channel: &str) -> DynamicMessage {
    let request = message("SubscribeRequest", &[("channel", text(channel))]);
    message("StreamSubscribeRequest", &[("subscribe_request", Value::Message(request))])
}

fn publication(data: Bytes) -> DynamicMessage {
    let publication = message("Publication", &[("data", Value::Bytes(data))]);
    message("StreamSubscribeRequest", &[("publication", Value::Message(publication))])
}

async fn open(connection: &Channel, first: DynamicMessage) -> Result<(mpsc::Sender<DynamicMessage>, Opened), Status> {
    let (sender, opened) = open_bidirectional(connection).await;
    sender.send(first).await.expect("a stream");
    Ok((sender, timeout(PATIENCE, opened).await.expect("an answer")?))
}

/// A stream whose first message has been read.
async fn subscribed(connection: &Channel, channel: &str) -> (mpsc::Sender<DynamicMessage>, Opened) {
    let (sender, mut stream) = open(connection, opening(channel)).await.expect("a stream");
    stream.next().await.expect("no failure").expect("a first message");
    (sender, stream)
}

/// The data of the next publication.
async fn next_data(stream: &mut Opened) -> Option<Bytes> {
    let message = timeout(PATIENCE, stream.next()).await.expect("an answer").expect("no failure")?;
    let publication = message.get_field_by_name("publication").expect("a field of the schema");
    let data = publication.as_message().and_then(|publication| publication.get_field_by_name("data"))?;
    data.as_bytes().cloned()
}

#[tokio::test]
async fn a_handler_that_does_not_read_delays_no_other_stream() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let mut publishing = Vec::new();
    for number in 0..40 {
        let (sender, deaf) = subscribed(&connection, &format!("deaf:{number}")).await;
        // More than a stream's window: the peer waits, and never finishes.
        publishing.push(tokio::spawn(async move {
            let _open = deaf;
            while sender.send(publication(vec![b'1'; 60_000].into())).await.is_ok() {}
        }));
    }
    // Time for the 40 to fill what they can fill, which would be 2.5 MiB: more than the usual window of a connection.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (sender, mut echoed) = subscribed(&connection, "echo:a").await;
    for text in ["\"a\"", "\"b\""] {
        sender.send(publication(text.into())).await.expect("a stream");
        assert_eq!(next_data(&mut echoed).await.as_deref(), Some(text.as_bytes()));
    }
    assert!(publishing.iter().all(|publishing| !publishing.is_finished()));
    app.abort();
}

// h2's limit of small frames can't tell an attack from a slow handler.
#[tokio::test]
async fn a_flood_of_small_publications_ends_no_connection() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let mut flooding = JoinSet::new();
    for number in 0..20 {
        let (sender, deaf) = subscribed(&connection, &format!("deaf:{number}")).await;
        flooding.spawn(async move {
            for _ in 0..2_000 {
                sender.send(publication("1".into())).await.expect("a stream");
            }
            (sender, deaf)
        });
    }
    let flooded = timeout(PATIENCE, flooding.join_all()).await.expect("room for small publications");
    let (sender, mut echoed) = subscribed(&connection, "echo:a").await;
    sender.send(publication("\"a\"".into())).await.expect("a stream");
    assert_eq!(next_data(&mut echoed).await.as_deref(), Some(&b"\"a\""[..]));
    drop(flooded);
    app.abort();
}

#[tokio::test]
async fn a_peer_that_ends_its_messages_still_receives_publications() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let (sender, mut echoed) = subscribed(&connection, "echo:a").await;
    sender.send(publication("\"bye\"".into())).await.expect("a stream");
    drop(sender);
    assert_eq!(next_data(&mut echoed).await.as_deref(), Some(&b"\"bye\""[..]));
    // The client's publications are over, and with them what they are mapped to.
    assert_eq!(next_data(&mut echoed).await, None);
    app.abort();
}

#[tokio::test]
async fn messages_without_a_publication_are_ignored() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    let (sender, mut echoed) = subscribed(&connection, "echo:a").await;
    sender.send(opening("echo:b")).await.expect("a stream");
    sender.send(message("StreamSubscribeRequest", &[])).await.expect("a stream");
    sender.send(publication("\"on\"".into())).await.expect("a stream");
    assert_eq!(next_data(&mut echoed).await.as_deref(), Some(&b"\"on\""[..]));
    app.abort();
}

#[tokio::test]
async fn a_first_message_without_a_request_is_refused() {
    let Running { connection, app, stop: _stop, .. } = run().await;
    for first in [publication("1".into()), message("StreamSubscribeRequest", &[])] {
        let status = open(&connection, first).await.expect_err("a refusal");
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    }
    let (sender, opened) = open_bidirectional(&connection).await;
    drop(sender);
    let status = timeout(PATIENCE, opened).await.expect("an answer").expect_err("a refusal");
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    app.abort();
}

#[tokio::test]
async fn a_stream_that_waits_is_dropped_promptly_when_its_peer_leaves() {
    let Running { connection, live, app, stop: _stop } = run().await;
    let (sender, deaf) = subscribed(&connection, "deaf:a").await;
    assert_eq!(live.now(), 1);
    drop((sender, deaf));
    // Long before the system finds out that a silent peer is gone.
    live.reaches(0).await;
    app.abort();
}

#[tokio::test]
async fn a_silent_peer_does_not_delay_the_stop() {
    let Running { connection, stop, app, .. } = run().await;
    let (_sender, opened) = open_bidirectional(&connection).await;
    let opened = tokio::spawn(opened);
    // When a second call is open, the first one, which is before it on the connection, has arrived.
    open(&connection, opening("deaf:a")).await.expect("a stream");
    stop.send(()).expect("an app");
    let status = timeout(PATIENCE, opened).await.expect("an answer").expect("a task").expect_err("an end");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    timeout(PATIENCE, app).await.expect("an end before the drain is over").expect("an app").expect("a good end");
}
