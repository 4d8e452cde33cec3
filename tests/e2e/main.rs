//! The crate against the real Centrifugo and its real clients.

mod app;
mod bridge;
mod clients;
mod events;
mod failures;
mod payloads;
mod requests;
mod scaling;
mod server_api;
mod shared;
mod stream;
mod warnings;
