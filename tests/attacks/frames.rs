//! Attacks by HTTP/2 frames: floods, resets, compression.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{
    END_HEADERS, END_STREAM, INITIAL_WINDOW, Kind, Raw, call, frame, headers, literal, settings, window_update,
};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{PATIENCE, Peer, peer};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use h2::client::Builder;
use tokio::time::timeout;

use crate::{SLACK, start};

/// The end of a flood. Each is a defence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flood {
    /// The app has read all of it.
    Read,
    /// The app has closed the connection.
    Closed,
    /// The app stops reading, as the peer reads none of its frames.
    HeldBack,
}

/// Writes these bytes so many times, until the app closes the connection or stops reading.
async fn flood(raw: &mut Raw, bytes: &[u8], times: usize) -> Flood {
    let many = bytes.repeat(100);
    for _ in 0..times / 100 {
        match timeout(Duration::from_secs(2), raw.send(&many)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Flood::Closed,
            Err(_) => return Flood::HeldBack,
        }
    }
    Flood::Read
}

/// Waits until the app has closed the connection.
async fn is_closed(raw: &mut Raw) {
    let closed = async { while raw.frames.next().await.is_some() {} };
    timeout(PATIENCE, closed).await.expect("the app closes the connection");
}

/// Floods a connection on which nobody reads the app's frames. The app's memory stays limited, and others receive responses.
async fn floods(attack: &str, bytes: &[u8], times: usize) {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    println!("{attack}: {:?}", flood(&mut raw, bytes, times).await);
    app.answers().await;
    app.grew_at_most(SLACK, before, attack).await;
}

#[tokio::test]
async fn a_flood_of_settings_holds_nothing() {
    floods("SETTINGS", &settings(&[(INITIAL_WINDOW, 1), (INITIAL_WINDOW, 65_535)]), 500_000).await;
}

#[tokio::test]
async fn a_flood_of_pings_holds_nothing() {
    floods("PING", &frame(Kind::Ping, 0, 0, &[0; 8]), 1_000_000).await;
}

#[tokio::test]
async fn a_flood_of_continuations_holds_nothing() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    for part in [&b""[..], b"\x82", &literal(0, "x-any", &[b'x'; 10_000])] {
        let mut raw = Raw::greeted(app.address(), &[]).await;
        raw.send(&frame(Kind::Headers, END_STREAM, 1, &headers("RPC"))).await.expect("the app reads on");
        flood(&mut raw, &frame(Kind::Continuation, 0, 1, part), 20_000).await;
        is_closed(&mut raw).await;
        app.answers().await;
    }
    app.grew_at_most(SLACK, before, "CONTINUATION").await;
}

#[tokio::test]
async fn a_flood_of_empty_data_holds_nothing() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    raw.send(&frame(Kind::Headers, END_HEADERS, 1, &headers("RPC"))).await.expect("the app reads on");
    println!("empty DATA: {:?}", flood(&mut raw, &frame(Kind::Data, 0, 1, b""), 200_000).await);
    app.answers().await;
    app.grew_at_most(SLACK, before, "empty DATA").await;
}

#[tokio::test]
async fn calls_that_are_reset_at_once_hold_nothing() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let (headers, body) = (headers("RPC"), wire::framed(&peer::rpc("sleep", b"60000").encode_to_vec()));
    for stream in (0..50_000).map(|call| 2 * call + 1) {
        let reset = frame(Kind::Reset, 0, stream, &8_u32.to_be_bytes());
        if raw.send(&[call(stream, &headers, &body), reset].concat()).await.is_err() {
            println!("calls that are reset: their connection is closed after {}", stream / 2);
            break;
        }
    }
    app.runs(0).await;
    app.answers().await;
    // h2 keeps streams that were reset until they are accepted: a slow app sees many at once.
    app.grew_at_most(50_000 * (2 << 10) + SLACK, before, "50,000 calls that are reset at once").await;
}

/// Each call begins; then a frame that HTTP/2 forbids makes the app reset it, and so there is room for another one.
#[tokio::test]
async fn calls_that_the_app_is_made_to_reset_end_their_connection() {
    let app = start(Settings::default()).await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let (headers, body) = (headers("RPC"), wire::framed(&peer::rpc("sleep", b"60000").encode_to_vec()));
    for stream in (0..10_000).map(|call| 2 * call + 1) {
        if raw.send(&[call(stream, &headers, &body), window_update(stream, 0)].concat()).await.is_err() {
            break;
        }
    }
    is_closed(&mut raw).await;
    app.runs(0).await;
    app.answers().await;
}

/// One header of 3,900 bytes, and then its index, a byte, again and again.
#[tokio::test]
async fn headers_that_expand_hold_nothing() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    for (repeats, streams) in [(30, 100), (10_000, 1)] {
        let mut raw = Raw::greeted(app.address(), &[]).await;
        let first = [headers("RPC"), literal(0x40, "x-bomb", &[b'x'; 3_900])].concat();
        for stream in (0..streams).map(|call| 2 * call + 1) {
            let block = [&first[..], &vec![0xbe; repeats]].concat();
            // The app may have closed the connection.
            drop(raw.send(&frame(Kind::Headers, END_HEADERS | END_STREAM, stream, &block)).await);
        }
        app.answers().await;
    }
    app.grew_at_most(SLACK, before, "headers that expand").await;
}

/// Deflate of zeros, and a point to go on from: the same bytes may be repeated.
fn a_mebibyte_of_zeros() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).expect("memory");
    encoder.flush().expect("memory");
    encoder.get_ref().clone()
}

/// A gzip file of a gibibyte; its check sum is wrong, but that is at its end.
fn bomb() -> Vec<u8> {
    let mut bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    bomb.extend(a_mebibyte_of_zeros().repeat(1 << 10));
    bomb.extend(b"\x03\0\0\0\0\0\0\0\0\0");
    bomb
}

#[tokio::test]
async fn a_message_that_expands_to_a_gibibyte_is_refused() {
    let app = start(Settings { metrics: true, ..Settings::default() }).await;
    let before = app.memory();
    let bomb = bomb();
    let mut body = wire::head(bomb.len()).to_vec();
    body[0] = 1;
    body.extend(&bomb);
    let mut peer = Peer::connect(app.address()).await;
    for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
        let request = app.request(rpc).header("grpc-encoding", "gzip").body(()).expect("a request");
        let response = timeout(PATIENCE, peer.call_raw(request, Bytes::from(body.clone()))).await;
        let response = response.expect("the call is answered").expect("a response");
        assert!(response.status.is_some_and(|status| status != 0), "{rpc}: {response:?}");
    }
    app.reaches("max_message_size: a message of a request has more than 4194304 bytes").await;
    app.grew_at_most(32 << 20, before, "a gzip bomb").await;
    app.answers_on(&mut peer).await;
}

/// Waits until the app has begun this many responses.
async fn begin(raw: &mut Raw, mut responses: usize) {
    while responses > 0 {
        let frame = timeout(PATIENCE, raw.frames.next()).await.expect("the calls are answered");
        responses -= usize::from(frame.expect("the connection is open").is(Kind::Headers));
    }
}

#[tokio::test]
async fn responses_through_a_window_of_a_byte_delay_nobody() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[(INITIAL_WINDOW, 1)]).await;
    let (headers, body) = (headers("RPC"), wire::framed(&peer::rpc("repeat", b"16000").encode_to_vec()));
    for stream in (0..500).map(|call| 2 * call + 1) {
        raw.send(&call(stream, &headers, &body)).await.expect("the app reads on");
    }
    begin(&mut raw, 500).await;
    for stream in (0..500).map(|call| 2 * call + 1) {
        raw.send(&window_update(stream, 1).repeat(100)).await.expect("the app reads on");
    }
    app.answers().await;
    // The responses, and the values that they are made of.
    app.grew_at_most(500 * (32 << 10) + SLACK, before, "500 responses through a window of a byte").await;
}

#[tokio::test]
async fn a_window_of_a_few_bytes_only_delays_a_response() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect_with(app.address(), Builder::new().initial_window_size(7)).await;
    let response = timeout(PATIENCE, peer.call(app.request("RPC"), &peer::rpc("repeat", b"1000"))).await;
    let response = response.expect("the call is answered").expect("a response");
    assert_eq!(response.reply().map(|reply| reply.len()), Some(1_002));
}
