//! The crate against the real Centrifugo and its real clients.

mod answer;
mod answers;
mod bad_input;
mod binary;
mod concurrency;
mod connect;
mod forwarded;
mod http;
mod page;
mod publish;
mod rpc;
mod rust_sdk;
mod stop;
mod subscribe;
mod traps;
