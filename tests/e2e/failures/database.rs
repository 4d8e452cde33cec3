//! A database that stops answering: handlers end at their deadline, and the pool is free when it answers again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use centrifugo::{App, Reject, State, handlers};
use centrifugo_tests::{Client, LiveCount, Stage};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::shared::{connect, ping};

const CONNECTIONS: usize = 4;

/// A database that echoes a byte, as long as it is there.
struct Database {
    address: SocketAddr,
    is_there: watch::Sender<bool>,
    serving: AbortHandle,
}

impl Database {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (is_there, there) = watch::channel(true);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(echo(socket, there.clone()));
            }
        });
        Self { address, is_there, serving: serving.abort_handle() }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn echo(mut socket: TcpStream, mut is_there: watch::Receiver<bool>) -> io::Result<()> {
    let byte = socket.read_u8().await?;
    // Its connections stay open while it is away.
    drop(is_there.wait_for(|is_there| *is_there).await);
    socket.write_u8(byte).await
}

/// A pool, as that of a driver: a query waits for one of a few connections, without a time limit of its own.
#[derive(Clone)]
struct Pool {
    database: SocketAddr,
    free: Arc<Semaphore>,
}

impl Pool {
    async fn query(&self) -> io::Result<u8> {
        let _permit = self.free.acquire().await.map_err(io::Error::other)?;
        let mut connection = TcpStream::connect(self.database).await?;
        connection.write_u8(7).await?;
        connection.read_u8().await
    }
}

#[centrifugo::rpc("query", collect = false)]
async fn query(State(pool): State<Pool>, State(live): State<LiveCount>) -> Result<u8, Reject> {
    let _alive = live.guard();
    pool.query().await.map_err(Reject::internal)
}

#[tokio::test]
async fn a_database_that_goes_away_ends_its_calls_at_their_deadline_and_no_others() {
    let (database, live) = (Database::start().await, LiveCount::default());
    let pool = Pool { database: database.address, free: Arc::new(Semaphore::new(CONNECTIONS)) };
    let app = App::empty().handlers(handlers![connect, query, ping]).state(pool.clone()).state(live.clone());
    let stage = Stage::start(app).await;
    let (mut client, mut other) = (stage.connected(Value::Null).await, stage.connected(Value::Null).await);
    assert_eq!(client.rpc("query", Value::Null).await, Ok(json!(7)));

    database.is_there.send_replace(false);
    let mut waiting: Vec<Client> = Vec::new();
    for _ in 0..2 * CONNECTIONS {
        waiting.push(stage.connected(Value::Null).await);
    }
    let begun = Instant::now();
    let queries = join_all(waiting.iter_mut().map(|client| client.rpc("query", Value::Null)));
    let beside = async {
        live.reaches(2 * CONNECTIONS).await;
        assert_eq!(other.rpc("ping", Value::Null).await, Ok(json!("pong")));
        begun.elapsed()
    };
    let (queries, pong) = tokio::join!(queries, beside);
    println!("a call beside them was answered after {pong:.1?}, and the last query failed after {:.1?}", begun.elapsed());
    assert!(queries.iter().all(|query| matches!(query, Err(refused) if refused.code == 100)), "{queries:?}");
    live.reaches(0).await;
    assert_eq!(pool.free.available_permits(), CONNECTIONS);

    database.is_there.send_replace(true);
    assert_eq!(client.rpc("query", Value::Null).await, Ok(json!(7)));
    stage.stop().await;
}
