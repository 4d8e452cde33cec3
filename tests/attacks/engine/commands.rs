//! Commands that no client should send.

use serde_json::json;

use super::{Client, Target};

#[tokio::test]
async fn calls_that_fail_before_they_reach_the_app_do_not_flood_the_log() {
    let target = Target::start(json!({})).await;
    // Not ASCII, so gRPC can't carry it.
    let mut client = Client::open_with(&target.engine, "", &[("cookie", "\u{e9}")]).await;
    client.send(r#"{"id":1,"connect":{}}"#).await;
    assert!(client.next().await.starts_with(r#"{"id":1,"connect":{"#));
    let frame = vec![r#"{"id":2,"rpc":{"method":"header"}}"#; 1_000].join("\n");
    for _ in 0..5 {
        client.send(&frame).await;
        for _ in 0..1_000 {
            assert!(client.next().await.contains(r#""error":{"code":100"#));
        }
    }
    let log = target.engine.log();
    let lines = log.matches("gRPC's metadata can't have").count();
    println!("{lines} lines of 5,000 calls with a header that can't be sent");
    assert!((1..20).contains(&lines), "{lines} lines");
    drop(client);
    target.survives().await;
}

#[tokio::test]
async fn commands_with_id_0_are_pongs_and_close_with_3501() {
    let target = Target::start(json!({})).await;
    for command in [r#"{"connect":{}}"#, r#"{"id":0,"connect":{}}"#, "{}", r#"{"id":1,"rpc":{}}"#, r#"{"id":1,"send":{}}"#] {
        let mut client = Client::open(&target.engine).await;
        client.send(command).await;
        assert_eq!(client.end().await, Some(3501), "{command}");
    }
    for command in [r#"{"rpc":{"method":"work"}}"#, r#"{"subscribe":{"channel":"a"}}"#, "{}"] {
        let mut client = Client::connected(&target.engine).await;
        client.send(command).await;
        assert_eq!(client.end().await, Some(3501), "{command}");
    }
    target.survives().await;
}

#[tokio::test]
async fn a_second_pong_is_closed_with_3501() {
    let target = Target::start(json!({"client": {"ping_interval": "1s", "pong_timeout": "900ms"}})).await;
    let mut client = Client::connected(&target.engine).await;
    assert_eq!(client.next().await, "{}");
    client.send("{}\n{}\n{}").await;
    assert_eq!(client.end().await, Some(3501));
    target.survives().await;
}

#[tokio::test]
async fn subscriptions_beyond_the_channel_limit_are_refused_with_106() {
    let target = Target::start(json!({"client": {"channel_limit": 10}})).await;
    let mut client = Client::connected(&target.engine).await;
    let commands = (0..5_000).map(|at| json!({"id": 2 + at, "subscribe": {"channel": format!("flood{at}")}}).to_string());
    let commands: Vec<String> = commands.collect();
    let (mut made, mut refused) = (0, 0);
    for frame in commands.chunks(500) {
        client.send(&frame.join("\n")).await;
        let mut replies = 0;
        while replies < frame.len() {
            for line in client.next().await.lines() {
                replies += usize::from(line.contains("\"id\":"));
                made += usize::from(line.contains("\"subscribe\":"));
                refused += usize::from(line.contains("\"code\":106"));
            }
        }
    }
    assert_eq!((made, refused), (10, 4_990));
    target.engine.logs("`client.channel_limit`").await;
    assert!(target.engine.log().matches("`client.channel_limit`").count() < 20, "a client floods the log");
    target.serves().await;
    drop(client);
    target.survives().await;
}
