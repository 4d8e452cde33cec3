//! A map channel as a shared board: each client sets and removes its own cursor.
//!
//! Try, with the JavaScript SDK: `centrifuge.newMapSubscription("board:7").on("update", ..)`, and
//! `centrifuge.mapPublish("board:7", "ann", {"x": 1, "y": 2})`. All subscribers receive the cursor of `ann`; the caller
//! receives error 107 from Centrifugo v6.9.1, whose own reply lacks the key. The key of another user is error 403.

use centrifugo::{Connected, Data, ErrorReply, Key, MapPublished, UserId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Cursor {
    x: u32,
    y: u32,
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[centrifugo::map_publish("board:<_>")]
async fn move_cursor(key: Key, user: UserId, Data(cursor): Data<Cursor>) -> Result<MapPublished, ErrorReply> {
    if key != *user {
        return Err(ErrorReply::PERMISSION_DENIED);
    }
    Ok(MapPublished::new().data(&cursor))
}

#[centrifugo::map_remove("board:<_>")]
async fn leave(key: Key, user: UserId) -> bool {
    key == *user
}

/// Allows subscriptions in the namespace, since Centrifugo calls no handler for subscriptions to maps.
fn app() -> centrifugo::App {
    centrifugo::App::new().centrifugo(serde_json::json!({
        "channel": { "namespaces": [{ "name": "board", "allow_subscribe_for_client": true, "map": { "key_ttl": "300s" } }] }
    }))
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    app().run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn a_cursor_belongs_to_its_user() {
        let app = TestApp::new(app()).expect("an app that can start");
        let cursor = json!({ "x": 1, "y": 2 });
        let moved = app.map_publish("board:7", "ann").user("ann").data(&cursor).await;
        assert_eq!(moved.reply().data, cursor.to_string());
        assert_eq!(app.map_publish("board:7", "ann").user("bob").data(&cursor).await.error().code(), 403);
        assert_eq!(app.map_publish("board:7", "ann").user("ann").data(json!("here")).await.error().code(), 400);
        assert!(app.map_remove("board:7", "ann").user("ann").await.is_reply());
        assert_eq!(app.map_remove("board:7", "ann").user("bob").await.error().code(), 403);
    }
}
