//! Channels without end: their names, their histories, and the filters of their subscribers.

use serde_json::{Value, json};

use super::{Client, Target};

/// An engine whose namespace `kept` lets clients do everything, and keeps positions for an hour.
async fn target() -> Target {
    let kept = json!({
        "name": "kept", "allow_subscribe_for_client": true, "allow_subscribe_for_anonymous": true,
        "allow_publish_for_client": true, "allow_publish_for_anonymous": true, "allow_history_for_client": true,
        "allow_history_for_anonymous": true, "allow_presence_for_client": true, "allow_presence_for_anonymous": true,
        "allow_tags_filter": true, "presence": true, "join_leave": true, "force_recovery": true,
        "history_size": 300, "history_ttl": "10s", "history_meta_ttl": "1h",
    });
    Target::start(json!({"channel": {"namespaces": [kept]}})).await
}

impl Client {
    /// Sends commands in one frame, and returns the replies.
    async fn execute(&mut self, commands: &[Value]) -> Vec<String> {
        let frame: Vec<_> = commands.iter().map(Value::to_string).collect();
        self.send(&frame.join("\n")).await;
        let mut replies = Vec::new();
        while replies.len() < commands.len() {
            let message = self.next().await;
            if message.starts_with("{\"id\":") {
                replies.push(message);
            }
        }
        replies
    }
}

#[tokio::test]
async fn looks_at_channels_without_end_leave_nothing() {
    let target = target().await;
    let mut client = Client::connected(&target.engine).await;
    let name = |at| format!("kept:{at}{}", "x".repeat(200));
    for from in (0..100_000).step_by(100) {
        let commands = (from..from + 100).flat_map(|at| match at % 2 {
            0 => vec![json!({"id": 9, "history": {"channel": name(at)}})],
            _ => vec![
                json!({"id": 9, "subscribe": {"channel": name(at)}}),
                json!({"id": 9, "unsubscribe": {"channel": name(at)}}),
            ],
        });
        let replies = client.execute(&commands.collect::<Vec<_>>()).await;
        assert!(replies.iter().all(|reply| !reply.contains("error")), "{replies:?}");
    }
    let growth = target.engine.memory().now.saturating_sub(target.before.now);
    println!("100,000 names: {} KiB", growth >> 10);
    assert!(growth < 8 << 20, "{} KiB", growth >> 10);
    drop(client);
    target.survives().await;
}

/// A filter with so many conditions and values.
fn filter(conditions: usize, values: usize) -> Value {
    let values: Vec<_> = (0..values).map(|at| format!("value{at}")).collect();
    let mut nodes = vec![json!({"cmp": "ex"}); conditions - 2];
    nodes.push(json!({"key": "k", "cmp": "in", "vals": values}));
    json!({"op": "or", "nodes": nodes})
}

#[tokio::test]
async fn filters_take_no_more_than_the_frames_that_they_come_in() {
    let target = target().await;
    let mut client = Client::connected(&target.engine).await;
    let subscribe = |at, filter: Value| json!({"id": 9, "subscribe": {"channel": format!("kept:{at}"), "tf": filter}});
    for too_large in [filter(101, 1), filter(3, 1_001), filter(4_000, 1)] {
        let replies = client.execute(&[subscribe(0, too_large)]).await;
        assert!(replies[0].contains("\"code\":107"), "{replies:?}");
    }
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::connected(&target.engine).await;
        for at in 0..100 {
            let replies = client.execute(&[subscribe(at, filter(100, 1_000))]).await;
            assert!(replies[0].contains("\"subscribe\":"), "{replies:?}");
        }
        clients.push(client);
    }
    let each = target.engine.memory().now.saturating_sub(target.before.now) / 500;
    println!("each of 500 subscriptions with the largest filter: {each} bytes");
    assert!(each < 100_000, "{each} bytes");
    target.engine.api("publish", &json!({"channel": "kept:1", "data": {}, "tags": {"k": "value999"}})).await;
    assert!(clients[0].next().await.contains("\"pub\""));
    drop((client, clients));
    target.engine.has(super::NOTHING).await;
    target.engine.returns_to(target.before, 64 << 20).await;
    target.serves().await;
}

#[tokio::test]
async fn channels_that_clients_publish_to_take_little_beside_their_names() {
    let target = target().await;
    let mut client = Client::connected(&target.engine).await;
    for from in (0..10_000).step_by(100) {
        let publish = |at| json!({"id": 9, "publish": {"channel": format!("kept:{at:0>200}"), "data": {}}});
        let replies = client.execute(&(from..from + 100).map(publish).collect::<Vec<_>>()).await;
        assert!(replies.iter().all(|reply| reply.contains("\"publish\":{}")), "{replies:?}");
    }
    let each = target.engine.memory().now.saturating_sub(target.before.now) / 10_000;
    println!("each of 10,000 channels with a name of 205 bytes and a history of one publication: {each} bytes");
    assert!(each < 2 << 10, "{each} bytes");
    drop(client);
    target.survives().await;
}
