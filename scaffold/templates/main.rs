//! An app that answers Centrifugo's proxy calls. `PROXY_PRINT_CONFIG=1 cargo run > config.json` writes Centrifugo's
//! configuration; `cargo run` and `centrifugo -c config.json` then run side by side.

use centrifugo::{Connected, Data, UserId, rpc, topic};
use serde::Deserialize;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Accepts any name: check a password, a token or a cookie here.
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
    // With `PROXY_PRINT_CONFIG=1`. Open a database, and all else that only a running app needs, below this.
    if app.print_config()? {
        return Ok(());
    }
    app.run().await
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
