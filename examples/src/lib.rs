//! Small runnable examples: one program in `src/bin` for each subject.
//!
//! Each of them is an app that Centrifugo asks, so each needs a Centrifugo beside it. With `rpc_ping`, say:
//!
//! ```text
//! PROXY_PRINT_CONFIG=1 cargo run -p examples --bin rpc_ping > config.json
//! centrifugo -c config.json &
//! cargo run -p examples --bin rpc_ping
//! ```
//!
//! Then be the client, with any tool that speaks WebSocket. Its first line connects, the next ones are up to the example:
//!
//! ```text
//! npx wscat -c ws://localhost:8000/connection/websocket
//! > {"id": 1, "connect": {}}
//! > {"id": 2, "rpc": {"method": "ping"}}
//! ```
//!
//! The chat, `cargo run -p chat`, starts its own Centrifugo and has a page to try it on.

/// Compiles the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
