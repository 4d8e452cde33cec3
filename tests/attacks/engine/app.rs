//! The app with its own engine that clients attack. Its only argument is a configuration of Centrifugo, as JSON.

use std::thread;
use std::time::Duration;

use centrifugo::headers::Cookie;
use centrifugo::{App, Connected, Data, Header, Published, RawData, RawPublications, StartError, Subscribed};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;

/// What a client wants a handler to do before it returns.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    /// Milliseconds in which it waits.
    wait: u64,
    /// Milliseconds in which it blocks its thread.
    block: u64,
    panics: bool,
    user: String,
    /// What it returns as the info of the client and as its meta.
    info: String,
    /// The idempotency key of what the client publishes.
    key: String,
}

impl Way {
    async fn of(data: &[u8]) -> Self {
        let way: Self = serde_json::from_slice(data).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(way.wait)).await;
        thread::sleep(Duration::from_millis(way.block));
        assert!(!way.panics, "on purpose");
        way
    }
}

#[centrifugo::connect]
async fn connect(RawData(data): RawData) -> Connected {
    let way = Way::of(&data).await;
    let connected = Connected::user(way.user);
    if way.info.is_empty() { connected } else { connected.info(&way.info).meta(&way.info) }
}

#[centrifugo::rpc("work")]
async fn work(RawData(data): RawData) -> &'static str {
    Way::of(&data).await;
    "done"
}

#[centrifugo::rpc("header")]
async fn header(Header(cookie): Header<Cookie>) -> String {
    cookie.get("a").unwrap_or_default().to_owned()
}

#[centrifugo::rpc("number")]
async fn number(Data(number): Data<u64>) -> u64 {
    number
}

#[centrifugo::subscribe("work:<_>")]
async fn subscribe(RawData(data): RawData) -> Subscribed {
    let way = Way::of(&data).await;
    if way.info.is_empty() { Subscribed::new() } else { Subscribed::new().info(&way.info) }
}

#[centrifugo::publish("work:<_>")]
async fn publish(RawData(data): RawData) -> Published {
    Published::new().idempotency_key(Way::of(&data).await.key)
}

/// A stream that never reads its client's publications.
#[centrifugo::stream("unread:<_>")]
async fn unread(publications: RawPublications) -> impl Stream<Item = ()> {
    stream::pending().map(move |()| {
        let _ = &publications;
    })
}

fn main() -> Result<(), StartError> {
    let config = std::env::args().nth(1).expect("a configuration, as JSON");
    let config: serde_json::Value = serde_json::from_str(&config).expect("a configuration");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(App::new().centrifugo(config).standalone().run())
}
