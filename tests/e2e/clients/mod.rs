//! Clients besides the JavaScript SDK, which all other tests use.

mod browser;
mod nested;
mod rust_sdk;
