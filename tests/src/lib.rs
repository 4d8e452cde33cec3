//! What the tests stand on: an app, a real Centrifugo with the app's own configuration, and real clients.

pub mod browser;
pub mod client;
pub mod logs;
pub mod stage;

pub use client::{Client, Refused};
pub use logs::Logs;
pub use stage::Stage;

use std::time::Duration;

/// How long a test waits for what must come. Nothing that is measured: a busy machine may take its time.
pub const PATIENCE: Duration = Duration::from_secs(30);
