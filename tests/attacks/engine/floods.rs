//! Floods: of connections, of pings, of tiny commands.

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{Client, Target};
use crate::took;

/// A flood's time.
const TIME: Duration = Duration::from_secs(2);

#[tokio::test]
async fn five_thousand_connections_without_a_command_are_closed_with_3502() {
    let target = Target::start(json!({"client": {"stale_close_delay": "5s"}})).await;
    let began = Instant::now();
    let mut clients = silent(&target).await;
    took("5,000 connections", began);
    let each = (target.engine.memory().now - target.before.now) / clients.len();
    println!("memory of each: {each} bytes");
    assert!(each < 20 << 10, "a connection without a command takes {each} bytes");
    target.serves().await;
    for client in &mut clients {
        assert_eq!(client.end().await, Some(3502));
    }
    target.engine.logs("`client.stale_close_delay`").await;
    assert!(target.engine.log().lines().count() < 200, "{}", target.engine.log());
    drop(clients);
    // The allocator keeps some of their memory, for others: as many again need no more.
    let before = target.engine.memory();
    drop(silent(&target).await);
    target.engine.returns_to(before, super::SLACK).await;
    target.serves().await;
    target.engine.has(super::NOTHING).await;
}

async fn silent(target: &Target) -> Vec<Client> {
    let mut clients = Vec::new();
    for _ in 0..5_000 {
        clients.push(Client::open(&target.engine).await);
    }
    clients
}

#[tokio::test]
async fn pings_whose_pongs_nobody_reads_hold_nothing() {
    let target = Target::start(json!({})).await;
    let mut client = Client::connected(&target.engine).await;
    client.subscribes("pinged").await;
    let pinging = async {
        // Ends when the engine reads no more.
        while client.socket.send(Message::Ping(vec![0; 125].into())).await.is_ok() {}
    };
    let began = Instant::now();
    timeout(TIME * 5, pinging).await.expect("the engine closes the connection");
    took("pings whose pongs nobody reads are closed after", began);
    let peak = target.engine.memory().peak.saturating_sub(target.before.now);
    println!("the engine's memory rose by {} KiB", peak >> 10);
    assert!(peak < super::SLACK, "pings took {} KiB", peak >> 10);
    target.engine.logs("`websocket.write_timeout`").await;
    target.survives().await;
}

#[tokio::test]
async fn a_flood_of_pings_and_pongs_delays_nobody() {
    let target = Target::start(json!({})).await;
    let flood = |message: fn() -> Message| {
        let engine = &target.engine;
        async move {
            let (mut client, began) = (Client::connected(engine).await, Instant::now());
            while began.elapsed() < TIME {
                client.socket.feed(message()).await.expect("the engine reads");
                // The client reads, so that the pongs don't stop it.
                let _ = futures_util::FutureExt::now_or_never(futures_util::StreamExt::next(&mut client.socket));
            }
        }
    };
    let others = async {
        for _ in 0..10 {
            target.serves().await;
            super::a_while().await;
        }
    };
    tokio::join!(flood(|| Message::Ping("x".into())), flood(|| Message::Pong("x".into())), others);
    target.survives().await;
}

#[tokio::test]
async fn a_flood_of_tiny_commands_delays_nobody() {
    let target = Target::start(json!({})).await;
    let frame = vec![r#"{"id":7,"unsubscribe":{"channel":"x"}}"#; 1_600].join("\n");
    let flood = || async {
        let (mut client, began, mut frames) = (Client::connected(&target.engine).await, Instant::now(), 0);
        while began.elapsed() < TIME {
            client.send(&frame).await;
            let mut replies = 0;
            while replies < 1_600 {
                replies += client.next().await.lines().count();
            }
            frames += 1;
        }
        println!("{frames} frames of 1,600 commands");
    };
    let others = async {
        for _ in 0..5 {
            let began = Instant::now();
            target.serves().await;
            took("a normal client beside the flood", began);
        }
    };
    tokio::join!(flood(), flood(), others);
    target.survives().await;
}

#[tokio::test]
async fn a_flood_of_commands_whose_replies_nobody_reads_is_closed() {
    let target = Target::start(json!({})).await;
    for query in ["", "?format=protobuf"] {
        let mut client = Client::open_at(&target.engine, query).await;
        let (connect, flood): (Vec<u8>, Vec<u8>) = match query {
            "" => (
                br#"{"id":1,"connect":{}}"#.to_vec(),
                vec![r#"{"id":7,"unsubscribe":{"channel":"x"}}"#; 1_600].join("\n").into(),
            ),
            _ => (vec![4, 8, 1, 34, 0], [7, 8, 7, 50, 3, 10, 1, b'x'].repeat(8_000)),
        };
        client.socket.send(Message::binary(connect)).await.expect("the engine reads");
        let flooding = async { while client.socket.send(Message::binary(flood.clone())).await.is_ok() {} };
        timeout(super::PATIENCE, flooding).await.expect("the engine closes the connection");
        let peak = target.engine.memory().peak.saturating_sub(target.before.now);
        println!("{query}: the engine's memory rose by {} KiB", peak >> 10);
        assert!(peak < super::SLACK / 2, "unread replies took {} KiB", peak >> 10);
    }
    target.survives().await;
}
