//! Apps with their own engine: real clients, and no other process.

mod calls;
mod extensions;
mod paths;
mod publisher;
mod stop;
mod verdicts;

use centrifuge::{Client, Error};
use centrifugo::testing::TestServer;
use centrifugo_tests::PATIENCE;

/// Starts an app whose part is Centrifugo's, too.
async fn start(app: centrifugo::App) -> TestServer {
    TestServer::start(app).await.unwrap_or_else(|error| panic!("{error}"))
}

/// A client that has connected.
async fn connected(url: String) -> Client {
    let client = Client::builder(url).build().expect("a client");
    client.connect().expect("a start");
    client.ready(Some(PATIENCE)).await.expect("a connection");
    client
}

/// The code of a refused call.
fn code(result: Result<centrifuge::RpcResult, Error>) -> u32 {
    match result {
        Err(Error::Server(error)) => error.code,
        other => panic!("{other:?}"),
    }
}
