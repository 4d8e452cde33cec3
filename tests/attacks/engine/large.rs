//! Large messages: what a connection keeps of them.

use serde_json::json;

use super::{Client, Target};

/// What a connection may keep of the largest message that it has received or sent.
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
