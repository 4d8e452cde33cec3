//! Publications into streams that nobody reads.

use std::time::Duration;

use bytes::Bytes;
use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{END_HEADERS, Kind, Raw, frame, headers};
use centrifugo_tests::peer::{Call, Response, Upload};
use centrifugo_tests::wire::{self, Message, Value};
use centrifugo_tests::{Attacked, PATIENCE, Peer};
use tokio::time::timeout;

use crate::{SLACK, start};

/// The message that opens a bidirectional stream.
pub(crate) fn opening(channel: &str) -> Bytes {
    let request = wire::message("SubscribeRequest", &[("user", wire::text("ann")), ("channel", wire::text(channel))]);
    let opening = wire::message("StreamSubscribeRequest", &[("subscribe_request", Value::Message(request))]);
    wire::framed(&opening.encode_to_vec())
}

/// A message with a publication of the client.
pub(crate) fn publication(data: &[u8]) -> Bytes {
    let data = Value::Bytes(Bytes::copy_from_slice(data));
    let publication = Value::Message(wire::message("Publication", &[("data", data)]));
    wire::framed(&wire::message("StreamSubscribeRequest", &[("publication", publication)]).encode_to_vec())
}

/// Opens a bidirectional stream: sends its first message.
pub(crate) async fn bidirectional(app: &Attacked, peer: &mut Peer, channel: &str) -> Call {
    let request = app.request("SubscribeBidirectional").body(()).expect("a request");
    let mut call = peer.begin(request).await.expect("a call");
    call.body.send(opening(channel)).await.expect("the opening is read");
    call
}

/// Publishes some long messages, then very many short ones.
async fn publish_on_and_on(body: &mut Upload) {
    let (long, short) = (publication(&[b'1'; 10 << 10]), publication(b"1"));
    for _ in 0..14 {
        body.send(long.clone()).await.expect("the stream is open");
    }
    for _ in 0..100_000 {
        body.send(short.clone()).await.expect("the stream is open");
    }
}

/// Checks that the peer may publish without limit although nobody reads, and that the handler's stream ends with the peer's.
async fn gives_the_window_back(channel: &str) {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    let mut call = bidirectional(&app, &mut peer, channel).await;
    app.runs(1).await;
    let before = app.memory();
    let published = timeout(PATIENCE, publish_on_and_on(&mut call.body)).await;
    published.expect("the app makes room for more");
    app.answers_on(&mut peer).await;
    app.grew_at_most(SLACK, before, "publications that nobody reads").await;
    call.body.reset();
    app.runs(0).await;
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn publications_that_the_handler_dropped_take_no_room() {
    gives_the_window_back("dropped:1").await;
}

#[tokio::test]
async fn publications_that_the_handler_never_took_take_no_room() {
    gives_the_window_back("deaf:1").await;
}

#[tokio::test]
async fn publications_that_the_handler_keeps_unread_hold_their_own_stream_back_only() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    let mut call = bidirectional(&app, &mut peer, "kept:1").await;
    app.runs(1).await;
    let before = app.memory();
    let published = timeout(Duration::from_secs(2), publish_on_and_on(&mut call.body)).await;
    assert!(published.is_err(), "the app reads ahead");
    app.answers_on(&mut peer).await;
    app.grew_at_most(SLACK, before, "publications that are kept unread").await;
    call.body.reset();
    app.runs(0).await;
}

async fn impatient() -> Attacked {
    start(Settings { body_timeout: Some(Duration::from_secs(1)), ..Settings::default() }).await
}

/// The messages of a stream's response.
fn messages(response: &Response) -> usize {
    let mut rest = &response.body[..];
    std::iter::from_fn(|| {
        let (head, messages) = rest.split_first_chunk::<5>()?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        rest = &messages[length as usize..];
        Some(())
    })
    .count()
}

/// A third message is incomplete because the app has no room for more of it, not because the peer is slow.
#[tokio::test]
async fn a_message_that_waits_for_its_reader_is_not_late() {
    let app = impatient().await;
    let mut peer = Peer::connect(app.address()).await;
    let mut call = bidirectional(&app, &mut peer, "late:1").await;
    app.runs(1).await;
    let published = async {
        let long = publication(&[b'1'; 30 << 10]);
        for _ in 0..3 {
            call.body.send(long.clone()).await.expect("the stream is open");
        }
    };
    let (response, ()) =
        timeout(PATIENCE, async { tokio::join!(Response::read(call.response), published) }).await.expect("an end");
    let response = response.expect("a response");
    let last = publication(b"3");
    assert!(response.body.windows(3).any(|data| data == &last[last.len() - 3..]), "{response:?}");
}

/// Each frame has the end of a message, and the beginning of the next one.
#[tokio::test]
async fn a_message_s_time_begins_with_the_message() {
    // Together the messages take longer; each of them takes far less, also on a busy machine.
    let app = start(Settings { body_timeout: Some(Duration::from_secs(5)), ..Settings::default() }).await;
    let mut peer = Peer::connect(app.address()).await;
    let mut call = bidirectional(&app, &mut peer, "mirror:1").await;
    let message = publication(b"1");
    let (begin, end) = message.split_at(4);
    call.body.send(Bytes::copy_from_slice(begin)).await.expect("the stream is open");
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        call.body.send([end, begin].concat().into()).await.expect("the stream is open");
    }
    call.body.send(Bytes::copy_from_slice(end)).await.expect("the stream is open");
    call.body.end().expect("the stream is open");
    let response = timeout(PATIENCE, Response::read(call.response)).await.expect("an end").expect("a response");
    assert_eq!((response.status, messages(&response)), (Some(0), 32));
}

/// The peer is at fault, and its stream ends, also where nobody reads it.
#[tokio::test]
async fn a_stream_ends_with_a_message_that_is_never_complete() {
    let app = impatient().await;
    let mut peer = Peer::connect(app.address()).await;
    for channel in ["mirror:1", "deaf:1", "dropped:1"] {
        let mut call = bidirectional(&app, &mut peer, channel).await;
        call.body.send(publication(b"1").slice(..4)).await.expect("the stream is open");
        let response = timeout(PATIENCE, Response::read(call.response)).await.expect("an end").expect("a response");
        assert_eq!(response.status, Some(4), "{channel}");
    }
}

#[tokio::test]
async fn publications_that_another_task_reads_end_with_their_stream() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    let call = bidirectional(&app, &mut peer, "handed_on:1").await;
    let response = timeout(PATIENCE, Response::read(call.response)).await.expect("an end").expect("a response");
    assert_eq!(response.status, Some(0));
    app.runs(0).await;
}

/// Fills the windows of streams that keep what they receive with frames of a single byte.
async fn single_bytes(app: &Attacked, streams: u32, frames: usize, padding: &[u8]) -> Raw {
    let mut raw = Raw::greeted(app.address(), &[]).await;
    for stream in (0..streams).map(|stream| 2 * stream + 1) {
        let opened = [
            frame(Kind::Headers, END_HEADERS, stream, &headers("SubscribeBidirectional")),
            frame(Kind::Data, 0, stream, &opening("kept:1")),
        ];
        raw.send(&opened.concat()).await.expect("the app reads on");
        let byte = [&frame(Kind::Data, 0, stream, b"\0")[..], padding].concat().repeat(100);
        for _ in 0..frames / 100 {
            if raw.send(&byte).await.is_err() {
                // A flood of small frames may end the connection.
                return raw;
            }
        }
    }
    raw
}

/// HTTP/2's window counts bytes, not the memory that each frame takes.
#[tokio::test]
async fn unread_frames_of_a_single_byte_hold_a_limited_memory() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let _raw = single_bytes(&app, 10, 60_000, b"").await;
    app.answers().await;
    app.grew_at_most(64 << 20, before, "10 windows of frames of a single byte").await;
}

/// A library may keep everything that one read returned while a single byte of it is in use.
#[tokio::test]
async fn unread_frames_of_a_single_byte_keep_nothing_of_what_was_read_with_them() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let _raw = single_bytes(&app, 1, 10_000, &frame(Kind::Unknown, 0, 0, &[0; 16_000])).await;
    app.answers().await;
    app.grew_at_most(64 << 20, before, "10,000 unread frames of a single byte, each read with 16 KiB").await;
}
