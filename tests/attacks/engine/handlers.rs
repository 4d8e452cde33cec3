//! Clients that leave while a handler runs, blocks, or panics.

use std::time::Instant;

use serde_json::json;

use super::{Client, Target};
use crate::took;

/// What a handler is to do.
const WAYS: [&str; 3] = [r#"{"wait":300}"#, r#"{"block":50}"#, r#"{"panics":true}"#];

#[tokio::test]
async fn clients_that_leave_while_they_connect_leave_nothing() {
    let target = Target::start(json!({})).await;
    for way in WAYS {
        for _ in 0..100 {
            let mut client = Client::open(&target.engine).await;
            client.send(&format!(r#"{{"id":1,"connect":{{"data":{way}}}}}"#)).await;
        }
    }
    target.survives().await;
}

#[tokio::test]
async fn clients_that_leave_while_they_subscribe_or_call_leave_nothing() {
    let target = Target::start(json!({})).await;
    for way in WAYS {
        for at in 0..50 {
            let mut client = Client::connected(&target.engine).await;
            let channel = format!("work:{at}");
            client.send(&format!(r#"{{"id":2,"subscribe":{{"channel":"{channel}","data":{way}}}}}"#)).await;
            let mut client = Client::connected(&target.engine).await;
            client.send(&format!(r#"{{"id":2,"rpc":{{"method":"work","data":{way}}}}}"#)).await;
        }
    }
    target.survives().await;
}

#[tokio::test]
async fn a_handler_that_panics_is_error_100_and_the_client_goes_on() {
    let target = Target::start(json!({})).await;
    let mut client = Client::connected(&target.engine).await;
    for id in 2..10 {
        client.send(&format!(r#"{{"id":{id},"rpc":{{"method":"work","data":{{"panics":true}}}}}}"#)).await;
        let reply = client.next().await;
        assert!(reply.contains(r#""error":{"code":100"#), "{reply}");
    }
    client.send(r#"{"id":11,"rpc":{"method":"work"}}"#).await;
    assert!(client.next().await.contains(r#""data":"done""#));
    drop(client);
    target.survives().await;
}

#[tokio::test]
async fn clients_whose_handler_hangs_are_refused_in_time_and_delay_nobody() {
    let target = Target::start(json!({})).await;
    let mut clients = Vec::new();
    for _ in 0..500 {
        let mut client = Client::open(&target.engine).await;
        client.send(r#"{"id":1,"connect":{"data":{"wait":60000}}}"#).await;
        clients.push(client);
    }
    let began = Instant::now();
    target.serves().await;
    took("a normal client beside 500 that hang", began);
    for client in &mut clients {
        assert!(client.next().await.contains(r#""error":{"code":100"#));
    }
    took("500 clients whose handler hangs are refused after", began);
    drop(clients);
    target.survives().await;
}
