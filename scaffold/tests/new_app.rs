//! The app that `cargo centrifugo new` writes: it compiles, its own test passes, and the engine accepts its configuration.

#[path = "../templates/app/main.rs"]
#[expect(dead_code, reason = "its main is not called here")]
mod app;

/// The handlers that the README adds to the app: two handlers for the same names wouldn't compile beside each other.
mod chat {
    include!("../templates/topic.rs");
    include!("../templates/publish.rs");
}

#[tokio::test]
async fn the_engine_accepts_the_app() {
    let live = centrifugo::App::new().standalone().start().expect("an app that can start");
    assert_eq!(live.websocket_path(), "/connection/websocket");
    live.stop().await;
}
