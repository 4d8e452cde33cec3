//! Clients that don't read, and half-open sockets.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Client, Target};
use crate::took;

#[tokio::test]
async fn a_client_without_pongs_is_closed_with_3012_and_leaves_its_channels() {
    let target = Target::start(json!({"client": {"ping_interval": "1s", "pong_timeout": "500ms"}})).await;
    let mut half_open = Vec::new();
    for _ in 0..50 {
        let mut client = Client::connected(&target.engine).await;
        client.subscribes("half-open").await;
        half_open.push(client);
    }
    for client in &mut half_open {
        assert_eq!(client.end().await, Some(3012));
    }
    target.engine.logs("`client.pong_timeout`").await;
    // The sockets are still open.
    target.survives().await;
}

#[tokio::test]
async fn slow_readers_are_closed_while_others_receive_everything_in_time() {
    let target = Target::start(json!({"client": {"queue_max_size": 200_000}})).await;
    let mut stuck = Vec::new();
    for _ in 0..20 {
        let mut client = Client::connected(&target.engine).await;
        client.subscribes("busy").await;
        stuck.push(client);
    }
    let mut reader = Client::connected(&target.engine).await;
    reader.subscribes("busy").await;
    let data = "x".repeat(50_000);
    let mut longest = Duration::ZERO;
    for at in 0..400 {
        let began = Instant::now();
        target.engine.api("publish", &json!({"channel": "busy", "data": {"at": at, "data": data}})).await;
        let received = loop {
            let frame = reader.next().await;
            if frame.contains("\"at\":") {
                break frame;
            }
        };
        assert!(received.contains(&format!("\"at\":{at},")), "publication {at} is missing: {}", &received[..200]);
        longest = longest.max(began.elapsed());
    }
    println!("the longest time from publishing to receiving: {longest:?}");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    let began = Instant::now();
    target.engine.has(centrifugo_tests::attacked_engine::Entries { clients: 1, subscriptions: 1, channels: 1 }).await;
    took("all slow clients have gone after", began);
    let log = target.engine.log();
    assert!(log.contains("`client.queue_max_size`") || log.contains("`websocket.write_timeout`"), "{log}");
    drop((stuck, reader));
    target.survives().await;
}

#[tokio::test]
async fn a_publication_larger_than_the_queue_is_closed_with_3008() {
    let target = Target::start(json!({"client": {"queue_max_size": 10_000}})).await;
    let mut client = Client::connected(&target.engine).await;
    client.subscribes("busy").await;
    target.engine.api("publish", &json!({"channel": "busy", "data": "x".repeat(20_000)})).await;
    assert_eq!(client.end().await, Some(3008));
    target.engine.logs("`client.queue_max_size`").await;
    target.survives().await;
}
