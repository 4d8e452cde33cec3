//! Attacks of a hostile peer on the port of an app that runs in a process of its own. Its memory stays within bounds, other
//! peers are answered, and it ends when it is to end.

#![expect(clippy::print_stdout, reason = "what was measured, for those who run the tests with --nocapture")]

mod bodies;
mod bridge;
mod frames;
mod handshake;
mod log;
mod payload;
mod requests;
mod stop;
mod streams;

use centrifugo_tests::Attacked;
use centrifugo_tests::attacked::Settings;

/// How much the app's memory may rise besides what an attack's bound allows: pages of code that are used for the first time,
/// and what the allocator keeps.
const SLACK: usize = 16 << 20;

async fn start(settings: Settings) -> Attacked {
    Attacked::start(env!("CARGO_BIN_EXE_attacked-app"), &settings).await
}
