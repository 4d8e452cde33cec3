//! Small runnable examples: one program in `src/bin` for each subject.
//!
//! Each is an app, which needs a Centrifugo beside it. With `rpc_ping`, for example:
//!
//! ```text
//! PROXY_PRINT_CONFIG=1 cargo run -p examples --bin rpc_ping > config.json
//! centrifugo -c config.json &
//! cargo run -p examples --bin rpc_ping
//! ```
//!
//! Connect with any WebSocket client. The first line connects; the next lines depend on the example:
//!
//! ```text
//! npx wscat -c ws://localhost:8000/connection/websocket
//! > {"id": 1, "connect": {}}
//! > {"id": 2, "rpc": {"method": "ping"}}
//! ```
//!
//! The chat, `cargo run -p chat`, starts its own Centrifugo and serves a page.

/// The README, whose code is compiled as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
