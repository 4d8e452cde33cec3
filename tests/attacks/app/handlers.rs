//! The handlers of the attacked app: slow ones, echoes, failures, and streams that don't read.

use std::future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use centrifugo::{Data, Publication, RawData, RawPublications, Reject, RpcReply};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;

static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// A value of a handler or of a stream, counted while it is alive.
struct Running;

impl Running {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

#[centrifugo::rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[centrifugo::rpc("running")]
async fn running() -> usize {
    RUNNING.load(Ordering::SeqCst)
}

#[centrifugo::rpc("sleep")]
async fn sleep(Data(milliseconds): Data<u64>) -> &'static str {
    let _running = Running::begin();
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "slept"
}

#[centrifugo::rpc("echo")]
async fn echo(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
}

#[centrifugo::rpc("repeat")]
async fn repeat(Data(bytes): Data<usize>) -> String {
    "x".repeat(bytes)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

#[centrifugo::rpc("colour")]
async fn colour(Data(colour): Data<Colour>) -> u8 {
    match colour {
        Colour::Red => 1,
        Colour::Green => 2,
    }
}

#[centrifugo::rpc("fail")]
async fn fail(Data(why): Data<String>) -> Result<(), Reject> {
    Err(Reject::internal(why))
}

#[centrifugo::rpc("panic")]
async fn panic() {
    panic!("on purpose")
}

#[centrifugo::subscribe("room:<number>")]
async fn room(number: u64) -> bool {
    number > 0
}

/// A stream that doesn't take its client's publications.
#[centrifugo::stream("deaf:<_>")]
async fn deaf() -> impl Stream<Item = u8> {
    silent()
}

/// A stream that drops its client's publications unread.
#[centrifugo::stream("dropped:<_>")]
async fn dropped(publications: RawPublications) -> impl Stream<Item = u8> {
    drop(publications);
    silent()
}

/// A stream that keeps its client's publications unread.
#[centrifugo::stream("kept:<_>")]
async fn kept(publications: RawPublications) -> impl Stream<Item = u8> {
    silent().map(move |item| {
        let _ = &publications;
        item
    })
}

/// A stream of its client's publications, unchanged.
#[centrifugo::stream("mirror:<_>")]
async fn mirror(publications: RawPublications) -> impl Stream<Item = Publication> {
    publications.map(Publication::raw)
}

/// A stream that counts its client's publications after a pause of three seconds.
#[centrifugo::stream("late:<_>")]
async fn late(publications: RawPublications) -> impl Stream<Item = usize> {
    let running = Running::begin();
    stream::once(async move {
        let _running = running;
        tokio::time::sleep(Duration::from_secs(3)).await;
        publications.take(3).count().await
    })
}

/// A stream that is empty, and whose client's publications are read by another task.
#[centrifugo::stream("handed_on:<_>")]
async fn handed_on(publications: RawPublications) -> impl Stream<Item = u8> {
    let running = Running::begin();
    tokio::spawn(async move {
        publications.for_each(|_| future::ready(())).await;
        drop(running);
    });
    stream::empty()
}

/// A stream that never ends and never waits.
#[centrifugo::stream("endless:<_>")]
async fn endless() -> impl Stream<Item = String> {
    let running = Running::begin();
    stream::repeat_with(move || {
        let _ = &running;
        "x".repeat(1 << 10)
    })
}

/// A stream that never publishes and never ends.
fn silent() -> impl Stream<Item = u8> {
    let running = Running::begin();
    stream::pending().map(move |item| {
        let _ = &running;
        item
    })
}
