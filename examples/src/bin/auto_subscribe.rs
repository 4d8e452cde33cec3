//! Subscribes everybody on the server's side, as soon as they are connected.
//!
//! Try: `{"id": 1, "connect": {}}`, and look at `subs` in the reply. Everything that is published to these channels follows
//! without a further command.

use centrifugo::{App, Connected, SubscribeOptions};

#[centrifugo::connect]
async fn connect() -> Connected {
    let welcome = SubscribeOptions::new().presence(true).data(&["welcome"]);
    Connected::anonymous().subscribe("public").subscribe_with("news:today", welcome)
}

/// No handler names the namespace, so the generated configuration has to be told.
fn app() -> App {
    App::new().namespace("news")
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    app().run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn everybody_is_subscribed_to_both_channels() {
        let app = TestApp::new(app()).expect("an app that can start");
        let connected = app.connect().await.into_reply();
        assert_eq!(connected.channels, ["public"]);
        assert_eq!(connected.subs["news:today"].data, r#"["welcome"]"#);
    }
}
