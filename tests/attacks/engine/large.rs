//! Large messages: what a connection keeps of them.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
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

/// The token of a user whose requests for server-side subscriptions count.
const TOKEN: &str =
    "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJzdWIiOiAiYW5uIn0.yFKTeV5byEbrGDEBnKdEcODmNW41A3vqnqQy1CmKz5w";

/// An engine whose queues have `queue` bytes, and `channels` channels with 300 publications of `length` bytes each.
async fn with_histories(queue: usize, channels: usize, length: usize) -> Target {
    let kept = json!({
        "name": "kept", "allow_subscribe_for_client": true, "allow_subscribe_for_anonymous": true,
        "allow_history_for_client": true, "allow_history_for_anonymous": true, "force_recovery": true,
        "history_size": 300, "history_ttl": "1h", "history_meta_ttl": "1h",
    });
    let client = json!({"queue_max_size": queue, "token": {"hmac_secret_key": "attacks"}});
    let options = json!({"client": client, "channel": {"namespaces": [kept]}});
    let target = Target::start(options).await;
    let names: Vec<_> = (0..channels).map(|at| format!("kept:{at}")).collect();
    for _ in 0..300 {
        target.engine.api("broadcast", &json!({"channels": names, "data": "x".repeat(length)})).await;
    }
    target
}

#[tokio::test]
async fn a_recovery_larger_than_the_queue_arrives_before_the_close_so_that_the_next_one_is_short() {
    let target = with_histories(1 << 20, 1, 6_000).await;
    let mut client = Client::connected(&target.engine).await;
    client.send(&json!({"id": 2, "subscribe": {"channel": "kept:0", "recover": true}}).to_string()).await;
    let reply: Value = serde_json::from_str(&client.next().await).expect("JSON");
    let publications = reply["subscribe"]["publications"].as_array().expect("publications");
    assert_eq!((publications.len(), &reply["subscribe"]["recovered"]), (300, &json!(true)));
    assert_eq!(client.end().await, Some(3008));
    let mut client = Client::connected(&target.engine).await;
    let (offset, epoch) = (300, &reply["subscribe"]["epoch"]);
    let subscribe = json!({"channel": "kept:0", "recover": true, "offset": offset, "epoch": epoch});
    client.send(&json!({"id": 2, "subscribe": subscribe}).to_string()).await;
    let reply = client.next().await;
    assert!(reply.contains(r#""recovered":true"#) && !reply.contains("publications"), "{reply}");
    client.send(r#"{"id":3,"unsubscribe":{"channel":"kept:0"}}"#).await;
    assert_eq!(client.next().await, r#"{"id":3,"unsubscribe":{}}"#);
}

#[tokio::test]
async fn many_recoveries_in_one_frame_that_are_larger_than_the_queue_together_all_arrive() {
    let target = with_histories(1 << 20, 20, 1_500).await;
    let mut client = Client::open(&target.engine).await;
    let subscribes =
        (0..20).map(|at| json!({"id": at + 2, "subscribe": {"channel": format!("kept:{at}"), "recover": true}}));
    let frame = [json!({"id": 1, "connect": {}})].into_iter().chain(subscribes).map(|command| command.to_string());
    client.send(&frame.collect::<Vec<_>>().join("\n")).await;
    assert!(client.next().await.starts_with(r#"{"id":1,"connect":{"#));
    for _ in 0..20 {
        let reply = client.reply().await;
        assert!(reply.contains(r#""recovered":true"#), "{reply:.200}");
        assert!(reply.len() > 300 * 1_500, "{} bytes", reply.len());
    }
}

#[tokio::test]
async fn replies_far_larger_than_the_queue_are_not_encoded() {
    let target = with_histories(64 << 10, 64, 1_000).await;
    for _ in 0..300 {
        target.engine.api("publish", &json!({"channel": "kept:long", "data": "x".repeat(3_000)})).await;
    }
    let before = target.engine.memory();
    let subs: Map<_, _> = (0..64).map(|at| (format!("kept:{at}"), json!({"recover": true}))).collect();
    for _ in 0..5 {
        // Each of the channels has 300 kB, and a reply may recover seven times 64 KiB.
        let mut client = Client::open(&target.engine).await;
        client.send(&json!({"id": 1, "connect": {"token": TOKEN, "subs": subs}}).to_string()).await;
        let reply = client.next().await;
        assert!(reply.starts_with(r#"{"id":1,"connect":{"#) && reply.contains(r#""kept:63""#), "{reply:.200}");
        assert_eq!(reply.matches(r#""recovered":true"#).count(), 1, "{} bytes", reply.len());
        assert_eq!(client.end().await, Some(3008));
        let mut client = Client::connected(&target.engine).await;
        client.send(&json!({"id": 2, "subscribe": {"channel": "kept:long", "recover": true}}).to_string()).await;
        let reply = client.next().await;
        assert!(reply.contains(r#""was_recovering":true"#) && !reply.contains(r#""recovered""#), "{reply:.200}");
        client.send(&json!({"id": 3, "history": {"channel": "kept:long", "limit": 300}}).to_string()).await;
        assert_eq!(client.end().await, Some(3008));
    }
    let peak = target.engine.memory().peak.saturating_sub(before.now);
    println!(
        "64 recoveries of 300 kB, and one and a history of 900 kB, at a queue of 64 KiB: {} KiB at the peak",
        peak >> 10
    );
    assert!(peak < 4 << 20, "{} KiB", peak >> 10);
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
