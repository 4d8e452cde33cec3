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
