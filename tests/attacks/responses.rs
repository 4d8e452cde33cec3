//! Responses that their peer doesn't take.

use std::io;
use std::time::{Duration, Instant};

use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::frames::{END_STREAM, INITIAL_WINDOW, Kind, Raw, call, headers, window_update};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{PATIENCE, Peer, peer};
use tokio::time::{sleep, timeout};

use crate::handshake::connections;
use crate::stop::{MAX_WINDOW, endless, widest_window};
use crate::{PATIENCE_WITH_MANY, SLACK, start, took};

/// `App::max_unsent_bytes`, by default.
const UNSENT: usize = 128 << 20;
/// The memory that a call may take besides its response: h2's stream, and what is left of its request.
const CALL: usize = 8 << 10;

/// The memory that a connection may take besides its calls: h2's buffers.
const CONNECTION: usize = 48 << 10;

async fn impatient() -> Attacked {
    start(Settings { send_timeout: Some(Duration::from_secs(2)), metrics: true, ..Settings::default() }).await
}

/// Makes calls whose responses have this length.
async fn call_for(raw: &mut Raw, calls: u32, length: usize) -> io::Result<()> {
    let (headers, body) = (headers("RPC"), peer::rpc("repeat", length.to_string().as_bytes()));
    let body = wire::framed(&body.encode_to_vec());
    for stream in (0..calls).map(|call| 2 * call + 1) {
        raw.send(&call(stream, &headers, &body)).await?;
    }
    Ok(())
}

/// Waits until the app has closed the connection.
async fn is_closed(raw: &mut Raw) {
    let ends = async { while raw.frames.next().await.is_some() {} };
    timeout(PATIENCE_WITH_MANY, ends).await.expect("the app closes the connection");
}

#[tokio::test]
async fn responses_without_a_window_hold_a_limited_memory_and_are_reset() {
    const CALLS: u32 = 5_000;
    let app = impatient().await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 0)]).await;
    // One of 60 KB would be among the short responses of its connection.
    call_for(&mut raw, CALLS, 65_000).await.expect("the app reads on");
    timeout(PATIENCE_WITH_MANY, raw.skip_to(Kind::Reset, CALLS)).await.expect("the calls are reset");
    raw.is_read().await;
    app.reaches("max_unsent_bytes: ").await;
    app.reaches("send_timeout: a peer has taken nothing of a response for 2s, so its call is reset").await;
    app.grew_at_most(UNSENT / 4 + CALLS as usize * CALL + SLACK, before, "5,000 responses without a window").await;
    app.answers().await;
}

/// The window is wide, but the peer doesn't read its socket.
#[tokio::test]
async fn responses_on_a_socket_that_nobody_reads_hold_a_limited_memory_and_end_their_connection() {
    const CALLS: u32 = 5_000;
    let app = impatient().await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, MAX_WINDOW)]).await;
    raw.send(&widest_window()).await.expect("the app reads on");
    drop(call_for(&mut raw, CALLS, 60_000).await);
    app.reaches("max_unsent_bytes: ").await;
    app.reaches("send_timeout: a peer has taken nothing of a response for 2s, so its connection is closed").await;
    app.grew_at_most(UNSENT / 4 + CALLS as usize * CALL + SLACK, before, "5,000 responses that nobody reads").await;
    app.answers().await;
}

#[tokio::test]
async fn short_responses_without_a_window_hold_a_limited_memory() {
    const CALLS: u32 = 20_000;
    let app = impatient().await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 0)]).await;
    // Their connection is closed, on a busy machine before the last call.
    drop(call_for(&mut raw, CALLS, 10).await);
    is_closed(&mut raw).await;
    app.grew_at_most(CALLS as usize * CALL + SLACK, before, "20,000 short responses without a window").await;
    app.answers().await;
}

/// They are among the short responses of their connections, which no call waits for. Again and again, as their memory is
/// free afterwards.
#[tokio::test]
async fn short_responses_that_are_not_taken_end_their_connections() {
    let app = impatient().await;
    let before = app.memory();
    let connections = connections(1_000);
    for _ in 0..3 {
        let mut silent = Vec::new();
        for at in 0..connections {
            let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, at as u32 % 2)]).await;
            call_for(&mut raw, 1, 10_000).await.expect("the app reads on");
            silent.push(raw);
        }
        let began = Instant::now();
        for raw in &mut silent {
            is_closed(raw).await;
        }
        took("1,000 connections with a short response that nobody takes are closed after", began);
    }
    app.reaches("send_timeout: a peer has taken nothing of a response for 2s, so its connection is closed").await;
    app.grew_at_most(connections * CONNECTION + SLACK, before, "3 times 1,000 short responses that nobody takes").await;
    app.answers().await;
}

#[tokio::test]
async fn a_short_response_that_is_taken_slowly_is_complete() {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 0)]).await;
    call_for(&mut raw, 1, 10).await.expect("the app reads on");
    // Longer than twice the time limit.
    for _ in 0..6 {
        raw.send(&window_update(1, 1)).await.expect("the app reads on");
        timeout(PATIENCE, raw.skip_to(Kind::Data, 1)).await.expect("a part of the response");
        sleep(Duration::from_secs(1)).await;
    }
    raw.send(&window_update(1, 1_000)).await.expect("the app reads on");
    timeout(PATIENCE, raw.skip_to(Kind::Headers, 1)).await.expect("the end of the response");
}

#[tokio::test]
async fn a_connection_that_has_taken_its_responses_stays_open() {
    let app = impatient().await;
    let mut peer = Peer::connect(app.address()).await;
    for length in ["10", "60000", "1000000"] {
        let response = peer.call(app.request("RPC"), &peer::rpc("repeat", length.as_bytes())).await.expect("a response");
        assert_eq!(response.status, Some(0));
    }
    sleep(Duration::from_secs(5)).await;
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn a_stream_that_is_not_read_is_reset() {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    raw.send(&endless()).await.expect("the app reads on");
    app.runs(1).await;
    timeout(PATIENCE, raw.skip_to(Kind::Reset, 1)).await.expect("the stream is reset");
    app.runs(0).await;
}

/// The whole takes longer than the app waits for a part of it.
#[tokio::test]
async fn a_response_that_is_taken_slowly_is_complete() {
    let app = impatient().await;
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 0)]).await;
    call_for(&mut raw, 1, 100_000).await.expect("the app reads on");
    let mut taken = 0;
    let read = async {
        loop {
            let frame = raw.frames.next().await.expect("the connection is open");
            assert!(!frame.is(Kind::Reset), "{taken} bytes were taken");
            taken += if frame.is(Kind::Data) { frame.payload.len() } else { 0 };
            if frame.has(Kind::Headers, END_STREAM) {
                return;
            }
            if taken % 20_000 == 0 && !frame.is(Kind::Settings) {
                sleep(Duration::from_secs(1)).await;
                raw.send(&[window_update(0, 20_000), window_update(1, 20_000)].concat()).await.expect("the app reads on");
            }
        }
    };
    timeout(PATIENCE, read).await.expect("the response ends");
    assert!(taken > 100_000, "{taken}");
}
