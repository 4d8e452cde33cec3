//! Attacks of a hostile peer on the port of an app in a process of its own. The app's memory stays limited, other peers
//! receive their responses, and the app ends when it is stopped.

#![expect(clippy::print_stdout, reason = "measurements, shown by --nocapture")]

mod bodies;
mod bridge;
mod frames;
mod handshake;
mod health;
mod log;
mod overload;
mod payload;
mod requests;
mod responses;
mod stop;
mod streams;

use centrifugo_tests::Attacked;
use centrifugo_tests::attacked::Settings;

/// The rise of the app's memory that is allowed besides an attack's limit: pages of code that are used for the first time,
/// and memory that the allocator keeps.
const SLACK: usize = 16 << 20;

async fn start(settings: Settings) -> Attacked {
    Attacked::start(env!("CARGO_BIN_EXE_attacked-app"), &settings).await
}
