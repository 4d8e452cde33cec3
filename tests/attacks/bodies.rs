//! Requests whose messages are never complete, or arrive after the end of their call.

use std::future::pending;
use std::time::{Duration, Instant};

use bytes::Bytes;
use centrifugo_tests::attacked::{Memory, Settings};
use centrifugo_tests::frames::{END_HEADERS, Kind, Raw, block, frame, headers};
use centrifugo_tests::peer::{Call, Response, Upload, request};
use centrifugo_tests::{Attacked, PATIENCE, Peer, wire};
use http::Request;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::streams::{bidirectional, opening};
use crate::{PATIENCE_WITH_MANY, SLACK, start, took};

const DEADLINE_EXCEEDED: u32 = 4;
const RESOURCE_EXHAUSTED: u32 = 8;
const UNAUTHENTICATED: u32 = 16;

/// `App::max_unfinished_bytes`, by default.
const UNFINISHED: usize = 64 << 20;
/// The longest message, by default.
const LONGEST: usize = 4 << 20;
/// The memory that a call may take besides its message: h2's stream, its headers, its task, and the allocator's loss.
const CALL: usize = 8 << 10;
/// The memory of a call that has ended, for as long as h2 remembers it because DATA may still arrive.
const REMEMBERED: usize = 512;

async fn impatient(secret: Option<&str>) -> Attacked {
    let body_timeout = Some(Duration::from_secs(2));
    start(Settings { body_timeout, metrics: true, secret: secret.map(str::to_owned), ..Settings::default() }).await
}

fn rpc(app: &Attacked) -> Request<()> {
    app.request("RPC").body(()).expect("a request")
}

/// Sends a message of this length without its last byte, and returns the response.
async fn unfinished(Call { response, mut body }: Call, length: usize) -> Response {
    let sent = async {
        if body.send(Bytes::copy_from_slice(&wire::head(length))).await.is_ok() {
            drop(body.fill(length - 1).await);
        }
        pending().await
    };
    let response = tokio::select! {
        response = Response::read(response) => response,
        response = sent => response,
    };
    response.expect("a response to a call that isn't complete")
}

/// The responses to four hundred such calls on four connections, with a normal call meanwhile.
async fn four_hundred(app: &Attacked, request: &Request<()>) -> Vec<Response> {
    let (mut peers, mut calls) = (Vec::new(), JoinSet::new());
    for _ in 0..4 {
        let mut peer = Peer::connect(app.address()).await;
        for _ in 0..100 {
            calls.spawn(unfinished(peer.begin(request.clone()).await.expect("a call"), LONGEST));
        }
        peers.push(peer);
    }
    app.answers().await;
    timeout(PATIENCE_WITH_MANY, calls.join_all()).await.expect("every call is answered")
}

/// Checks that each call is refused, or over its deadline.
fn are_refused_or_late(responses: &[Response]) {
    let statuses = Response::statuses(responses);
    println!("{} calls by their statuses: {statuses:?}", responses.len());
    let both = [DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED];
    assert!(statuses.keys().all(|status| both.contains(status)), "{statuses:?}");
}

/// Checks the limit of what is held; buffers that grow by doubling may hold a half more.
async fn holds_its_limit(app: &Attacked, calls: usize, before: Memory, attack: &str) {
    app.grew_at_most(UNFINISHED + UNFINISHED / 2 + calls * CALL + SLACK, before, attack).await;
}

/// Sends one byte after the other until the call ends.
async fn trickle(mut body: Upload) {
    drop(body.send(Bytes::copy_from_slice(&wire::head(1_000))).await);
    while body.fill(1).await.is_ok() {
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_body_of_a_byte_at_a_time_gets_deadline_exceeded() {
    let app = impatient(None).await;
    let mut peer = Peer::connect(app.address()).await;
    let (mut responses, mut bodies) = (Vec::new(), JoinSet::new());
    let began = Instant::now();
    for _ in 0..50 {
        let Call { response, body } = peer.begin(rpc(&app)).await.expect("a call");
        responses.push(response);
        bodies.spawn(trickle(body));
    }
    app.answers_on(&mut peer).await;
    let responses =
        timeout(PATIENCE, Response::read_all(responses)).await.expect("every call is answered").expect("responses");
    took("50 bodies of a byte at a time, with 2 s for each, ended after", began);
    assert_eq!(Response::statuses(&responses), [(DEADLINE_EXCEEDED, 50)].into());
    timeout(PATIENCE, bodies.join_all()).await.expect("the app takes no more of the bodies");
    app.reaches("body_timeout: a call's message was not complete").await;
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn an_opening_of_a_stream_that_is_never_complete_gets_deadline_exceeded() {
    let app = impatient(None).await;
    let mut peer = Peer::connect(app.address()).await;
    for rpc in ["SubscribeUnidirectional", "SubscribeBidirectional"] {
        let call = peer.begin(request(rpc).body(()).expect("a request")).await.expect("a call");
        let response = timeout(PATIENCE, unfinished(call, 100)).await.expect("the call is answered");
        assert_eq!(response.status, Some(DEADLINE_EXCEEDED), "{rpc}");
    }
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn a_request_without_any_message_gets_deadline_exceeded() {
    let app = impatient(None).await;
    let mut peer = Peer::connect(app.address()).await;
    for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
        let Call { response, body } = peer.begin(request(rpc).body(()).expect("a request")).await.expect("a call");
        let response = timeout(PATIENCE, Response::read(response)).await.expect("the call is answered").expect("a response");
        assert_eq!(response.status, Some(DEADLINE_EXCEEDED), "{rpc}");
        drop(body);
    }
}

/// The caller's deadline is shorter than the app's, also where the app has layers.
#[tokio::test]
async fn a_message_that_misses_its_caller_s_deadline_gets_deadline_exceeded() {
    for layered in [false, true] {
        let app = start(Settings { body_timeout: Some(2 * PATIENCE), layered, ..Settings::default() }).await;
        let mut peer = Peer::connect(app.address()).await;
        for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
            let request = request(rpc).header("grpc-timeout", "500m").body(()).expect("a request");
            let call = peer.begin(request).await.expect("a call");
            let response = timeout(PATIENCE, unfinished(call, 100)).await.expect("the call is answered");
            assert_eq!(response.status, Some(DEADLINE_EXCEEDED), "{rpc}, layered: {layered}");
        }
    }
}

/// Headers are held as long as their call waits for its message.
#[tokio::test]
async fn long_headers_of_unfinished_calls_hold_a_limited_memory() {
    const CALLS: usize = 1_500;
    let app = start(Settings { body_timeout: Some(PATIENCE), ..Settings::default() }).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let long = block(&[("x-long", &[b'x'; 16_000])]);
    for stream in (0..CALLS as u32).map(|call| 2 * call + 1) {
        let mut sent = frame(Kind::Headers, 0, stream, &headers("RPC"));
        sent.extend(frame(Kind::Continuation, 0, stream, &long));
        sent.extend(frame(Kind::Continuation, 0, stream, &long));
        sent.extend(frame(Kind::Continuation, END_HEADERS, stream, &long));
        raw.send(&sent).await.expect("the app reads on");
        // Calls that are still on their way don't wait yet.
        if stream % 100 == 1 {
            raw.is_read().await;
            app.answers().await;
        }
    }
    let share = UNFINISHED / 4;
    app.grew_at_most(share + share / 2 + CALLS * CALL + SLACK, before, "1,500 unfinished calls with headers of 48 KB").await;
}

/// In a stream, whose messages are read at once.
#[tokio::test]
async fn a_stream_of_a_byte_at_a_time_gets_deadline_exceeded() {
    let app = impatient(None).await;
    let mut peer = Peer::connect(app.address()).await;
    let Call { response, mut body } = bidirectional(&app, &mut peer, "mirror:1").await;
    body.send(Bytes::copy_from_slice(&wire::head(1_000))).await.expect("the stream is open");
    let body = tokio::spawn(trickle(body));
    let response = timeout(PATIENCE, Response::read(response)).await.expect("the call is answered").expect("a response");
    assert_eq!(response.status, Some(DEADLINE_EXCEEDED));
    body.abort();
}

async fn hold_a_limited_memory(secret: Option<&'static str>) {
    let app = impatient(secret).await;
    let before = app.memory();
    are_refused_or_late(&four_hundred(&app, &rpc(&app)).await);
    app.reaches("max_unfinished_bytes: incomplete messages hold").await;
    holds_its_limit(&app, 400, before, "400 bodies of 4 MiB").await;
    app.answers().await;
}

#[tokio::test]
async fn unfinished_bodies_of_four_mebibytes_hold_a_limited_memory() {
    hold_a_limited_memory(None).await;
}

#[tokio::test]
async fn unfinished_bodies_without_the_secret_hold_nothing() {
    let app = impatient(Some("open sesame")).await;
    let before = app.memory();
    let responses = four_hundred(&app, &request("RPC").body(()).expect("a request")).await;
    assert_eq!(Response::statuses(&responses), [(UNAUTHENTICATED, 400)].into());
    app.grew_at_most(400 * CALL + SLACK, before, "400 bodies of 4 MiB without the secret").await;
    app.answers().await;
}

#[tokio::test]
async fn unfinished_bodies_with_the_secret_hold_a_limited_memory() {
    hold_a_limited_memory(Some("open sesame")).await;
}

#[tokio::test]
async fn thirty_thousand_unfinished_bodies_hold_a_limited_memory() {
    const CONNECTIONS: usize = 10;
    const CALLS: usize = 3_000;
    let app = impatient(None).await;
    let before = app.memory();
    let mut beginning = wire::head(1 << 20).to_vec();
    beginning.resize(16 << 10, b' ');
    let beginning = Bytes::from(beginning);
    let (mut peers, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let mut peer = Peer::connect(app.address()).await;
        calls.extend(peer.begin_all(&rpc(&app), &beginning, CALLS).await.expect("calls"));
        // On another connection: on this one all of the bodies arrive before the call's message.
        app.answers().await;
        peers.push(peer);
    }
    let (responses, bodies): (Vec<_>, Vec<_>) = calls.into_iter().map(|Call { response, body }| (response, body)).unzip();
    let responses = timeout(PATIENCE_WITH_MANY, Response::read_all(responses)).await;
    let responses = responses.expect("every call is answered").expect("responses");
    are_refused_or_late(&responses);
    drop(bodies);
    // No more calls are alive at a time than there is room for; of the others, h2 remembers the ends.
    let alive = UNFINISHED / (beginning.len() + CALL);
    let most = UNFINISHED + UNFINISHED / 2 + alive * CALL + CONNECTIONS * CALLS * REMEMBERED + SLACK;
    app.grew_at_most(most, before, "30,000 bodies of 16 KiB").await;
    app.answers().await;
}

/// Each call takes memory of its own, however few bytes it has; and one byte in use may keep all that was read with it.
#[tokio::test]
async fn calls_with_few_bytes_of_a_body_hold_a_limited_memory() {
    const CALLS: usize = 20_000;
    let app = start(Settings { body_timeout: Some(PATIENCE), ..Settings::default() }).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let (headers, padding) = (headers("RPC"), frame(Kind::Unknown, 0, 0, &[0; 16_000]));
    let beginning = [&wire::head(1_000)[..], b" "].concat();
    for stream in (0..CALLS as u32).map(|call| 2 * call + 1) {
        let opening = frame(Kind::Headers, END_HEADERS, stream, &headers);
        let sent = [opening, frame(Kind::Data, 0, stream, &beginning), padding.clone()].concat();
        raw.send(&sent).await.expect("the app reads on");
    }
    raw.is_read().await;
    app.answers().await;
    holds_its_limit(&app, CALLS, before, "20,000 bodies of six bytes, each read with 16 KiB").await;
}

/// Begins many calls, and sends the rest of their bodies when the app has ended all of them, as if it had been on its way.
async fn the_rest_comes_late(app: &Attacked, begin: impl Fn(u32) -> Vec<u8>) {
    const CALLS: u32 = 3_000;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let streams = || (0..CALLS).map(|call| 2 * call + 1);
    for stream in streams() {
        raw.send(&begin(stream)).await.expect("the app reads on");
    }
    raw.skip_to(Kind::Reset, CALLS).await;
    for stream in streams() {
        raw.send(&frame(Kind::Data, 0, stream, b"late")).await.expect("the app reads on");
    }
    raw.is_read().await;
}

#[tokio::test]
async fn late_bodies_of_refused_calls_leave_their_connection_open() {
    let app = impatient(Some("open sesame")).await;
    the_rest_comes_late(&app, |stream| frame(Kind::Headers, END_HEADERS, stream, &headers("RPC"))).await;
}

#[tokio::test]
async fn late_publications_into_ended_streams_leave_their_connection_open() {
    let app = start(Settings::default()).await;
    let (headers, opening) = (headers("SubscribeBidirectional"), opening("handed_on:1"));
    let open = |stream| {
        let headers = frame(Kind::Headers, END_HEADERS, stream, &headers);
        [headers, frame(Kind::Data, 0, stream, &opening)].concat()
    };
    the_rest_comes_late(&app, open).await;
}

/// The app remembers ended calls for a while, because DATA may still arrive: at most as many as may be open at a time.
#[tokio::test]
async fn calls_that_end_before_their_bodies_hold_a_limited_memory() {
    const AT_ONCE: u32 = 1_000;
    const MOST: usize = 65_536;
    let app = impatient(Some("open sesame")).await;
    let before = app.memory();
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let headers = headers("RPC");
    for first in (0..100 * AT_ONCE).step_by(AT_ONCE as usize) {
        for stream in (first..first + AT_ONCE).map(|call| 2 * call + 1) {
            raw.send(&frame(Kind::Headers, END_HEADERS, stream, &headers)).await.expect("the app reads on");
        }
        raw.skip_to(Kind::Reset, AT_ONCE).await;
    }
    app.grew_at_most(MOST * REMEMBERED + SLACK, before, "100,000 calls that end before their bodies").await;
}
