//! The peer of `soak`: handlers that answer, wait, fail and panic, and streams that end in each way.

#![allow(clippy::print_stdout, reason = "the first line tells the bench the address")]

use std::time::Duration;

use centrifugo::{App, Reject, StartError, rpc};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::runtime::Handle;

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[rpc("wait")]
async fn wait() -> &'static str {
    tokio::time::sleep(Duration::from_millis(5)).await;
    "waited"
}

#[rpc("fail")]
async fn fail() -> Result<(), Reject> {
    Err(Reject::internal("it fails"))
}

#[rpc("panic")]
#[expect(clippy::panic, reason = "the kind of failure that is measured")]
async fn panics() {
    panic!("it panics")
}

/// The number of the runtime's tasks that are alive.
#[rpc("tasks")]
async fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[centrifugo::stream("ticks:<_>")]
async fn ticks() -> impl Stream<Item = u64> {
    stream::unfold(0, async |tick| {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((tick, tick + 1))
    })
}

#[centrifugo::stream("fails:<_>")]
async fn fails() -> impl Stream<Item = Result<u64, Reject>> {
    stream::iter([Ok(1)]).chain(stream::once(async { Err(Reject::internal("it fails")) }))
}

#[tokio::main]
async fn main() -> Result<(), StartError> {
    // Thousands of reports a minute on stderr are no part of the measurement.
    std::panic::set_hook(Box::new(|_| {}));
    let server = App::new().listen("127.0.0.1:0").bind().await?;
    println!("{}", server.local_addr());
    server.serve_until(bench_ends()).await
}

/// Ends with the bench, which holds the other end of stdin.
async fn bench_ends() {
    drop(tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await);
}
