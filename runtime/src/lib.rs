//! Real-time features for Rust apps: plain async functions handle the events of
//! [Centrifugo](https://centrifugal.dev), which calls them over its gRPC proxy protocol.
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
//! async fn note_to_self(
//!     name: String,
//!     user: UserId,
//!     Data(text): Data<String>,
//! ) -> Result<Published, ErrorReply> {
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
//! Centrifugo holds the clients' connections, and calls the app when a client does something that the app decides.
//! With the feature `standalone` the app does Centrifugo's part as well, in one process, by `App::new().standalone().run()`
#![cfg_attr(feature = "standalone", doc = "([`standalone`] is the guide).")]
#![cfg_attr(not(feature = "standalone"), doc = "(this build is without it).")]
//!
//! Each kind of call is an event, and each event has an attribute. The attribute's page shows which arguments its functions
//! take, what they return, and what the client sees of it:
//!
//! | when a client .. | attribute | event | returns |
//! |---|---|---|---|
//! | connects | [`connect`](macro@connect) | [`Connect`] | [`Connected`] |
//! | reaches the expiry that `connect` set | [`refresh`](macro@refresh) | [`Refresh`] | [`Refreshed`] |
//! | subscribes to a channel | [`topic`], [`subscribe`](macro@subscribe) | [`Subscribe`] | `bool`, [`Subscribed`] |
//! | reaches the expiry that the subscription's handler set | [`sub_refresh`] | [`SubRefresh`] | [`SubRefreshed`] |
//! | publishes to a channel | [`publish`](macro@publish) | [`Publish`] | `bool`, [`Published`] |
//! | subscribes to a stream that the app makes for it alone | [`stream`](macro@stream) | [`SubscribeStream`] | `impl Stream`, [`SubscribedStream`] |
//! | sets or removes a key of a map channel | [`map_publish`], [`map_remove`] | [`MapPublish`], [`MapRemove`] | `bool`, [`MapPublished`], [`MapRemoved`] |
//! | tracks keys, which Centrifugo polls once for all clients | [`shared_poll`] | [`SharedPoll`] | [`Polled`] |
//! | finds a channel's cache empty (PRO) | [`cache_empty`] | [`CacheEmpty`] | `bool` |
//! | is the first or the last subscriber of a channel (PRO) | [`channel_state`] | [`ChannelState`] | `()` |
//! | calls a method | [`rpc`](macro@rpc) | [`Rpc`] | any `Serialize`, [`RpcReply`] |
//!
//! * [`patterns`]: which channels and methods a handler matches, and which one is called if several match.
//! * [`Extract`]: the arguments that functions take, such as [`Data`], [`UserId`], [`State`] and [`Header`]; [`extractor`]
//!   defines your own.
//! * [`interceptor`](macro@interceptor): functions that run around all handlers, or around those of some events;
//!   [`error_handler`](macro@error_handler): a function that receives every internal failure.
//! * [`Reject`](struct@Reject): how a function refuses a call, and [`derive(Reject)`](derive@Reject) for error types of your
//!   own.
//! * [`channel`](macro@channel): channels as types, each with the type of its data.
#![cfg_attr(feature = "api", doc = "* [`api`]: publishing, and the rest of Centrifugo's server API.")]
#![cfg_attr(not(feature = "api"), doc = "* The feature `api`: publishing, and the rest of Centrifugo's server API.")]
//! * [`http_bridge`]: methods such as `get:users/1`, which an `axum::Router` or a remote server answers.
//! * [`testing`]: a test kit that calls the app without Centrifugo.
//! * [`App`]: states, the address, the secret, and Centrifugo's configuration; [`operations`]: running the app in
//!   production.
//!
//! # Under another name
//!
//! Attributes expand to code that names the crate `::centrifugo`. A renamed dependency
//! (`cf = { package = "centrifugo", .. }`), or a crate of your own that re-exports all of it (`pub use centrifugo::*;`),
//! needs one line in the root of each crate with handlers:
//!
//! ```text
//! extern crate cf as centrifugo;
//! ```

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "api")]
pub mod api;
mod app;
mod config;
mod dispatch;
mod error;
mod event;
mod extract;
mod grpc;
mod handler;
#[doc = include_str!("../docs/http.md")]
pub mod http_bridge;
mod names;
mod observe;
mod registry;
mod reject;
mod reply;
mod server;
pub mod testing;
#[allow(missing_docs, reason = "the schema documents some of its fields, and not all")]
mod wire;

#[doc = include_str!("../docs/reject.md")]
pub use centrifugo_macros::Reject;
#[doc = include_str!("../docs/channel.md")]
pub use centrifugo_macros::channel;
#[doc = include_str!("../docs/error_handler.md")]
pub use centrifugo_macros::error_handler;
#[doc = include_str!("../docs/extractor.md")]
pub use centrifugo_macros::extractor;
#[doc = include_str!("../docs/handlers.md")]
pub use centrifugo_macros::handlers;
#[doc = include_str!("../docs/interceptor.md")]
pub use centrifugo_macros::interceptor;
#[doc = include_str!("../docs/interceptors.md")]
pub use centrifugo_macros::interceptors;
#[doc = include_str!("../docs/topic.md")]
pub use centrifugo_macros::topic;

#[doc(no_inline)]
pub use ::headers;
#[cfg(feature = "api")]
pub use api::{Publisher, PublisherError};
pub use app::list::ListOf;
#[cfg(feature = "standalone")]
pub use app::standalone::{RunningStandalone, Standalone, StandaloneServer};
#[cfg(feature = "tls")]
pub use app::tls_setting::Tls;
pub use app::{App, run};
pub use dispatch::failure::Failure;
pub use error::{Conflict, StartError};
pub use event::into_reject::IntoReject;
pub use event::into_reply::IntoReply;
pub use event::kind::Kind;
pub use event::{Client, Encoding, Event, HasChannel, HasClient, HasData, HasKey, HasUser, Protocol, Refusing};
pub use extract::{Data, Extension, Extract, Header, Meta, Metadata, Publications, RawData, RawPublications, State};
pub use grpc::ProxyService;
pub use handler::Handler;
pub use handler::call::Call;
pub use handler::interceptor::Interceptor;
pub use handler::needs::Needs;
pub use handler::next::Next;
pub use http_bridge::settings::Http;
pub use names::channel::{InvalidChannel, ToChannel};
pub use names::channel_data::Carries;
pub use names::id::{Channel, ClientId, Key, UserId};
pub use names::location::Location;
#[doc(inline)]
pub use reject::InvalidCode;
pub use reject::derived::DeriveReject;
pub use reject::disconnect::Disconnect;
pub use reject::error_reply::ErrorReply;
pub use reject::{Internal, Reject};
pub use reply::capability::Capability;
pub use reply::filter::Filter;
pub use reply::key_mode::KeyMode;
#[cfg(feature = "poll-signatures")]
pub use reply::poll_signer::{PollSigner, SignedKeys};
pub use reply::publication::{IntoPublication, Publication};
pub use reply::subscription::SubscribeOptions;
pub use server::{Server, stop_signal};

/// Re-exports the attribute and the types of each event. The attribute's page is `docs/NAME.md`.
macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident [$($type:ident),*];
    )*) => {
        $(
            #[doc = include_str!(concat!("../docs/", stringify!($name), ".md"))]
            pub use centrifugo_macros::$name;
            pub use event::{$event, $($type),*};
        )*
    };
}

event::for_each_event!(events);

#[doc = include_str!("../docs/patterns.md")]
pub mod patterns {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[cfg(feature = "standalone")]
#[doc = include_str!("../docs/standalone.md")]
pub mod standalone {}
