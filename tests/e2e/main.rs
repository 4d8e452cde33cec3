//! The crate against the real Centrifugo and its real clients.

mod app;
mod bridge;
mod clients;
mod events;
mod failures;
mod payloads;
mod requests;
mod scaling;
mod scenarios;
mod server_api;
mod shared;
mod standalone;
mod stream;
mod warnings;
