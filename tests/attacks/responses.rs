//! Responses that their peer doesn't take.

use std::time::Duration;

use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::frames::{END_STREAM, INITIAL_WINDOW, Kind, Raw, call, headers, window_update};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{PATIENCE, peer};
use tokio::time::{sleep, timeout};

use crate::stop::{MAX_WINDOW, endless, widest_window};
use crate::{PATIENCE_WITH_MANY, SLACK, start};

/// `App::max_unsent_bytes`, by default.
const UNSENT: usize = 128 << 20;
/// The memory that a call may take besides its response: h2's stream, and what is left of its request.
const CALL: usize = 8 << 10;

async fn impatient() -> Attacked {
    start(Settings { send_timeout: Some(Duration::from_secs(2)), metrics: true, ..Settings::default() }).await
}

/// Makes calls whose responses have this length.
async fn call_for(raw: &mut Raw, calls: u32, length: usize) {
    let (headers, body) = (headers("RPC"), peer::rpc("repeat", length.to_string().as_bytes()));
    let body = wire::framed(&body.encode_to_vec());
    for stream in (0..calls).map(|call| 2 * call + 1) {
        raw.send(&call(stream, &headers, &body)).await.expect("the app reads on");
    }
}

#[tokio::test]
async fn responses_without_a_window_hold_a_limited_memory_and_are_reset() {
    const CALLS: u32 = 5_000;
    let app = impatient().await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 0)]).await;
    call_for(&mut raw, CALLS, 60_000).await;
    // All but one, which is among the short responses of its connection.
    timeout(PATIENCE_WITH_MANY, raw.skip_to(Kind::Reset, CALLS - 1)).await.expect("the calls are reset");
    app.reaches("max_unsent_bytes: ").await;
    app.reaches("send_timeout: ").await;
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
    call_for(&mut raw, CALLS, 60_000).await;
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
    call_for(&mut raw, CALLS, 10).await;
    timeout(PATIENCE_WITH_MANY, raw.skip_to(Kind::Reset, CALLS - 64)).await.expect("the calls are reset");
    app.grew_at_most(CALLS as usize * CALL + SLACK, before, "20,000 short responses without a window").await;
    app.answers().await;
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
    call_for(&mut raw, 1, 100_000).await;
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
