use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
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

/// How long a client may wait for what it is owed at once.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A client of an engine whose app fails each call.
async fn client_of_a_failing_app() -> WebSocketStream<DuplexStream> {
    let config = json!({"client": {"proxy": {"connect": {"enabled": true, "endpoint": "grpc://app"}}}});
    let (options, _) = Options::parse(&config).unwrap();
    let app = service_fn(async |_| Ok::<_, Infallible>(Status::unavailable("no").into_http()));
    let engine = Arc::new(Engine::new(options, BoxCloneSyncService::new(app)).unwrap());
    let request = Request { format: Format::Json, headers: http::HeaderMap::new(), has_native_pings: false };
    let (client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(Connection::new(engine, request).run(server));
    WebSocketStream::from_raw_socket(client, Role::Client, None).await
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
