//! The engine of [`centrifugo`](https://docs.rs/centrifugo)'s feature `standalone`: Centrifugo's client protocol, channels
//! and server API in the app's own process.
//!
//! An app uses it through `centrifugo::App::standalone`; the
//! [guide](https://docs.rs/centrifugo/latest/centrifugo/standalone/index.html) is there: pages beside it, a proxy in front
//! of it, its limits, what it refuses, where it deviates from Centrifugo, and how to move to Centrifugo. The engine itself
//! knows neither handlers nor attributes: it is made of Centrifugo's [configuration] and of the app's gRPC service, which it
//! calls as Centrifugo would, without a connection.
//!
//! ```
//! use centrifugo_standalone::Standalone;
//! use serde_json::json;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // An app that refuses each call. The crate `centrifugo` passes the service that its handlers make.
//! let app = tower::service_fn(async |_| Ok(tonic::Status::unimplemented("no handlers").into_http()));
//! let engine = Standalone::new(&json!({ "http_server": { "port": 9000 } }), app)?;
//! assert_eq!((engine.address(), engine.websocket_path()), (":9000".to_owned(), "/connection/websocket"));
//!
//! let request = http::Request::post("/api/publish").body(r#"{ "channel": "news", "data": 1 }"#.into())?;
//! assert_eq!(engine.api().call(request).await.into_body(), r#"{"result":{}}"#);
//! # Ok(())
//! # }
//! ```
//!
//! It is one process, and keeps everything in its memory: history, positions and presence end with it. Publications reach
//! the clients of this process, by WebSocket, as JSON or as Protobuf. For more processes, other transports, and what remains
//! after a restart, run the same app behind a real Centrifugo.
//!
//! # The rooms of the source
//!
//! A command passes them in this order, and its reply in the opposite one:
//!
//! | room | content |
//! |---|---|
//! | `server` | the engine for its users: start, listener, stop |
//! | `http` | the routes, the server of HTTP/1, and the upgrade to a WebSocket |
//! | `client` | a connection: its task, its commands, its timers |
//! | `codec` | commands and replies as JSON and Protobuf, and all codes |
//! | `config`, `token` | Centrifugo's configuration, and the claims of tokens: whether a client may execute its command |
//! | `app` | the calls of the app |
//! | `hub` | channels: subscribers, publications, history, presence, and a queue for each client |
//! | `api` | the server API, which acts on the hub |
//! | `proto` | the messages, generated from their schemas |
//!
//! # How order is kept
//!
//! * A connection has one task, which owns its state. Others send it orders, and never touch that state.
//! * A channel has one lock. Under it a publication gets its offset and is queued for every subscriber, and a subscriber
//!   reads the stream, enters, and has its reply queued. So nobody misses a publication or receives one twice, all
//!   subscribers see the same order, a publisher's own push is before its reply, and a join is after the reply of the one
//!   who joins.
//! * The order of locks is: the map of channels, a channel, an outbox. Nothing waits under a lock.
//! * What is queued for a client is in its outbox, whose size is bounded in bytes. A client that doesn't read is closed with
//!   3008, and slows nobody.

mod api;
mod app;
mod base64;
mod client;
mod codec;
mod config;
mod descriptors;
mod error;
mod go_json;
mod http;
mod hub;
mod proto;
mod server;
mod throttled_log;
mod token;
mod unix_time;

pub use self::config::error::{ConfigError, Note};
pub use self::error::StartError;
pub use self::server::{Api, Standalone};

#[doc = include_str!("../docs/configuration.md")]
pub mod configuration {}
