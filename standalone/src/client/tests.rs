//! Connections over a pipe, whose app fails each call.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, Stream, StreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message as _;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::{COMMANDS_IN_TURN, Connection, Engine, Request};
use crate::codec::{ErrorCode, Format, Unsubscribed};
use crate::config::options::Options;
use crate::hub::{Member, NewPublication, Order, ServerRefresh, ServerSubscribe, Stats};
use crate::proto::proxy::{StreamSubscribeResponse, SubscribeResponse};
use crate::unix_time::now;

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

/// Connects, and returns the client's member.
async fn enter(engine: &Engine, client: &mut WebSocketStream<DuplexStream>) -> Arc<Member> {
    client.send(r#"{"id":1,"connect":{}}"#.into()).await.unwrap();
    client.next().await.unwrap().unwrap();
    engine.hub.members_of("").pop().expect("a member")
}

/// The next message, as JSON.
async fn received(client: &mut WebSocketStream<DuplexStream>) -> Value {
    let message = client.next().await.expect("a message").unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap_or_else(|_| panic!("{message:?}"))
}

/// Subscribes a client to `news` as the server API does.
async fn subscribe_by_api(member: &Member, options: ServerSubscribe) -> Result<(), ErrorCode> {
    let (done, made) = oneshot::channel();
    member.order(Order::Subscribe { channel: "news".to_owned(), options: Box::new(options), done });
    made.await.unwrap()
}

/// The response of an app that opens a stream, which goes on with `rest`.
fn opened(rest: impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + 'static) -> http::Response<Body> {
    let opened = StreamSubscribeResponse { subscribe_response: Some(SubscribeResponse::default()), publication: None };
    let message = opened.encode_to_vec();
    let frame = [&[0][..], &u32::try_from(message.len()).unwrap().to_be_bytes(), &message].concat();
    let first = stream::once(async { Ok(Frame::data(Bytes::from(frame))) });
    let body = Body::new(StreamBody::new(first.chain(rest)));
    http::Response::builder().header("content-type", "application/grpc").body(body).unwrap()
}

/// An engine whose subscriptions are decided by this service, or opened as its streams.
fn engine_with<F>(namespace: &Value, service: impl Fn() -> F + Clone + Send + Sync + 'static) -> Arc<Engine>
where
    F: Future<Output = http::Response<Body>> + Send + 'static,
{
    let app = json!({"endpoint": "grpc://app", "timeout": "1m"});
    let config = json!({
        "client": {"insecure": true},
        "channel": {"proxy": {"subscribe": app, "subscribe_stream": app}, "without_namespace": namespace},
    });
    let (options, _) = Options::parse(&config).unwrap();
    let app = service_fn(move |_| service().map(Ok::<_, Infallible>));
    Arc::new(Engine::new(options, BoxCloneSyncService::new(app)).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_the_api_makes_during_a_refused_subscribe_stays_and_ends_with_its_client() {
    let engine = engine_with(&json!({"subscribe_proxy_enabled": true, "presence": true}), async || {
        tokio::time::sleep(AT_ONCE).await;
        Status::unavailable("no").into_http()
    });
    let mut client = client(&engine).await;
    let member = enter(&engine, &mut client).await;
    client.send(r#"{"id":2,"subscribe":{"channel":"news"}}"#.into()).await.unwrap();
    tokio::time::sleep(AT_ONCE / 2).await;
    assert_eq!(subscribe_by_api(&member, ServerSubscribe::default()).await, Ok(()));
    assert!(received(&mut client).await["push"]["subscribe"].is_object());
    assert_eq!(received(&mut client).await["error"]["code"], 100);

    engine.hub.publish("news", &engine.options.channel.without_namespace, NewPublication::default());
    assert_eq!(received(&mut client).await["push"]["channel"], "news");
    client.send(r#"{"id":3,"unsubscribe":{"channel":"news"}}"#.into()).await.unwrap();
    assert!(received(&mut client).await["unsubscribe"].is_object());
    assert_eq!(engine.hub.presence_stats("news"), (0, 0));
    drop(member);
    client.send(Message::Close(None)).await.unwrap();
    while client.next().await.is_some() {}
    assert_eq!(engine.hub.stats(), Stats::default());
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_the_api_makes_and_ends_during_a_subscribe_is_not_made_again() {
    let engine = engine_with(&json!({"subscribe_stream_proxy_enabled": true}), async || {
        tokio::time::sleep(AT_ONCE).await;
        opened(stream::pending())
    });
    let mut client = client(&engine).await;
    let member = enter(&engine, &mut client).await;
    client.send(r#"{"id":2,"subscribe":{"channel":"news"}}"#.into()).await.unwrap();
    tokio::time::sleep(AT_ONCE / 2).await;
    assert_eq!(subscribe_by_api(&member, ServerSubscribe::default()).await, Ok(()));
    let (done, ended) = oneshot::channel();
    member.order(Order::Unsubscribe { channel: "news".to_owned(), unsubscribed: Unsubscribed::SERVER, done });
    assert_eq!(ended.await.unwrap(), Ok(()));
    assert!(received(&mut client).await["push"]["subscribe"].is_object());
    assert!(received(&mut client).await["push"]["unsubscribe"].is_object());
    match client.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 3004),
        other => panic!("{other:?}"),
    }
    while client.next().await.is_some() {}
    assert_eq!(engine.hub.stats().subscriptions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_of_the_api_that_fails_changes_nothing() {
    let engine = engine(&json!({"client": {"insecure": true}, "channel": {"without_namespace": {"presence": true}}}));
    let failing = [
        ServerSubscribe { expire_at: 1, ..ServerSubscribe::default() },
        ServerSubscribe { data: Bytes::from("no JSON"), ..ServerSubscribe::default() },
    ];
    let mut client = client(&engine).await;
    let member = enter(&engine, &mut client).await;
    for options in failing.clone() {
        assert!(subscribe_by_api(&member, options).await.is_err());
        assert_eq!(engine.hub.presence_stats("news"), (0, 0));
    }
    client.send(r#"{"id":2,"subscribe":{"channel":"news"}}"#.into()).await.unwrap();
    assert!(received(&mut client).await["subscribe"].is_object());
    for options in failing {
        assert!(subscribe_by_api(&member, options).await.is_err());
        assert_eq!(engine.hub.presence_stats("news"), (1, 1));
        engine.hub.publish("news", &engine.options.channel.without_namespace, NewPublication::default());
        assert_eq!(received(&mut client).await["push"]["channel"], "news");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_expiry_the_api_has_ended_goes_on_beyond_it() {
    let engine = engine(&json!({"client": {"insecure": true, "ping_interval": "2s", "pong_timeout": "1s"}}));
    let mut client = client(&engine).await;
    let member = enter(&engine, &mut client).await;
    for expire_at in [u64::try_from(now() + 2).ok(), None] {
        let (done, refreshed) = oneshot::channel();
        member.order(Order::Refresh { refresh: ServerRefresh { expire_at, ..ServerRefresh::default() }, done });
        assert_eq!(refreshed.await.unwrap(), Ok(()));
        assert_eq!(received(&mut client).await["push"]["refresh"]["expires"].as_bool(), expire_at.map(|_| true));
    }
    let expiry = Instant::now() + engine.options.client.expired_close_delay + Duration::from_secs(2);
    while Instant::now() < expiry + AT_ONCE {
        assert_eq!(received(&mut client).await, json!({}));
        client.send("{}".into()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_panics_ends_its_subscription() {
    let engine = engine_with(&json!({"subscribe_stream_proxy_enabled": true}), async || {
        opened(stream::once(async { panic!("in the body of a layer") }))
    });
    let mut client = client(&engine).await;
    enter(&engine, &mut client).await;
    client.send(r#"{"id":2,"subscribe":{"channel":"news"}}"#.into()).await.unwrap();
    assert!(received(&mut client).await["subscribe"].is_object());
    assert_eq!(received(&mut client).await["push"]["unsubscribe"]["code"], 2500);
    assert_eq!(engine.hub.stats().subscriptions, 0);
}

#[tokio::test(start_paused = true)]
async fn the_replies_to_commands_before_a_broken_frame_precede_the_close() {
    let engine = engine(&json!({"client": {"insecure": true}, "websocket": {"message_size_limit": 100}}));
    let mut client = client(&engine).await;
    enter(&engine, &mut client).await;
    client.feed(r#"{"id":2,"subscribe":{"channel":"news"}}"#.into()).await.unwrap();
    client.feed(Message::text("x".repeat(101))).await.unwrap();
    client.flush().await.unwrap();
    assert_eq!(received(&mut client).await["id"], 2);
    match client.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 1009),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_of_many_commands_leaves_other_tasks_their_turns() {
    const COMMANDS: usize = 1_000;
    let engine = engine(&json!({"client": {"insecure": true, "queue_max_size": 1 << 30}}));
    let mut client = client(&engine).await;
    enter(&engine, &mut client).await;
    let turns = Arc::new(AtomicUsize::new(0));
    let others = tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        }
    });
    let commands: Vec<_> = (2..).take(COMMANDS).map(|id| json!({"id": id, "presence_stats": {"channel": "news"}})).collect();
    let frame: Vec<_> = commands.iter().map(Value::to_string).collect();
    client.send(frame.join("\n").into()).await.unwrap();
    let mut replies = 0;
    while replies < COMMANDS {
        replies += client.next().await.unwrap().unwrap().to_text().unwrap().lines().count();
    }
    assert!(turns.load(Ordering::Relaxed) >= COMMANDS / COMMANDS_IN_TURN, "{turns:?}");
    others.abort();
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_requests_more_channels_than_a_client_may_have_is_closed() {
    let mut client = client(&engine(&json!({"client": {"insecure": true, "channel_limit": 2}}))).await;
    client.send(r#"{"id":1,"connect":{"subs":{"a":{},"b":{},"c":{}}}}"#.into()).await.unwrap();
    match client.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 3505),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_is_too_large_is_refused_before_the_app_is_called() {
    let engine = engine_with(&json!({"subscribe_proxy_enabled": true}), async || std::future::pending().await);
    let mut client = client(&engine).await;
    enter(&engine, &mut client).await;
    let nodes = vec![json!({"cmp": "ex", "key": "a"}); 101];
    let subscribe = json!({"id": 2, "subscribe": {"channel": "news", "tf": {"op": "or", "nodes": nodes}}});
    client.send(subscribe.to_string().into()).await.unwrap();
    let sent = Instant::now();
    assert_eq!(received(&mut client).await["error"]["code"], 107);
    assert!(sent.elapsed() < AT_ONCE);
}

#[test]
fn the_hub_is_swept_on_another_runtime_when_the_first_one_has_gone() {
    let engine = engine(&json!({"client": {"insecure": true}}));
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            engine.sweep_from_now();
            let namespace = &engine.options.channel.without_namespace;
            let key = NewPublication { idempotency_key: Some("k".to_owned()), ..NewPublication::default() };
            engine.hub.publish("news", namespace, key);
            tokio::time::sleep(Duration::from_secs(400)).await;
            assert_eq!(engine.hub.stats(), Stats::default(), "the key has been swept");
        });
    }
}
