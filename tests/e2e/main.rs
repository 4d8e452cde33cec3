//! The crate against the real Centrifugo and its real clients.

mod connect;
