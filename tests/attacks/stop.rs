//! Peers with calls, streams or connections that are open when the app stops.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{
    ACK, END_HEADERS, END_STREAM, Frame, INITIAL_WINDOW, Kind, PREFACE, Raw, call, frame, headers, window_update,
};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{Attacked, PATIENCE, Peer, peer};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::start;
use crate::streams::{bidirectional, opening};

/// The widest of HTTP/2's windows.
pub(crate) const MAX_WINDOW: u32 = (1 << 31) - 1;
const DRAIN: Duration = Duration::from_secs(60);
/// Far less than the drain, and far more than a busy machine needs.
const SOON: Duration = Duration::from_secs(20);

async fn patient() -> Attacked {
    let settings = Settings {
        drain_timeout: Some(DRAIN),
        handshake_timeout: Some(DRAIN),
        body_timeout: Some(DRAIN),
        ..Settings::default()
    };
    start(settings).await
}

async fn ends_soon(mut app: Attacked) {
    app.terminate();
    app.ends_within(SOON).await;
    assert!(!app.log().contains("dropped"), "{}", app.log());
}

/// A connection with these settings that sends these bytes, and then neither reads nor writes.
async fn deaf(app: &Attacked, settings: &[(u16, u32)], sent: &[u8]) -> Raw {
    let mut raw = Raw::greeted(app.address(), settings).await;
    raw.send(sent).await.expect("the app reads on");
    raw
}

/// The call that opens a stream that always has another publication.
pub(crate) fn endless() -> Vec<u8> {
    let request = wire::message("SubscribeRequest", &[("user", wire::text("ann")), ("channel", wire::text("endless:1"))]);
    call(1, &headers("SubscribeUnidirectional"), &wire::framed(&request.encode_to_vec()))
}

/// The widest window of a connection that HTTP/2 allows.
pub(crate) fn widest_window() -> Vec<u8> {
    window_update(0, MAX_WINDOW - 65_535)
}

#[tokio::test]
async fn a_connection_that_answers_no_ping_does_not_delay_the_stop() {
    let app = patient().await;
    let _idle = deaf(&app, &[], b"").await;
    ends_soon(app).await;
}

#[tokio::test]
async fn half_a_preface_and_silence_do_not_delay_the_stop() {
    let app = patient().await;
    let _silent = Raw::connect(app.address()).await;
    let mut half = Raw::connect(app.address()).await;
    half.send(&PREFACE[..12]).await.expect("the app reads the beginning");
    let mut without_settings = Raw::connect(app.address()).await;
    without_settings.send(PREFACE).await.expect("the app reads the beginning");
    app.answers().await;
    ends_soon(app).await;
}

#[tokio::test]
async fn half_a_body_does_not_delay_the_stop() {
    let app = patient().await;
    let mut half = Vec::new();
    for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
        let opening = frame(Kind::Headers, END_HEADERS, 1, &headers(rpc));
        half.push(deaf(&app, &[], &[&opening[..], &frame(Kind::Data, 0, 1, &wire::head(100))].concat()).await);
    }
    app.answers().await;
    ends_soon(app).await;
}

#[tokio::test]
async fn a_stream_whose_publications_have_no_window_does_not_delay_the_stop() {
    let app = patient().await;
    let _stream = deaf(&app, &[(INITIAL_WINDOW, 0)], &endless()).await;
    app.runs(1).await;
    ends_soon(app).await;
}

#[tokio::test]
async fn a_stream_that_nobody_reads_from_its_socket_does_not_delay_the_stop() {
    let app = patient().await;
    let _stream = deaf(&app, &[(INITIAL_WINDOW, MAX_WINDOW)], &[widest_window(), endless()].concat()).await;
    app.runs(1).await;
    ends_soon(app).await;
}

#[tokio::test]
async fn a_response_without_a_window_does_not_delay_the_stop() {
    let app = patient().await;
    let repeat = call(1, &headers("RPC"), &wire::framed(&peer::rpc("repeat", b"100000").encode_to_vec()));
    let _unread = deaf(&app, &[(INITIAL_WINDOW, 0)], &repeat).await;
    app.answers().await;
    ends_soon(app).await;
}

#[tokio::test]
async fn open_streams_of_both_directions_do_not_delay_the_stop() {
    let app = patient().await;
    let mut peer = Peer::connect(app.address()).await;
    let mut open = Vec::new();
    for channel in ["deaf:1", "dropped:1", "kept:1", "mirror:1"] {
        open.push(bidirectional(&app, &mut peer, channel).await);
    }
    app.runs(3).await;
    ends_soon(app).await;
}

#[tokio::test]
async fn a_second_signal_ends_the_delay_of_the_stop() {
    let mut app = start(Settings { stop_delay: Some(DRAIN), ..Settings::default() }).await;
    app.terminate();
    app.logs("not serving").await;
    app.answers().await;
    app.terminate();
    app.ends_within(SOON).await;
}

/// The peer doesn't know of the stop yet. Its streams open before they end, so that their clients subscribe again at once;
/// a stream that fails to open is an error, after which they wait.
#[tokio::test]
async fn streams_that_arrive_during_the_stop_are_opened_first() {
    let app = patient().await;
    let mut raw = deaf(&app, &[], b"").await;
    app.terminate();
    app.logs("stopping").await;
    let streams: BTreeSet<u32> = (0..20).map(|stream| 2 * stream + 1).collect();
    let (headers, body) = (headers("SubscribeBidirectional"), opening("mirror:1"));
    let calls: Vec<_> = streams.iter().flat_map(|stream| call(*stream, &headers, &body)).collect();
    raw.send(&calls).await.expect("the app reads on");
    let mut opened = BTreeSet::new();
    while let Some(frame) = timeout(PATIENCE, raw.frames.next()).await.expect("a frame or an end") {
        if frame.is(Kind::Data) {
            opened.insert(frame.stream);
        }
    }
    assert_eq!(opened, streams);
}

/// A peer that always has calls in flight.
struct Busy {
    headers: Vec<u8>,
    body: Bytes,
    /// It makes new calls for ever, also after the app's GOAWAY.
    for_ever: bool,
    next: u32,
    answered: BTreeSet<u32>,
    cut: BTreeSet<u32>,
    /// The last id of the app's last GOAWAY.
    last: Option<u32>,
}

impl Busy {
    fn new(method: &str, data: &[u8], for_ever: bool) -> Self {
        let body = wire::framed(&peer::rpc(method, data).encode_to_vec());
        let (answered, cut) = (BTreeSet::new(), BTreeSet::new());
        Self { headers: headers("RPC"), body, for_ever, next: 0, answered, cut, last: None }
    }

    /// The bytes of the next call.
    fn call(&mut self) -> Vec<u8> {
        let stream = 2 * self.next + 1;
        self.next += 1;
        call(stream, &self.headers, &self.body)
    }

    /// Handles a frame of the app, and returns the bytes that the peer sends in return.
    fn read(&mut self, frame: &Frame) -> Vec<u8> {
        if frame.is(Kind::GoAway) {
            self.last = Some(frame.number());
        }
        if frame.is(Kind::Reset) && !self.answered.contains(&frame.stream) {
            self.cut.insert(frame.stream);
        }
        if frame.is(Kind::Ping) && !frame.has(Kind::Ping, ACK) {
            return self::frame(Kind::Ping, ACK, 0, &frame.payload);
        }
        let is_answered = frame.has(Kind::Headers, END_STREAM) && self.answered.insert(frame.stream);
        let calls_again = is_answered && (self.last.is_none() || self.for_ever);
        if calls_again { self.call() } else { Vec::new() }
    }

    /// The calls that the app has accepted and not answered.
    fn unanswered(&self) -> Vec<u32> {
        let last = self.last.expect("a GOAWAY");
        let accepted = (0..self.next).map(|call| 2 * call + 1).filter(|stream| *stream <= last);
        accepted.filter(|stream| !self.answered.contains(stream)).collect()
    }
}

/// Makes so many calls at once, and a new one for each response, until the app closes the connection. Notifies when it has
/// more responses than calls that it began with.
async fn keep_busy(Raw { mut socket, mut frames }: Raw, busy: &mut Busy, calls: usize, is_under_way: &Notify) {
    let first: Vec<u8> = (0..calls).flat_map(|_| busy.call()).collect();
    socket.write_all(&[widest_window(), first].concat()).await.expect("the app reads on");
    while let Some(frame) = frames.next().await {
        let sent = busy.read(&frame);
        if busy.answered.len() > calls {
            is_under_way.notify_one();
        }
        // The app may have closed its side; its frames are still read.
        drop(socket.write_all(&sent).await);
    }
}

/// Checks that the app ends, and has responded to every call up to its last id.
async fn answers_all_that_it_accepted(mut busy: Busy, calls: usize) {
    let mut app = start(Settings { drain_timeout: Some(DRAIN), one_thread: true, ..Settings::default() }).await;
    let raw = Raw::greeted(app.address(), &[]).await;
    let is_under_way = Notify::new();
    let end = async {
        timeout(PATIENCE, is_under_way.notified()).await.expect("the calls are answered");
        app.terminate();
        app.ends_within(SOON).await;
    };
    let busy_peer = timeout(PATIENCE + 2 * SOON, keep_busy(raw, &mut busy, calls, &is_under_way));
    let (attacked, ()) = tokio::join!(busy_peer, end);
    attacked.expect("the connection ends with the app");
    println!("{} calls, {} answered, last id {:?}", busy.next, busy.answered.len(), busy.last);
    assert!(busy.answered.len() > calls, "{} calls were answered", busy.answered.len());
    assert_eq!((busy.unanswered(), &busy.cut), (Vec::new(), &BTreeSet::new()), "last id {:?}", busy.last);
    assert!(!app.log().contains("dropped"), "{}", app.log());
}

#[tokio::test]
async fn calls_that_were_accepted_before_the_end_are_answered() {
    answers_all_that_it_accepted(Busy::new("sleep", b"1", false), 300).await;
}

#[tokio::test]
async fn a_peer_that_never_stops_calling_does_not_delay_the_stop() {
    answers_all_that_it_accepted(Busy::new("sleep", b"1", true), 300).await;
}

#[tokio::test]
async fn a_peer_with_very_many_short_calls_does_not_delay_the_stop() {
    answers_all_that_it_accepted(Busy::new("ping", b"", true), 5_000).await;
}

#[tokio::test]
async fn the_stop_waits_for_a_handler_that_runs() {
    let mut app = patient().await;
    let mut peer = Peer::connect(app.address()).await;
    let request = app.request("RPC");
    let slow = tokio::spawn(async move { peer.call(request, &peer::rpc("sleep", b"5000")).await });
    app.runs(1).await;
    app.terminate();
    app.ends_within(SOON).await;
    let response = slow.await.expect("no panic").expect("a response");
    assert_eq!(response.reply().map(Bytes::from), Some(Bytes::from_static(br#""slept""#)));
}
