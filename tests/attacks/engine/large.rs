//! Large messages: what a connection keeps of them.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::{Client, Target};

/// The most memory of a connection, with its subscription.
const KEPT: usize = 32 << 10;

/// The memory that each of so many connections takes more than before.
fn each(target: &Target, clients: usize) -> usize {
    target.engine.memory().now.saturating_sub(target.before.now) / clients
}

#[tokio::test]
async fn clients_that_have_received_a_large_message_keep_no_memory_of_it() {
    let target = Target::start(json!({})).await;
    let mut clients = Vec::new();
    for _ in 0..500 {
        let mut client = Client::connected(&target.engine).await;
        client.subscribes("large").await;
        clients.push(client);
    }
    let data = "x".repeat(600_000);
    target.engine.api("publish", &json!({"channel": "large", "data": data})).await;
    for client in &mut clients {
        while !client.next().await.contains("xxxx") {}
    }
    let each = each(&target, clients.len());
    println!("each of 500 subscribers of a message of 600 kB: {each} bytes");
    assert!(each < KEPT, "each client takes {each} bytes");
    drop(clients);
    target.survives().await;
}

/// A channel with 300 publications of 3 kB, which anyone may read.
async fn with_history() -> Target {
    let kept = json!({
        "name": "kept", "allow_subscribe_for_client": true, "allow_subscribe_for_anonymous": true,
        "allow_history_for_client": true, "allow_history_for_anonymous": true, "force_recovery": true,
        "history_size": 300, "history_ttl": "1h", "history_meta_ttl": "1h",
    });
    let target = Target::start(json!({"channel": {"namespaces": [kept]}})).await;
    for at in 0..300 {
        target.engine.api("publish", &json!({"channel": "kept:1", "data": {"at": at, "text": "x".repeat(3_000)}})).await;
    }
    target
}

/// Clients that send a frame again and again, as soon as they have its replies, and a normal client beside them.
async fn loops(target: &Target, clients: usize, frame: &str) {
    let looping = |mut client: Client| async move {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            client.send(frame).await;
            let mut replies = 0;
            while replies < frame.lines().count() {
                replies += usize::from(client.next().await.starts_with("{\"id\":"));
            }
        }
    };
    let mut connected = Vec::new();
    for _ in 0..clients {
        connected.push(Client::connected(&target.engine).await);
    }
    let attacks = futures_util::future::join_all(connected.into_iter().map(looping));
    let others = async {
        let mut longest = Duration::ZERO;
        for _ in 0..10 {
            let began = Instant::now();
            target.serves().await;
            longest = longest.max(began.elapsed());
            super::a_while().await;
        }
        println!("the longest time of a normal client: {longest:?}");
        assert!(longest < Duration::from_secs(5), "{longest:?}");
    };
    tokio::join!(attacks, others);
    target.engine.api("history_remove", &json!({"channel": "kept:1"})).await;
}

#[tokio::test]
async fn reading_a_large_history_in_a_loop_delays_nobody() {
    let target = with_history().await;
    let history = json!({"id": 5, "history": {"channel": "kept:1", "limit": 20}}).to_string();
    loops(&target, 20, &vec![history; 12].join("\n")).await;
    target.survives().await;
}

#[tokio::test]
async fn recovering_a_large_history_in_a_loop_delays_nobody() {
    let target = with_history().await;
    let subscribe = json!({"id": 5, "subscribe": {"channel": "kept:1", "recover": true}});
    let unsubscribe = json!({"id": 5, "unsubscribe": {"channel": "kept:1"}});
    loops(&target, 20, &format!("{subscribe}\n{unsubscribe}")).await;
    target.survives().await;
}

#[tokio::test]
async fn clients_that_have_sent_a_large_message_keep_no_more_than_the_longest_one() {
    let target = Target::start(json!({})).await;
    let large = json!({"id": 2, "rpc": {"method": "work", "data": "x".repeat(60_000)}}).to_string();
    let mut clients = Vec::new();
    for _ in 0..200 {
        let mut client = Client::connected(&target.engine).await;
        client.send(&large).await;
        assert!(client.next().await.contains("\"done\""));
        client.subscribes("goes-on").await;
        clients.push(client);
    }
    let each = each(&target, clients.len());
    println!("each of 200 clients that have sent 60 kB: {each} bytes");
    // The buffer that it was read into, of at most `websocket.message_size_limit`.
    assert!(each < KEPT + (64 << 10), "each client takes {each} bytes");
    drop(clients);
    target.survives().await;
}

#[tokio::test]
async fn announced_bytes_that_never_come_take_no_memory_and_are_closed_in_time() {
    let target = Target::start(json!({"client": {"ping_interval": "2s", "pong_timeout": "1s"}})).await;
    let mut clients = Vec::new();
    for at in 0..1_000 {
        let mut client = Client::connected(&target.engine).await;
        // A text of 65,000 bytes of which one comes, or its first fragment.
        let head: &[u8] =
            if at % 2 == 0 { &[0x81, 0xfe, 0xfd, 0xe8, 0, 0, 0, 0, b'{'] } else { &[0x01, 0x81, 0, 0, 0, 0, b'{'] };
        client.socket.get_mut().write_all(head).await.expect("the engine reads");
        clients.push(client);
    }
    let each = each(&target, clients.len());
    println!("each of 1,000 clients that have announced 65 kB: {each} bytes");
    assert!(each < KEPT, "each client takes {each} bytes");
    target.serves().await;
    for client in &mut clients {
        assert_eq!(client.end().await, Some(3012));
    }
    drop(clients);
    target.survives().await;
}
