//! A real-time app: `cargo run` serves clients at `ws://localhost:8000/connection/websocket`.
//!
//! It also runs behind a Centrifugo, on as many nodes as it takes. Print its configuration by
//! `PROXY_PRINT_CONFIG=1 cargo run > config.json`, then start `centrifugo -c config.json` and
//! `PROXY_ENGINE=centrifugo cargo run`.

use centrifugo::{Connected, Data, UserId, rpc, topic};
use serde::Deserialize;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Accepts any name: check a password or token here.
#[centrifugo::connect]
async fn connect(Data(who): Data<SignIn>) -> Connected {
    Connected::user(who.name)
}

#[topic("user.<name>")]
async fn own_channel(name: String, user: UserId) -> bool {
    user == name
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    let app = centrifugo::App::new();
    // True with `PROXY_PRINT_CONFIG=1`. Open what only a running app needs, such as a database, after this.
    if app.print_config()? {
        return Ok(());
    }
    app.standalone().run().await
}

#[cfg(test)]
mod tests {
    use centrifugo::App;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn a_user_has_one_channel_and_no_other() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert!(app.subscribe("user.ann").user("ann").await.is_reply());
        assert_eq!(app.subscribe("user.bob").user("ann").await.error().code(), 403);
    }
}
