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

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    // No handler names the namespace, so the generated configuration has to be told.
    App::new().namespace("news").run().await
}
