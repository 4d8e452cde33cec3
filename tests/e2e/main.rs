//! The crate against the real Centrifugo and its real clients.

mod answer;
mod answers;
mod connect;
mod publish;
mod rpc;
mod subscribe;
