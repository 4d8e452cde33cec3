//! Small runnable examples: one program in `src/bin` for each subject.
//!
//! Each is an app, and all but `standalone` need a Centrifugo beside them. With `rpc_ping`, for example:
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
//! `standalone` needs no Centrifugo: `cargo run -p examples --bin standalone`, then the same client. Nor does the chat,
//! `cargo run -p chat`, which also serves a page.

/// The README, whose code is compiled as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
