//! Server-side subscriptions: a connect handler subscribes every client to two channels.
//!
//! Try: `{"id": 1, "connect": {}}`. The reply lists both channels in `subs`; their publications follow without a further
//! command.

use centrifugo::{App, Connected, SubscribeOptions};

#[centrifugo::connect]
async fn connect() -> Connected {
    let welcome = SubscribeOptions::new().presence(true).data(&["welcome"]);
    Connected::anonymous().subscribe("public").subscribe_with("news:today", welcome)
}

/// Adds the namespace to the generated configuration, since no handler names it.
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
    async fn every_client_is_subscribed_to_both_channels() {
        let app = TestApp::new(app()).expect("an app that can start");
        let connected = app.connect().await.into_reply();
        assert_eq!(connected.channels, ["public"]);
        assert_eq!(connected.subs["news:today"].data, r#"["welcome"]"#);
    }
}
