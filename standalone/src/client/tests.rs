//! Connections over a pipe, whose app fails each call.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tonic::Status;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::{Connection, Engine, Request};
use crate::codec::Format;
use crate::config::options::Options;
use crate::hub::{NewPublication, Stats};

/// The longest time until what has to happen at once.
const AT_ONCE: Duration = Duration::from_secs(1);

/// An engine whose app fails each call.
fn engine(config: &Value) -> Arc<Engine> {
    let (options, _) = Options::parse(config).unwrap();
    let app = service_fn(async |_| Ok::<_, Infallible>(Status::unavailable("no").into_http()));
    Arc::new(Engine::new(options, BoxCloneSyncService::new(app)).unwrap())
}

/// A client of the engine, with JSON.
async fn client(engine: &Arc<Engine>) -> WebSocketStream<DuplexStream> {
    let request = Request {
        format: Format::Json,
        headers: http::HeaderMap::new(),
        extensions: http::Extensions::new(),
        has_native_pings: false,
    };
    let (client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(Connection::new(Arc::clone(engine), request).run(server));
    WebSocketStream::from_raw_socket(client, Role::Client, None).await
}

async fn client_of_a_failing_app() -> WebSocketStream<DuplexStream> {
    client(&engine(&json!({"client": {"proxy": {"connect": {"enabled": true, "endpoint": "grpc://app"}}}}))).await
}

/// Sends a connect command, which fails.
async fn connect(client: &mut WebSocketStream<DuplexStream>) {
    client.send(r#"{"id":1,"connect":{}}"#.into()).await.unwrap();
    let reply = client.next().await.unwrap().unwrap();
    assert!(reply.to_text().unwrap().contains(r#""code":100"#), "{reply}");
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_connect_has_failed_closes_its_connection_at_once() {
    let mut client = client_of_a_failing_app().await;
    connect(&mut client).await;
    client.send(Message::Close(None)).await.unwrap();
    let close = timeout(AT_ONCE, client.next()).await.expect("an answer");
    assert!(matches!(close, Some(Ok(Message::Close(_)))), "{close:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_connect_has_failed_receives_nothing_more_and_is_cut_off_in_five_seconds() {
    let mut client = client_of_a_failing_app().await;
    connect(&mut client).await;
    let failed = Instant::now();
    client.send(r#"{"id":2,"connect":{}}"#.into()).await.unwrap();
    client.send("not a command".into()).await.unwrap();
    let end = client.next().await;
    assert!(matches!(end, Some(Err(_)) | None), "{end:?}");
    assert_eq!(failed.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_whose_reply_is_no_json_closes_the_client_and_leaves_nothing() {
    let history = json!({"history_size": 1, "history_ttl": "1m", "force_recovery": true});
    let engine = engine(&json!({"client": {"insecure": true}, "channel": {"without_namespace": history}}));
    let namespace = &engine.options.channel.without_namespace;
    let publication = NewPublication { data: Bytes::from_static(b"\xff"), ..NewPublication::default() };
    engine.hub.publish("news", namespace, publication);
    let mut client = client(&engine).await;
    let commands = r#"{"id":1,"connect":{}}
{"id":2,"subscribe":{"channel":"news","recover":true}}"#;
    client.send(commands.into()).await.unwrap();
    let connected = client.next().await.unwrap().unwrap();
    assert!(connected.to_text().unwrap().contains(r#""connect":"#), "{connected}");
    match client.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 3506),
        other => panic!("{other:?}"),
    }
    while client.next().await.is_some() {}
    assert_eq!(engine.hub.stats(), Stats::default());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_large_message_slowly_receives_it_whole_and_its_pong_afterwards() {
    let engine = engine(&json!({"client": {"insecure": true}, "websocket": {"write_timeout": "1h"}}));
    let namespace = &engine.options.channel.without_namespace;
    // Longer than the pipe between both.
    let data = Bytes::from(json!("x".repeat(400_000)).to_string());
    let publication = NewPublication { data: data.clone(), ..NewPublication::default() };
    let mut client = client(&engine).await;
    let commands = r#"{"id":1,"connect":{}}
{"id":2,"subscribe":{"channel":"news"}}"#;
    client.send(commands.into()).await.unwrap();
    client.next().await.unwrap().unwrap();
    engine.hub.publish("news", namespace, publication);
    tokio::time::sleep(AT_ONCE).await;
    client.send(Message::Ping("x".into())).await.unwrap();
    client.send(r#"{"id":3,"unsubscribe":{"channel":"news"}}"#.into()).await.unwrap();
    tokio::time::sleep(AT_ONCE).await;
    let pushed = client.next().await.unwrap().unwrap();
    let pushed: Value = serde_json::from_str(pushed.to_text().unwrap()).unwrap();
    assert_eq!(pushed["push"]["pub"]["data"].to_string(), data);
    let others = [client.next().await.unwrap().unwrap(), client.next().await.unwrap().unwrap()];
    assert_eq!(others, [Message::Pong("x".into()), Message::text(r#"{"id":3,"unsubscribe":{}}"#)]);
}

#[tokio::test(start_paused = true)]
async fn the_close_of_a_client_in_the_middle_of_a_large_message_follows_it() {
    let engine = engine(&json!({"client": {"insecure": true}, "websocket": {"write_timeout": "1h"}}));
    let namespace = &engine.options.channel.without_namespace;
    let mut client = client(&engine).await;
    client.send("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"news\"}}".into()).await.unwrap();
    client.next().await.unwrap().unwrap();
    for _ in 0..3 {
        let data = Bytes::from(json!("x".repeat(400_000)).to_string());
        engine.hub.publish("news", namespace, NewPublication { data, ..NewPublication::default() });
        tokio::time::sleep(AT_ONCE).await;
    }
    // Over the limit of what waits: the rest is dropped, but not half of a frame.
    engine.hub.publish("news", namespace, NewPublication { data: vec![b'1'; 900_000].into(), ..NewPublication::default() });
    assert!(client.next().await.unwrap().unwrap().to_text().unwrap().contains("xxxx"));
    match client.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 3008),
        other => panic!("{other:?}"),
    }
}
