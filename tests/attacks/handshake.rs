//! Connections that never complete their handshake.

use std::fs;
use std::time::{Duration, Instant};

use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{
    END_HEADERS, END_STREAM, INITIAL_WINDOW, Kind, PREFACE, Raw, block, frame, headers, settings,
};
use centrifugo_tests::{Attacked, PATIENCE, Peer};
use tokio::time::{sleep, timeout};

use crate::{SLACK, start, took};

/// The memory that a connection may take before its handshake is complete: h2's and the socket's buffers, and a task.
pub(crate) const CONNECTION: usize = 24 << 10;

async fn impatient() -> Attacked {
    start(Settings { handshake_timeout: Some(Duration::from_secs(1)), metrics: true, ..Settings::default() }).await
}

/// Opens connections and sends the same bytes on each; the app holds little for them, responds to others, and closes them.
async fn closes(connections: usize, sent: &[u8]) {
    let app = impatient().await;
    let before = app.memory();
    let mut open = Vec::new();
    for _ in 0..connections {
        let mut raw = Raw::connect(app.address()).await;
        raw.send(sent).await.expect("the app reads the beginning");
        open.push(raw);
    }
    let opened = Instant::now();
    app.answers().await;
    for raw in &mut open {
        ends(raw).await;
    }
    took("connections without a handshake, with 1 s for each, are all closed after", opened);
    app.grew_at_most(connections * CONNECTION + SLACK, before, "connections without a handshake").await;
    app.answers().await;
}

/// Waits until the app has closed the connection.
pub(crate) async fn ends(raw: &mut Raw) {
    let closed = async { while raw.frames.next().await.is_some() {} };
    timeout(PATIENCE, closed).await.expect("the app closes a connection whose handshake isn't complete");
}

/// This many, or a quarter of the file descriptors that a process may have: both processes have the same limit.
pub(crate) fn connections(wanted: usize) -> usize {
    let limits = fs::read_to_string("/proc/self/limits").expect("the limits of this process");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("the limit of files");
    let limit = line.split_whitespace().nth(3).and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    wanted.min(limit / 4)
}

#[tokio::test]
async fn two_thousand_silent_connections_hold_little_and_are_closed() {
    closes(connections(2_000), b"").await;
}

#[tokio::test]
async fn half_prefaces_hold_little_and_are_closed() {
    closes(connections(500), &PREFACE[..12]).await;
}

#[tokio::test]
async fn a_preface_without_settings_is_closed() {
    closes(connections(500), PREFACE).await;
}

#[tokio::test]
async fn settings_that_are_not_complete_are_closed() {
    let settings = settings(&[(INITIAL_WINDOW, 1); 5]);
    closes(connections(500), &[PREFACE, &settings[..settings.len() - 1]].concat()).await;
}

/// As many bytes as the shortest beginning of a connection has, and nothing more: not even the acknowledgement of the app's
/// settings.
#[tokio::test]
async fn a_handshake_without_an_acknowledgement_is_closed() {
    closes(connections(500), &[PREFACE, &settings(&[])].concat()).await;
}

/// Sends bytes on a connection whose handshake is complete, and then nothing; the app closes it.
async fn closes_after_its_handshake(sent: &[u8]) {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    raw.send(sent).await.expect("the app reads on");
    ends(&mut raw).await;
    app.reaches("handshake_timeout: a connection had no complete frame or block of headers in time").await;
    app.answers().await;
}

#[tokio::test]
async fn a_block_of_headers_without_an_end_is_closed() {
    closes_after_its_handshake(&frame(Kind::Headers, 0, 1, &headers("RPC"))).await;
}

#[tokio::test]
async fn a_frame_without_an_end_is_closed() {
    let call = [frame(Kind::Headers, END_HEADERS, 1, &headers("RPC")), frame(Kind::Data, END_STREAM, 1, b"12345")].concat();
    closes_after_its_handshake(&call[..call.len() - 1]).await;
    closes_after_its_handshake(&call[..5]).await;
}

#[tokio::test]
async fn a_block_of_headers_that_comes_in_very_small_parts_is_closed() {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let trickle = async {
        raw.send(&frame(Kind::Headers, 0, 1, &headers("RPC"))).await.expect("the app reads on");
        while raw.send(&frame(Kind::Continuation, 0, 1, &block(&[("x", b"")]))).await.is_ok() {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(PATIENCE, trickle).await.expect("a trickle that ends");
}

#[tokio::test]
async fn a_connection_that_is_idle_after_its_handshake_stays_open() {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let mut peer = Peer::connect(app.address()).await;
    app.answers_on(&mut peer).await;
    sleep(Duration::from_secs(3)).await;
    raw.is_read().await;
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn a_preface_that_comes_byte_by_byte_is_closed() {
    let app = impatient().await;
    let mut raw = Raw::connect(app.address()).await;
    let trickle = async {
        // Long enough to be over only after the timeout, were it begun anew with each byte.
        for byte in [PREFACE, &frame(Kind::Settings, 0, 0, &[])].concat() {
            if raw.send(&[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(200)).await;
        }
        panic!("the app waits for a handshake longer than its timeout");
    };
    timeout(PATIENCE, trickle).await.expect("a trickle that ends");
    app.answers().await;
}

#[tokio::test]
async fn an_app_without_file_descriptors_answers_again_when_silent_connections_are_closed() {
    let settings =
        Settings { handshake_timeout: Some(Duration::from_secs(1)), max_descriptors: Some(64), ..Settings::default() };
    let app = start(settings).await;
    let mut open = Vec::new();
    for _ in 0..100 {
        open.push(Raw::connect(app.address()).await);
    }
    let began = Instant::now();
    app.answers().await;
    took("100 silent connections to an app of 64 file descriptors: the next response after", began);
}
