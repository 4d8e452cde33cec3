//! Limits of the configuration: each has a code for the client, and a name in the log.

use centrifugo_tests::{AttackedEngine, PATIENCE};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Client, Target, config};

/// The status that refuses another WebSocket.
async fn refused(engine: &AttackedEngine) -> u16 {
    let io = TcpStream::connect(engine.address()).await.expect("a connection");
    match tokio_tungstenite::client_async(format!("ws://{}/connection/websocket", engine.address()), io).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_are_refused_with_503_until_there_is_room() {
    let target = Target::start(json!({"client": {"connection_limit": 20}})).await;
    target.engine.has(super::NOTHING).await;
    super::a_while().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(Client::connected(&target.engine).await);
    }
    for _ in 0..50 {
        assert_eq!(refused(&target.engine).await, 503);
    }
    target.engine.logs("`client.connection_limit`").await;
    clients[0].subscribes("goes-on").await;
    drop(clients);
    target.engine.has(super::NOTHING).await;
    super::a_while().await;
    target.survives().await;
}

#[tokio::test]
async fn clients_that_open_their_connections_before_the_limit_is_reached_cannot_pass_it() {
    let target = Target::start(json!({"client": {"connection_limit": 20}})).await;
    target.engine.has(super::NOTHING).await;
    super::a_while().await;
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(Client::open(&target.engine).await);
    }
    futures_util::future::join_all(clients.iter_mut().map(|client| client.send(r#"{"id":1,"connect":{}}"#))).await;
    let mut closed = 0;
    for client in &mut clients {
        let first = timeout(PATIENCE, client.socket.next()).await.expect("a frame in time");
        closed += usize::from(matches!(first, Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 3013));
    }
    assert_eq!(closed, 180);
    target.engine.logs("`client.connection_limit`").await;
    drop(clients);
    target.engine.has(super::NOTHING).await;
    super::a_while().await;
    target.survives().await;
}

#[tokio::test]
async fn connections_beyond_the_rate_are_refused_with_503() {
    let target = Target::start(json!({"client": {"connection_rate_limit": 10}})).await;
    let mut clients = Vec::new();
    for _ in 0..9 {
        clients.push(Client::connected(&target.engine).await);
    }
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let io = TcpStream::connect(target.engine.address()).await.expect("a connection");
        let url = format!("ws://{}/connection/websocket", target.engine.address());
        statuses.push(tokio_tungstenite::client_async(url, io).await.is_ok());
    }
    assert!(statuses.contains(&false), "{statuses:?}");
    target.engine.logs("`client.connection_rate_limit`").await;
    drop(clients);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    target.survives().await;
}

#[tokio::test]
async fn connections_of_a_user_beyond_the_limit_are_closed_with_3504() {
    let target = Target::start(json!({"client": {"user_connection_limit": 2}})).await;
    let connect = r#"{"id":1,"connect":{"data":{"user":"ann"}}}"#;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = Client::open(&target.engine).await;
        client.send(connect).await;
        client.next().await;
        clients.push(client);
    }
    let mut third = Client::open(&target.engine).await;
    third.send(connect).await;
    assert_eq!(third.end().await, Some(3504));
    target.engine.logs("`client.user_connection_limit`").await;
    drop((clients, third));
    target.survives().await;
}

#[tokio::test]
async fn a_start_with_too_few_open_files_is_logged_with_what_to_do() {
    let binary = env!("CARGO_BIN_EXE_attacked-engine");
    let engine = AttackedEngine::start_with_descriptors(binary, &config(json!({})), 256).await;
    engine.logs("this process may have 256 files open").await;
    engine.logs("`ulimit -n 65535`").await;
    let enough = config(json!({"client": {"connection_limit": 100}}));
    let engine = AttackedEngine::start_with_descriptors(binary, &enough, 256).await;
    assert!(!engine.log().contains("files open"), "{}", engine.log());
}

#[tokio::test]
async fn an_engine_without_file_descriptors_accepts_again_when_there_are_some() {
    let options = config(json!({"client": {"stale_close_delay": "2s"}}));
    let engine = AttackedEngine::start_with_descriptors(env!("CARGO_BIN_EXE_attacked-engine"), &options, 64).await;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        sockets.push(TcpStream::connect(engine.address()).await.expect("the system accepts a connection"));
    }
    engine.logs("no connection can be accepted").await;
    Client::connected(&engine).await.subscribes("normal").await;
}
