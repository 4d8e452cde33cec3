//! Requests that aren't gRPC, that lack the secret, or whose deadline is over.

use std::time::{Duration, Instant};

use bytes::Bytes;
use centrifugo_tests::attacked::{SECRET, Settings};
use centrifugo_tests::peer::{self, Call, Response};
use centrifugo_tests::{Attacked, PATIENCE, Peer, wire};
use http::{Method, Request, request};
use tokio::time::timeout;

use crate::{start, took};

const DEADLINE_EXCEEDED: u32 = 4;
const UNAUTHENTICATED: u32 = 16;

/// The response to headers alone: the body never arrives.
async fn response_to_headers(peer: &mut Peer, request: Request<()>) -> Response {
    let what = format!("{request:?}");
    let Call { response, body } = peer.begin(request).await.expect("a call");
    let response = timeout(PATIENCE, Response::read(response)).await;
    drop(body);
    response.unwrap_or_else(|_| panic!("no response to {what}")).unwrap_or_else(|error| panic!("{error}: {what}"))
}

fn of(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<()> {
    let request = Request::builder().method(method).uri(format!("http://app{path}"));
    let add = |request: request::Builder, (name, value): &(&str, &str)| request.header(*name, *value);
    headers.iter().fold(request, add).body(()).expect("a request")
}

/// Checks that each method refuses a call with these headers and without a message.
async fn are_refused(http: u16, method: Method, headers: &[(&str, &str)]) {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for rpc in ["RPC", "Connect", "SubscribeUnidirectional", "SubscribeBidirectional"] {
        let response = response_to_headers(&mut peer, of(method.clone(), &wire::path(rpc), headers)).await;
        assert_eq!(response.http, http, "{rpc}, {headers:?}");
        assert!(response.status.is_some_and(|status| status != 0), "{rpc}, {headers:?}: {response:?}");
    }
    app.answers_on(&mut peer).await;
}

#[tokio::test]
async fn another_method_than_post_gets_405() {
    let headers = [("content-type", "application/grpc"), ("te", "trailers")];
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS, Method::HEAD] {
        are_refused(405, method, &headers).await;
    }
}

#[tokio::test]
async fn another_content_type_than_grpc_gets_415() {
    for content_type in ["text/plain", "application/json", "application/grp", "", "multipart/form-data; boundary=x"] {
        are_refused(415, Method::POST, &[("content-type", content_type), ("te", "trailers")]).await;
    }
    are_refused(415, Method::POST, &[("te", "trailers")]).await;
}

#[tokio::test]
async fn a_peer_that_does_not_accept_trailers_gets_400() {
    are_refused(400, Method::POST, &[("content-type", "application/grpc")]).await;
}

#[tokio::test]
async fn content_types_of_grpc_are_answered() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    let body = wire::framed(&wire::Message::encode_to_vec(&peer::rpc("ping", b"")));
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc; charset=utf-8"] {
        let headers = [("content-type", content_type), ("te", "trailers")];
        let request = of(Method::POST, &wire::path("RPC"), &headers);
        let response = peer.call_raw(request, body.clone()).await.expect("a response");
        assert_eq!(response.status, Some(0), "{content_type}");
    }
}

/// Only a peer that has the secret learns what else is wrong.
#[tokio::test]
async fn without_the_secret_headers_of_every_kind_are_unauthenticated() {
    let app = start(Settings { secret: Some("open sesame".into()), ..Settings::default() }).await;
    let mut peer = Peer::connect(app.address()).await;
    let paths = [wire::path("RPC"), wire::path("SubscribeUnidirectional"), wire::path("SubscribeBidirectional")];
    let paths = paths.into_iter().chain([wire::path("Nothing"), "/".into(), "/metrics".into()]);
    for path in paths {
        for method in [Method::POST, Method::GET, Method::OPTIONS] {
            for headers in headers() {
                let response = response_to_headers(&mut peer, of(method.clone(), &path, &headers)).await;
                assert_eq!(response.status, Some(UNAUTHENTICATED), "{method} {path} {headers:?}");
            }
        }
    }
    app.answers_on(&mut peer).await;
}

/// Well-formed or not, without the secret, with a wrong one, and with two.
fn headers() -> Vec<Vec<(&'static str, &'static str)>> {
    let grpc = vec![("content-type", "application/grpc"), ("te", "trailers")];
    let with = |more: &[(&'static str, &'static str)]| [&grpc[..], more].concat();
    vec![
        grpc.clone(),
        with(&[(SECRET, "open")]),
        with(&[(SECRET, "open sesame"), (SECRET, "open sesame")]),
        with(&[("grpc-encoding", "zstd"), ("grpc-timeout", "nonsense")]),
        vec![("content-type", "text/plain")],
        vec![],
    ]
}

async fn called_with_timeout(app: &Attacked, peer: &mut Peer, deadline: &str) -> Response {
    let request = app.request("RPC").header("grpc-timeout", deadline);
    let response = timeout(PATIENCE, peer.call(request, &peer::rpc("sleep", b"60000"))).await;
    response.expect("the call is answered before its handler has slept").expect("a response")
}

#[tokio::test]
async fn a_handler_is_dropped_when_the_time_of_its_call_is_over() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for deadline in ["200m", "200000u", "1S", "0n"] {
        let began = Instant::now();
        let response = called_with_timeout(&app, &mut peer, deadline).await;
        took(&format!("a call with the deadline {deadline} ends after"), began);
        assert_eq!(response.status, Some(DEADLINE_EXCEEDED), "{deadline}");
    }
    app.runs(0).await;
}

#[tokio::test]
async fn a_body_is_dropped_when_the_time_of_its_call_is_over() {
    let app = start(Settings { body_timeout: Some(Duration::from_secs(60)), ..Settings::default() }).await;
    let mut peer = Peer::connect(app.address()).await;
    let request = app.request("RPC").header("grpc-timeout", "200m").body(()).expect("a request");
    assert_eq!(response_to_headers(&mut peer, request).await.status, Some(DEADLINE_EXCEEDED));
}

#[tokio::test]
async fn a_time_that_is_none_ends_nothing_but_its_call() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for deadline in ["", "m", "-1m", "200", "200x", "123456789H", "99999999H", "99999999S", "1.5S", "\u{e9}m"] {
        let deadline = http::HeaderValue::from_bytes(deadline.as_bytes()).expect("a value");
        let request = app.request("RPC").header("grpc-timeout", deadline.clone()).body(()).expect("a request");
        let body = wire::framed(&wire::Message::encode_to_vec(&peer::rpc("ping", b"")));
        let response = timeout(PATIENCE, peer.call_raw(request, body)).await.expect("a response").expect("a response");
        assert!(response.status.is_some(), "{deadline:?}");
    }
    app.answers_on(&mut peer).await;
}

/// The heads of messages have false lengths and flags.
#[tokio::test]
async fn a_head_that_lies_is_refused() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let mut peer = Peer::connect(app.address()).await;
    for body in [
        &b"\0\xff\xff\xff\xffx"[..],
        b"\0\x40\0\0\x01x",
        b"\x02\0\0\0\x01x",
        b"\xff\0\0\0\0",
        b"\x01\0\0\0\x01x",
        b"\0\0",
        b"",
    ] {
        for rpc in ["RPC", "SubscribeUnidirectional", "SubscribeBidirectional"] {
            let request = app.request(rpc).body(()).expect("a request");
            let response = peer.call_raw(request, Bytes::from_static(body)).await.expect("a response");
            assert!(response.status.is_some_and(|status| status != 0), "{rpc} {body:?}: {response:?}");
        }
    }
    app.grew_at_most(crate::SLACK, before, "heads that lie").await;
    app.answers_on(&mut peer).await;
}
