//! Data that isn't JSON, for which Centrifugo closes the connections of its receivers.

use bytes::Bytes;
use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::peer::{self, Response};
use centrifugo_tests::{PATIENCE, Peer, wire};
use tokio::time::timeout;

use crate::start;
use crate::streams::{bidirectional, publication};

/// Each has a mark that a response must not have.
const MARK: &[u8] = b"mark";

fn bad_json() -> Vec<(&'static str, Vec<u8>)> {
    let text = |bytes: &[u8]| [br#""mark"#, bytes, br#"""#].concat();
    let deep = |depth: usize| [&b"[".repeat(depth)[..], br#""mark""#, &b"]".repeat(depth)].concat();
    vec![
        ("a byte of no character", text(b"\xff")),
        ("half a character", text(b"\xc3")),
        ("a character in too many bytes", text(b"\xc0\xaf")),
        ("half a surrogate pair", text(b"\xed\xa0\x80")),
        ("a character beyond the last one", text(b"\xf4\x90\x80\x80")),
        ("invalid UTF-8 in a key", b"{\"mark\xff\":1}".to_vec()),
        ("a line break in a string", text(b"\n")),
        ("something after the value", b"\"mark\" 1".to_vec()),
        ("an array that is very deep", deep(10_000)),
        ("an array that is deeper than any stack", deep(1_000_000)),
    ]
}

fn is_refused(response: &Response) -> bool {
    response.status != Some(0) || response.error().is_some()
}

fn has_mark(bytes: &[u8]) -> bool {
    bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// `App::max_message_size`, by default.
const LONGEST: usize = 4 << 20;
const OUT_OF_RANGE: u32 = 11;

async fn measured() -> Attacked {
    start(Settings { metrics: true, ..Settings::default() }).await
}

#[tokio::test]
async fn a_request_over_the_limit_is_refused_and_counted() {
    for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
        let app = measured().await;
        let mut peer = Peer::connect(app.address()).await;
        let request = app.request(rpc).body(()).expect("a request");
        let response = timeout(PATIENCE, peer.call_raw(request, wire::framed(&[b'x'; LONGEST + 1]))).await;
        assert_eq!(response.expect("a response").expect("a response").status, Some(OUT_OF_RANGE), "{rpc}");
        app.reaches("max_message_size: a message of a request has more than 4194304 bytes").await;
    }
}

#[tokio::test]
async fn a_response_over_the_limit_fails_and_is_counted() {
    let app = measured().await;
    let mut peer = Peer::connect(app.address()).await;
    let response = peer.call(app.request("RPC"), &peer::rpc("repeat", b"5000000")).await.expect("a response");
    assert_eq!(response.status, Some(OUT_OF_RANGE));
    app.reaches("max_message_size: a message of a response has more than 4194304 bytes").await;
}

#[tokio::test]
async fn a_publication_over_the_limit_ends_its_stream_and_is_counted() {
    let app = measured().await;
    let mut peer = Peer::connect(app.address()).await;
    let mut call = bidirectional(&app, &mut peer, "mirror:1").await;
    drop(call.body.send(Bytes::copy_from_slice(&wire::head(LONGEST + 1))).await);
    let response = timeout(PATIENCE, Response::read(call.response)).await.expect("an end").expect("a response");
    assert_eq!(response.status, Some(OUT_OF_RANGE));
    app.reaches("max_message_size: a message of a request has more than 4194304 bytes").await;
}

#[tokio::test]
async fn data_that_is_no_json_is_never_echoed() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for (what, data) in bad_json() {
        let response = peer.call(app.request("RPC"), &peer::rpc("echo", &data)).await.expect("a response");
        assert!(is_refused(&response) && !has_mark(&response.body), "{what}: {:?}", response.status);
        app.answers_on(&mut peer).await;
    }
}

#[tokio::test]
async fn publications_that_are_no_json_are_never_echoed() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for (what, data) in bad_json() {
        let mut call = bidirectional(&app, &mut peer, "mirror:1").await;
        call.body.send(publication(&data)).await.expect("a publication is read");
        let response = timeout(PATIENCE, Response::read(call.response)).await.expect("the stream ends").expect("a response");
        assert!(response.status != Some(0) && !has_mark(&response.body), "{what}: {:?}", response.status);
    }
}

#[tokio::test]
async fn a_message_that_is_no_protobuf_is_refused() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for bytes in
        [&b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[..], b"\x52\xff\xff\xff\xff\x0f", b"\x0a\x01\xff", &[0x0b; 4_096]]
    {
        for rpc in ["RPC", "Connect", "SharedPollRefresh", "NotifyChannelState", "SubscribeUnidirectional"] {
            let request = app.request(rpc).body(()).expect("a request");
            let framed = centrifugo_tests::wire::framed(&Bytes::copy_from_slice(bytes));
            let response = peer.call_raw(request, framed).await.expect("a response");
            assert!(response.status.is_some_and(|status| status != 0), "{rpc}: {response:?}");
        }
    }
    app.answers_on(&mut peer).await;
}
