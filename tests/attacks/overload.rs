//! More connections and more calls than the app may have at a time.

use std::time::Instant;

use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::frames::{Kind, Raw, call, headers, headers_to};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{PATIENCE, Peer, peer};
use tokio::time::timeout;

use crate::{start, took};

const RESOURCE_EXHAUSTED: u32 = 8;

/// Waits until the app refuses no more connections.
async fn answers_at_last(app: &Attacked) {
    let answered = async {
        loop {
            let mut raw = Raw::connect(app.address()).await;
            if raw.frames.next().await.is_some() {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("the app accepts connections again");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_until_there_is_room() {
    let app = start(Settings { max_connections: Some(20), metrics: true, ..Settings::default() }).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(called(&app).await);
    }
    let began = Instant::now();
    let mut refused = Raw::connect(app.address()).await;
    assert_eq!(timeout(PATIENCE, refused.frames.next()).await.expect("an end"), None);
    took("a connection beyond the limit is closed after", began);
    app.reaches("max_connections: 20 connections are open").await;
    for raw in &mut open {
        raw.is_read().await;
    }
    drop(open);
    answers_at_last(&app).await;
}

/// A connection with a call of Centrifugo.
async fn called(app: &Attacked) -> Raw {
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let body = wire::framed(&peer::rpc("ping", b"").encode_to_vec());
    raw.send(&call(1, &headers("RPC"), &body)).await.expect("the app reads on");
    raw.skip_to(Kind::Data, 1).await;
    raw
}

#[tokio::test]
async fn connections_without_the_secret_give_way_to_those_of_centrifugo() {
    let secret = Some("s3cret".to_owned());
    let app = start(Settings { max_connections: Some(20), secret, ..Settings::default() }).await;
    let mut centrifugo = Peer::connect(app.address()).await;
    app.answers_on(&mut centrifugo).await;
    let mut strangers = Vec::new();
    for at in 0..60 {
        let mut raw = Raw::greeted(app.address(), &[]).await;
        // Some are silent, some wait for the app's health, which needs no secret, and some have calls that are refused.
        let path = ["/grpc.health.v1.Health/Watch".to_owned(), wire::path("RPC")];
        if let Some(path) = path.get(at % 3) {
            raw.send(&call(1, &headers_to(path), &wire::framed(b""))).await.expect("the app reads on");
            raw.skip_to(Kind::Headers, 1).await;
        }
        strangers.push(raw);
        app.answers_on(&mut centrifugo).await;
    }
    app.answers().await;
    app.reaches("max_connections: 20 connections are open, so the oldest one without a call of Centrifugo is closed").await;
    for raw in &mut strangers[..40] {
        let ends = async { while raw.frames.next().await.is_some() {} };
        timeout(PATIENCE, ends).await.expect("the oldest connections are closed");
    }
    strangers[59].is_read().await;
    app.answers_on(&mut centrifugo).await;
}

/// Fills the app with calls that run, and calls once more on another connection.
async fn refuses_at_once(layered: bool) {
    let app = start(Settings { max_running_calls: Some(10), layered, metrics: true, ..Settings::default() }).await;
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let (headers, body) = (headers("RPC"), wire::framed(&peer::rpc("sleep", b"60000").encode_to_vec()));
    for stream in (0..9).map(|call| 2 * call + 1) {
        raw.send(&call(stream, &headers, &body)).await.expect("the app reads on");
    }
    app.runs(9).await;
    app.answers().await;
    raw.send(&call(19, &headers, &body)).await.expect("the app reads on");
    raw.is_read().await;
    let mut peer = Peer::connect(app.address()).await;
    let full = async {
        while peer.call(app.request("RPC"), &peer::rpc("ping", b"")).await.expect("a response").status == Some(0) {}
        let began = Instant::now();
        let refused = peer.call(app.request("RPC"), &peer::rpc("ping", b"")).await.expect("a response");
        took("a call beyond the limit is refused after", began);
        refused
    };
    let response = timeout(PATIENCE, full).await.expect("a response in time");
    assert_eq!(response.status, Some(RESOURCE_EXHAUSTED));
    app.reaches("max_running_calls: 10 calls run").await;
    drop(raw);
    let room = async {
        while peer.call(app.request("RPC"), &peer::rpc("ping", b"")).await.expect("a response").status != Some(0) {}
    };
    timeout(PATIENCE, room).await.expect("room for calls");
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_at_once_on_all_connections() {
    refuses_at_once(false).await;
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_before_the_app_s_layers() {
    refuses_at_once(true).await;
}
