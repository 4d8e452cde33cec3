//! The app that `cargo centrifugo new` writes: it compiles, and its own test passes.

#[path = "../templates/main.rs"]
#[expect(dead_code, reason = "its main is not called here")]
mod app;

/// What the README adds to it: nothing is claimed twice, which shows here, where a program is built.
mod chat {
    include!("../templates/topic.rs");
    include!("../templates/publish.rs");
}
