//! The app that `cargo centrifugo new` writes: it compiles, and its own test passes.

#[path = "../templates/app/main.rs"]
#[expect(dead_code, reason = "its main is not called here")]
mod app;

/// The handlers that the README adds to the app: two handlers for the same names wouldn't compile beside each other.
mod chat {
    include!("../templates/topic.rs");
    include!("../templates/publish.rs");
}
