//! Helpers of the tests: an app, a real Centrifugo with the app's own configuration, real clients, and peers that speak
//! gRPC or HTTP/2.

#[expect(clippy::print_stdout, reason = "measurements, shown by --nocapture")]
pub mod attacked;
pub mod attacked_engine;
pub mod balancer;
pub mod browser;
pub mod client;
pub mod crowd;
pub mod debian;
pub mod frames;
pub mod greeting;
pub mod live;
pub mod logs;
pub mod lone_app;
mod npm;
pub mod outcome;
pub mod peer;
pub mod scrape;
pub mod stage;
pub mod tls;
pub mod wire;

pub use attacked::Attacked;
pub use attacked_engine::AttackedEngine;
pub use balancer::Balancer;
pub use client::{Client, Refused, refused};
pub use crowd::Crowd;
pub use greeting::Greeting;
pub use live::LiveCount;
pub use logs::Logs;
pub use lone_app::LoneApp;
pub use outcome::Outcome;
pub use peer::Peer;
pub use scrape::Scrape;
pub use stage::Stage;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The longest time that a test waits for an event that must occur. It measures nothing: a busy machine may need it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `value` returns one.
///
/// # Panics
///
/// With the message of `otherwise`, if it doesn't in time.
pub async fn eventually<T>(value: impl Fn() -> Option<T>, otherwise: impl Fn() -> String) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = value() {
            return value;
        }
        assert!(Instant::now() < end, "{}", otherwise());
        sleep(Duration::from_millis(10)).await;
    }
}
