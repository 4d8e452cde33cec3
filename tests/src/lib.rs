//! What the tests stand on: an app, a real Centrifugo with the app's own configuration, and real clients.

#[expect(clippy::print_stdout, reason = "what was measured, for those who run the tests with --nocapture")]
pub mod attacked;
pub mod browser;
pub mod client;
pub mod frames;
pub mod live;
pub mod logs;
pub mod outcome;
pub mod peer;
pub mod stage;
pub mod wire;

pub use attacked::Attacked;
pub use client::{Client, Refused, refused};
pub use live::LiveCount;
pub use logs::Logs;
pub use outcome::Outcome;
pub use peer::Peer;
pub use stage::Stage;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a test waits for what must come. Nothing that is measured: a busy machine may take its time.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until it is so.
///
/// # Panics
///
/// If it isn't in time, with what `otherwise` says.
pub async fn eventually<T>(is_so: impl Fn() -> Option<T>, otherwise: impl Fn() -> String) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = is_so() {
            return value;
        }
        assert!(Instant::now() < end, "{}", otherwise());
        sleep(Duration::from_millis(10)).await;
    }
}
