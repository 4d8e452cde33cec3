//! Small values of a client that stay with the engine: they take no more memory than they are long.

use serde_json::json;

use super::{Client, Target};

/// The memory that the engine takes more than before the attack.
fn growth(target: &Target) -> usize {
    target.engine.memory().now.saturating_sub(target.before.now)
}

#[tokio::test]
async fn infos_of_clients_and_subscribers_take_no_more_than_they_are_long() {
    let target = Target::start(json!({})).await;
    let mut clients = Vec::new();
    for _ in 0..100 {
        let mut client = Client::open(&target.engine).await;
        client.send(r#"{"id":1,"connect":{"data":{"info":"i"}}}"#).await;
        assert!(client.next().await.starts_with(r#"{"id":1,"connect":{"client":"#));
        for at in 0..100 {
            client.send(&format!(r#"{{"id":2,"subscribe":{{"channel":"work:{at}","data":{{"info":"i"}}}}}}"#)).await;
            let reply = client.next().await;
            assert!(reply.starts_with(r#"{"id":2,"subscribe":{"#), "{reply}");
        }
        clients.push(client);
    }
    let each = growth(&target) / (100 * 100);
    println!("each of 10,000 subscriptions with an info of 3 bytes: {each} bytes");
    assert!(each < 2 << 10, "{each} bytes");
    drop(clients);
    target.survives().await;
}

#[tokio::test]
async fn infos_and_meta_of_clients_take_no_more_than_they_are_long() {
    let target = Target::start(json!({})).await;
    let mut clients = Vec::new();
    for at in 0..1_000 {
        let mut client = Client::open(&target.engine).await;
        client.send(r#"{"id":1,"connect":{"data":{"info":"i"}}}"#).await;
        let reply = client.next().await;
        assert!(reply.starts_with(r#"{"id":1,"connect":{"client":"#), "{at}: {reply}");
        clients.push(client);
    }
    let each = growth(&target) / clients.len();
    println!("each of 1,000 clients with an info and a meta of 3 bytes: {each} bytes");
    assert!(each < 16 << 10, "{each} bytes");
    drop(clients);
    target.survives().await;
}

#[tokio::test]
async fn a_header_that_a_call_has_takes_no_more_than_it_is_long() {
    let target = Target::start(json!({})).await;
    let mut clients = Vec::new();
    for _ in 0..500 {
        clients.push(Client::open_with(&target.engine, "", &[("cookie", "a=1"), ("x-long", &"x".repeat(60 << 10))]).await);
    }
    let each = growth(&target) / clients.len();
    println!("each of 500 clients with a header of 3 bytes beside 60 kB of others: {each} bytes");
    assert!(each < 32 << 10, "{each} bytes");
    let client = &mut clients[0];
    client.send("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"rpc\":{\"method\":\"header\"}}").await;
    assert!(client.next().await.starts_with(r#"{"id":1,"connect":{"#));
    assert_eq!(client.next().await, r#"{"id":2,"rpc":{"data":"1"}}"#);
    drop(clients);
    target.survives().await;
}

#[tokio::test]
async fn idempotency_keys_of_clients_take_a_limited_memory() {
    let target = Target::start(json!({})).await;
    let mut client = Client::connected(&target.engine).await;
    let publish = |at: u32, long: usize| {
        let key = format!("{at}{}", "k".repeat(long));
        json!({"id": 3, "publish": {"channel": "work:1", "data": {"key": key}}}).to_string()
    };
    for at in 0..1_000 {
        client.send(&publish(at, 60_000)).await;
        assert_eq!(client.next().await, r#"{"id":3,"publish":{}}"#);
    }
    let growth = growth(&target);
    println!("1,000 keys of 60 kB: {} KiB", growth >> 10);
    assert!(growth < 8 << 20, "{} KiB", growth >> 10);
    drop(client);
    target.survives().await;
}
#[tokio::test]
async fn publications_that_a_stream_does_not_read_take_no_more_than_they_are_long() {
    let target = Target::start(json!({})).await;
    let junk = "x".repeat(60_000);
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::connected(&target.engine).await;
        for at in 0..20 {
            let channel = format!("unread:{at}");
            client.subscribes(&channel).await;
            let publish = json!({"id": 3, "publish": {"channel": channel, "data": 1}, "junk": junk}).to_string();
            for _ in 0..16 {
                client.send(&publish).await;
                assert_eq!(client.next().await, r#"{"id":3,"publish":{}}"#);
            }
        }
        clients.push(client);
    }
    let growth = growth(&target);
    println!("1,600 publications of 1 byte in frames of 60 kB, in 100 streams: {} KiB", growth >> 10);
    assert!(growth < 16 << 20, "{} KiB", growth >> 10);
    drop(clients);
    target.survives().await;
}
