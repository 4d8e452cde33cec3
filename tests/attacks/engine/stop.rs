//! The stop of the engine, with clients that hold it up or would come back all at once.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Client, Target};

#[tokio::test]
async fn all_clients_are_closed_with_3001_over_a_while() {
    const CLIENTS: u32 = 2_000;
    let mut target = Target::start(json!({})).await;
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let mut client = Client::connected(&target.engine).await;
        clients.spawn(async move { (client.end().await, Instant::now()) });
    }
    let began = Instant::now();
    target.engine.terminate();
    let mut times: Vec<Duration> = Vec::new();
    for (code, at) in clients.join_all().await {
        assert_eq!(code, Some(3001));
        times.push(at - began);
    }
    times.sort();
    let (first, last) = (times[times.len() / 10], times[times.len() * 9 / 10]);
    println!("{CLIENTS} clients: a tenth is closed after {first:?}, nine tenths after {last:?}");
    // Over two seconds, of which the middle eight tenths are 1.6.
    assert!(last - first > Duration::from_secs(1), "{first:?}, {last:?}");
    target.engine.ends_within(Duration::from_secs(10)).await;
}

#[tokio::test]
async fn nobody_delays_the_stop_beyond_its_timeout() {
    let mut target = Target::start(json!({"shutdown": {"timeout": "3s"}, "client": {"stale_close_delay": "60s"}})).await;
    let mut sockets = Vec::new();
    for sent in ["", "GET /conn", "POST /api/info HTTP/1.1\r\nHost: x\r\nX-API-Key: k3y\r\nContent-Length: 10\r\n\r\n{"] {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        socket.write_all(sent.as_bytes()).await.expect("the engine reads");
        sockets.push(socket);
    }
    // Clients that never answer the close frame, and one whose handler runs.
    let silent = [Client::open(&target.engine).await, Client::connected(&target.engine).await];
    let mut connecting = Client::open(&target.engine).await;
    connecting.send(r#"{"id":1,"connect":{"data":{"wait":900}}}"#).await;
    super::a_while().await;
    let began = Instant::now();
    target.engine.terminate();
    target.engine.ends_within(Duration::from_secs(8)).await;
    println!("the engine has ended after {:?}", began.elapsed());
    drop((sockets, silent, connecting));
}

#[tokio::test]
async fn a_client_without_others_is_closed_at_once() {
    let mut target = Target::start(json!({})).await;
    let mut client = Client::connected(&target.engine).await;
    let began = Instant::now();
    target.engine.terminate();
    assert_eq!(client.end().await, Some(3001));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    drop(client);
    target.engine.ends_within(Duration::from_secs(10)).await;
}
