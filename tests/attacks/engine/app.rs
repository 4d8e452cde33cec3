//! The app with its own engine that clients attack. Its only argument is a configuration of Centrifugo, as JSON.

use std::thread;
use std::time::Duration;

use centrifugo::{App, Connected, RawData, StartError};
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
    Connected::user(Way::of(&data).await.user)
}

#[centrifugo::rpc("work")]
async fn work(RawData(data): RawData) -> &'static str {
    Way::of(&data).await;
    "done"
}

#[centrifugo::subscribe("work:<_>")]
async fn subscribe(RawData(data): RawData) -> bool {
    Way::of(&data).await;
    true
}

fn main() -> Result<(), StartError> {
    let config = std::env::args().nth(1).expect("a configuration, as JSON");
    let config: serde_json::Value = serde_json::from_str(&config).expect("a configuration");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(App::new().centrifugo(config).standalone().run())
}
