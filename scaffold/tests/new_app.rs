//! The app that `cargo centrifugo new` writes: it compiles, and its own test passes.

#[path = "../templates/main.rs"]
#[allow(dead_code)]
mod app;
