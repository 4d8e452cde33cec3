//! The app that `cargo centrifugo new` writes: it compiles, and its own test passes.

#[path = "../templates/main.rs"]
#[expect(dead_code, reason = "its main is not called here")]
mod app;
