//! Clients besides the JavaScript SDK, which all other tests use.

mod browser;
mod rust_sdk;
