//! Real-time features for Rust apps: plain async functions that answer [Centrifugo](https://centrifugal.dev)'s gRPC proxy.
//!
//! ```standalone_crate,no_run
//! use centrifugo::{Connected, Data, ErrorReply, Published, UserId, rpc, topic};
//!
//! #[centrifugo::connect]
//! async fn connect(Data(name): Data<String>) -> Connected {
//!     Connected::user(name).subscribe("news")
//! }
//!
//! #[topic("user.<name>")]
//! async fn own_channel(name: String, user: UserId) -> bool {
//!     user == name
//! }
//!
//! #[centrifugo::publish("user.<name>")]
//! async fn note_to_self(name: String, user: UserId, Data(text): Data<&str>) -> Result<Published, ErrorReply> {
//!     if user != name {
//!         return Err(ErrorReply::PERMISSION_DENIED);
//!     }
//!     Ok(Published::new().data(text.trim()))
//! }
//!
//! #[rpc("ping")]
//! async fn ping() -> &'static str {
//!     "pong"
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), centrifugo::StartError> {
//!     centrifugo::run().await
//! }
//! ```
//!
//! Centrifugo holds the clients' connections, and asks the app what to do with them. Each question is an event, each event has an
//! attribute, and each attribute's page says what its functions take, what they return, and what clients see of that:
//!
//! | a client .. | attribute | takes | answers |
//! |---|---|---|---|
//! | connects | [`connect`](macro@connect) | [`Connect`] | [`Connected`] |
//! | has been connected for as long as that allowed | [`refresh`](macro@refresh) | [`Refresh`] | [`Refreshed`] |
//! | subscribes to a channel | [`topic`], [`subscribe`](macro@subscribe) | [`Subscribe`] | `bool`, [`Subscribed`] |
//! | has been subscribed for as long as that allowed | [`sub_refresh`] | [`SubRefresh`] | [`SubRefreshed`] |
//! | publishes to a channel | [`publish`](macro@publish) | [`Publish`] | `bool`, [`Published`] |
//! | calls a method | [`rpc`](macro@rpc) | [`Rpc`] | any `Serialize`, [`RpcReply`] |
//!
//! * [`patterns`]: which names a handler answers for, and which of several is asked.
//! * [`Extract`]: what else functions take, such as [`Data`], [`UserId`], [`State`] and [`Header`], and extractors of one's own.
//! * [`Reject`](struct@Reject): how they refuse, and [`derive(Reject)`](derive@Reject) for enums that do.
//! * [`channel`](macro@channel): channels as types.
//! * [`http_bridge`]: methods such as `get:users/1`, answered by an `axum::Router` or a remote server.
//! * [`App`]: states, address, secret, Centrifugo's configuration; [`operations`]: running it.

#[allow(missing_docs, missing_debug_implementations, reason = "only expansions use it")]
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod app;
mod audit;
mod call;
mod channel;
mod code;
mod config;
mod dispatch;
mod event;
mod expiry;
mod extract;
mod generated;
mod grant;
mod handler;
mod headers;
mod http;
mod id;
mod kind;
#[cfg(feature = "logs")]
mod logs;
mod needs;
mod payload;
mod registry;
mod reject;
mod reply;
mod report;
mod router;
mod secret;
mod server;
mod service;
mod start;

#[doc = include_str!("../docs/reject.md")]
pub use centrifugo_macros::Reject;
#[doc = include_str!("../docs/channel.md")]
pub use centrifugo_macros::channel;
#[doc = include_str!("../docs/connect.md")]
pub use centrifugo_macros::connect;
#[doc = include_str!("../docs/handlers.md")]
pub use centrifugo_macros::handlers;
#[doc = include_str!("../docs/publish.md")]
pub use centrifugo_macros::publish;
#[doc = include_str!("../docs/refresh.md")]
pub use centrifugo_macros::refresh;
#[doc = include_str!("../docs/rpc.md")]
pub use centrifugo_macros::rpc;
#[doc = include_str!("../docs/sub_refresh.md")]
pub use centrifugo_macros::sub_refresh;
#[doc = include_str!("../docs/subscribe.md")]
pub use centrifugo_macros::subscribe;
#[doc = include_str!("../docs/topic.md")]
pub use centrifugo_macros::topic;

pub use self::http::Http;
pub use app::{App, run};
pub use call::Call;
pub use channel::{InvalidChannel, ToChannel};
pub use code::{Disconnect, ErrorReply, InvalidCode};
pub use event::{
    Client, Connect, Connected, Encoding, Event, HasChannel, HasData, HasUser, Protocol, Publish, Published, Refresh,
    Refreshed, Refusing, Rpc, RpcReply, SubRefresh, SubRefreshed, Subscribe, Subscribed,
};
pub use extract::{Data, Extension, Extract, Header, Meta, Metadata, RawData, State};
pub use grant::{Capability, Filter, SubscribeOptions};
pub use handler::{Handler, Location};
pub use id::{Channel, ClientId, UserId};
pub use kind::Kind;
pub use needs::Needs;
pub use reject::{Internal, IntoReject, Reject};
pub use reply::IntoReply;
pub use server::Server;
pub use service::ProxyService;
pub use start::{Conflict, StartError};

#[doc = include_str!("../docs/patterns.md")]
pub mod patterns {}

#[doc = include_str!("../docs/http.md")]
pub mod http_bridge {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}
