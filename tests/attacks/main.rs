//! Attacks of a hostile peer on the port of an app in a process of its own. The app's memory stays limited, other peers
//! receive their responses, and the app ends when it is stopped.

#![expect(clippy::print_stdout, reason = "measurements, shown by --nocapture")]

mod bodies;
mod bridge;
mod corpus;
mod engine;
mod frames;
mod h2spec;
mod handshake;
mod health;
mod log;
mod overload;
mod panics;
mod payload;
mod requests;
mod responses;
mod stop;
mod streams;
mod tls;

use std::env;
use std::time::{Duration, Instant};

use centrifugo_tests::attacked::Settings;
use centrifugo_tests::{Attacked, PATIENCE};

/// The rise of the app's memory that is allowed besides an attack's limit: pages of code that are used for the first time,
/// and memory that the allocator keeps.
const SLACK: usize = 16 << 20;
/// The patience with thousands of calls, which take their time on a busy machine, in a build for debugging.
const PATIENCE_WITH_MANY: Duration = PATIENCE.saturating_mul(6);

/// Prints the time that something took.
fn took(what: &str, began: Instant) {
    println!("{what}: {:?}", began.elapsed());
}

/// Starts the app, or for a comparison the program that `CENTRIFUGO_ATTACKED` names: `docs/reliability.md` says how.
async fn start(settings: Settings) -> Attacked {
    let other = env::var("CENTRIFUGO_ATTACKED");
    let binary = other.as_deref().unwrap_or(env!("CARGO_BIN_EXE_attacked-app"));
    Attacked::start(binary, &settings).await
}
