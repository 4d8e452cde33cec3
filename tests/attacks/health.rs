//! Calls of the health service, which need no secret.

use std::time::Duration;

use bytes::Bytes;
use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{self, END_HEADERS, Frame, Kind, Raw, frame, headers_to};
use centrifugo_tests::peer::{self, Call, Response, request_to};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{Attacked, PATIENCE, Peer};
use h2::client::Builder;
use http::{Method, Request};
use tokio::time::{sleep, timeout};

use crate::{SLACK, start};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

const DEADLINE_EXCEEDED: u32 = 4;
const RESOURCE_EXHAUSTED: u32 = 8;
const OUT_OF_RANGE: u32 = 11;
const UNIMPLEMENTED: u32 = 12;
const INTERNAL: u32 = 13;

/// The most health calls that stay open.
const OPEN: usize = 1_000;
/// The memory that an open call may take: h2's stream, its task, and the allocator's loss.
const CALL: usize = 8 << 10;
/// The memory of a call that the app has refused: h2 remembers it for ten seconds.
const REFUSED: usize = 2 << 10;
const DRAIN: Duration = Duration::from_secs(60);
/// Far less than the drain, and far more than a busy machine needs.
const SOON: Duration = Duration::from_secs(20);

/// The framed messages of responses.
const SERVING: &[u8] = b"\0\0\0\0\x02\x08\x01";
const NOT_SERVING: &[u8] = b"\0\0\0\0\x02\x08\x02";

async fn guarded() -> Attacked {
    start(Settings { secret: Some("open sesame".into()), drain_timeout: Some(DRAIN), metrics: true, ..Settings::default() })
        .await
}

fn to(path: &str) -> Request<()> {
    request_to(path).body(()).expect("a request")
}

/// The request for the whole app.
fn whole_app() -> Bytes {
    wire::framed(&[])
}

/// The response to a request with this body, which may also be incomplete.
async fn response(peer: &mut Peer, path: &str, body: &[u8]) -> Response {
    let mut call = peer.begin(to(path)).await.expect("a call");
    // The app may refuse it before all of it is sent.
    drop(call.body.send(Bytes::copy_from_slice(body)).await);
    drop(call.body.end());
    timeout(PATIENCE, Response::read(call.response)).await.expect("a response in time").expect("a response")
}

/// Checks that the app serves, by a request that arrives as a whole.
async fn serves(peer: &mut Peer) {
    let checked = timeout(PATIENCE, peer.call_raw(to(CHECK), whole_app())).await.expect("a response in time");
    let checked = checked.expect("a response");
    assert_eq!((checked.status, &checked.body[..]), (Some(0), SERVING));
}

/// Opens so many watches, each of which has its first status or is refused. Returns those that are open.
async fn watches(peer: &mut Peer, calls: usize) -> Vec<h2::RecvStream> {
    let begun = peer.begin_all(&to(WATCH), &whole_app(), calls).await.expect("calls");
    let mut open = Vec::new();
    for mut call in begun {
        // It may have been refused.
        drop(call.body.end());
        let response = timeout(PATIENCE, call.response).await.expect("a response in time").expect("a response");
        if let Some(status) = response.headers().get("grpc-status") {
            assert_eq!(status, &RESOURCE_EXHAUSTED.to_string());
            continue;
        }
        let mut body = response.into_body();
        let first = timeout(PATIENCE, body.data()).await.expect("a status in time").expect("a status").expect("data");
        assert_eq!(&first[..], SERVING);
        open.push(body);
    }
    open
}

#[tokio::test]
async fn two_thousand_watches_hold_little_memory_and_do_not_delay_the_stop() {
    let mut app = guarded().await;
    let before = app.memory();
    // With a narrow window, the peer's own library takes so many short messages for an attack.
    let mut wide = Builder::new();
    wide.initial_connection_window_size(16 << 20);
    let mut one = Peer::connect_with(app.address(), &wide).await;
    let mut two = Peer::connect_with(app.address(), &wide).await;
    let mut open = watches(&mut one, 1_000).await;
    assert_eq!(open.len(), OPEN);
    assert_eq!(watches(&mut two, 1_000).await.len(), 0);
    app.grew_at_most(OPEN * CALL + 1_000 * REFUSED + SLACK, before, "2,000 watches").await;
    serves(&mut two).await;
    app.answers().await;
    app.reaches("health_calls: too many are open").await;

    // The room of a watch that has ended is another one's.
    open.truncate(OPEN / 2);
    app.answers_on(&mut one).await;
    assert_eq!(watches(&mut two, 1_000).await.len(), OPEN / 2);
    app.terminate();
    app.ends_within(SOON).await;
    let last = timeout(PATIENCE, open[0].data()).await.expect("a status in time").expect("a status").expect("data");
    assert_eq!(&last[..], NOT_SERVING);
}

#[tokio::test]
async fn watches_that_nobody_reads_do_not_delay_the_stop() {
    let mut app = guarded().await;
    let mut deaf = Raw::greeted(app.address(), &[(frames::INITIAL_WINDOW, 0)]).await;
    let calls = (0..OPEN as u32).flat_map(|call| frames::call(2 * call + 1, &headers_to(WATCH), &whole_app()));
    deaf.send(&calls.collect::<Vec<u8>>()).await.expect("the app reads on");
    deaf.is_read().await;
    serves(&mut Peer::connect(app.address()).await).await;
    app.terminate();
    app.ends_within(SOON).await;
}

/// Health calls need no secret, so they must not use up what other calls need.
#[tokio::test]
async fn incomplete_health_calls_leave_room_for_other_calls() {
    let app = guarded().await;
    let before = app.memory();
    let mut held = Vec::new();
    for path in [CHECK, WATCH] {
        for _ in 0..4 {
            let mut peer = Peer::connect(app.address()).await;
            let calls = peer.begin_all(&to(path), &Bytes::from_static(b"\0\0\0"), 2_000).await.expect("calls");
            held.push((peer, calls));
        }
    }
    let mut peer = Peer::connect(app.address()).await;
    app.answers_on(&mut peer).await;
    serves(&mut peer).await;
    // A call whose message comes later, and takes room until then.
    let mut late = peer.begin(app.request("RPC").body(()).expect("a request")).await.expect("a call");
    sleep(Duration::from_millis(500)).await;
    late.body.send(wire::framed(&peer::rpc("ping", b"").encode_to_vec())).await.expect("the call is open");
    late.body.end().expect("the call is open");
    let response = timeout(PATIENCE, Response::read(late.response)).await.expect("a response in time").expect("a response");
    assert_eq!(response.status, Some(0));
    let calls: usize = held.iter().map(|(_, calls)| calls.len()).sum();
    app.grew_at_most(OPEN * CALL + calls * REFUSED + SLACK, before, "16,000 incomplete health calls").await;
}

#[tokio::test]
async fn a_health_call_is_refused_by_its_headers_as_any_other() {
    let app = guarded().await;
    let mut peer = Peer::connect(app.address()).await;
    for path in [CHECK, WATCH] {
        for (method, content_type, http) in [(Method::GET, "application/grpc", 405), (Method::POST, "text/html", 415)] {
            let request = Request::builder().method(method).uri(format!("http://app{path}")).header("te", "trailers");
            let request = request.header("content-type", content_type).body(()).expect("a request");
            let Call { response, body } = peer.begin(request).await.expect("a call");
            let response = timeout(PATIENCE, Response::read(response)).await.expect("a response in time");
            drop(body);
            assert_eq!(response.expect("a response").http, http);
        }
    }
    serves(&mut peer).await;
}

#[tokio::test]
async fn a_malformed_health_call_is_refused() {
    let app = guarded().await;
    let mut peer = Peer::connect(app.address()).await;
    let one = whole_app();
    let bodies: [(&[u8], u32); 8] = [
        (b"", INTERNAL),
        (b"\0\0\0", INTERNAL),
        (b"\0\0\0\0\x05ab", INTERNAL),
        (&[&one[..], &one[..]].concat(), INTERNAL),
        (b"\0\0\0\0\x01\xff", INTERNAL),
        (b"\x01\0\0\0\x02ab", UNIMPLEMENTED),
        (&wire::framed(&[b'x'; 1_025]), OUT_OF_RANGE),
        (&wire::framed(&[b'x'; 1 << 20]), OUT_OF_RANGE),
    ];
    for path in [CHECK, WATCH] {
        for (body, expected) in bodies {
            assert_eq!(response(&mut peer, path, body).await.status, Some(expected), "{path} {} bytes", body.len());
        }
    }
    serves(&mut peer).await;
}

#[tokio::test]
async fn a_health_call_has_the_time_of_any_other() {
    let app = start(Settings { body_timeout: Some(Duration::from_secs(1)), metrics: true, ..Settings::default() }).await;
    let mut peer = Peer::connect(app.address()).await;
    for path in [CHECK, WATCH] {
        let mut call = peer.begin(to(path)).await.expect("a call");
        call.body.send(Bytes::from_static(b"\0\0")).await.expect("the call is open");
        let response = timeout(PATIENCE, Response::read(call.response)).await.expect("a response in time");
        assert_eq!(response.expect("a response").status, Some(DEADLINE_EXCEEDED), "{path}");
    }
    app.reaches("body_timeout: a call's message").await;
}

/// A balancer may check on a connection that has received the app's GOAWAY, before its PING is acknowledged.
#[tokio::test]
async fn a_check_after_the_beginning_of_the_stop_is_not_serving() {
    let mut app = guarded().await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    raw.send(&frame(Kind::Headers, END_HEADERS, 1, &headers_to(WATCH))).await.expect("the app reads on");
    raw.is_read().await;
    app.terminate();
    raw.skip_to(Kind::GoAway, 1).await;
    raw.send(&frames::call(3, &headers_to(CHECK), &whole_app())).await.expect("the app reads on");
    let is_response = |frame: &Frame| frame.is(Kind::Data) && frame.stream == 3;
    loop {
        let frame = timeout(PATIENCE, raw.frames.next()).await.expect("a response in time").expect("a response");
        if is_response(&frame) {
            assert_eq!(&frame.payload[..], NOT_SERVING);
            break;
        }
    }
    app.ends_within(SOON).await;
}
