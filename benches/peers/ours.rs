//! The peer `ours`: the app as users of the crate write it.

#![allow(clippy::print_stdout, reason = "the first line tells the bench the address")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use centrifugo::{App, Connected, Data, Disconnect, Reject, StartError, State, UserId, rpc, topic};
use futures_util::stream::{self, Stream};
use payload::{Auth, Welcome};

mod payload;

const INVALID_TOKEN: Disconnect = Disconnect::new(4501, "invalid token");

#[derive(Clone)]
struct Users(Arc<HashMap<String, String>>);

#[centrifugo::connect]
async fn connect(Data(auth): Data<Auth>, State(users): State<Users>) -> Result<Connected, Reject> {
    let user = users.0.get(&auth.token).ok_or(INVALID_TOKEN)?;
    Ok(Connected::user(user).data(&Welcome { a: 1 }).subscribe("news"))
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[rpc("slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(50)).await;
    "slow"
}

#[topic("room:<_n>")]
async fn room(_n: u64, user: UserId) -> bool {
    !user.is_empty()
}

#[centrifugo::stream("ticks:<_>")]
async fn ticks() -> impl Stream<Item = u64> {
    stream::pending()
}

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let users = Users(Arc::new(HashMap::from([("secret".to_owned(), "42".to_owned())])));
    let server = App::new().state(users).listen("127.0.0.1:0").bind().await?;
    println!("{}", server.local_addr());
    server.serve_until(bench_ends()).await
}

/// Ends with the bench, which holds the other end of stdin.
async fn bench_ends() {
    drop(tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await);
}
