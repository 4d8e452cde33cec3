//! Publishing from outside of any handler: an HTTP endpoint that publishes to a user's own channel.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `HTTP_ADDRESS` | the endpoint's address | `127.0.0.1:3000` |
//! | `CENTRIFUGO_HTTP_API_KEY` | the key of Centrifugo's API, any text; the printed configuration contains it | required |
//! | `CENTRIFUGO_API_URL` | the URL of Centrifugo's API | `http://127.0.0.1:8000/api` |
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"data": {"id": 7}}}`
//! * `{"id": 2, "subscribe": {"channel": "user:7"}}`: subscribed;
//! * `{"id": 3, "subscribe": {"channel": "user:8"}}`: error 403, another user's channel;
//! * `curl -H 'content-type: application/json' -d '{"text": "hi"}' http://127.0.0.1:3000/users/7/notify`: the client
//!   receives a push.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use centrifugo::{App, Connected, Data, Publisher, UserId, topic};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// The data of a user's channel.
#[derive(Serialize, Deserialize)]
struct Notification {
    text: String,
}

/// A user's own channel, which carries notifications only.
#[centrifugo::channel("user:<id>", data = Notification)]
struct UserChannel {
    id: u64,
}

#[derive(Deserialize)]
struct Who {
    id: u64,
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(who): Data<Who>) -> Connected {
    Connected::user(who.id)
}

#[topic(UserChannel)]
async fn own_channel(UserChannel { id }: UserChannel, user: UserId) -> bool {
    user == id.to_string()
}

/// Handles `POST /users/{id}/notify`. Authenticate the caller here.
async fn notify(
    State(publisher): State<Publisher>,
    Path(id): Path<u64>,
    Json(notification): Json<Notification>,
) -> Result<StatusCode, (StatusCode, String)> {
    match publisher.publish(UserChannel { id }, &notification).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err((StatusCode::BAD_GATEWAY, error.to_string())),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let publisher = Publisher::from_env()?;
    // Adds the publisher's key to the printed configuration.
    let app = App::new().publisher(publisher.clone());
    // Open what only a running app needs after this.
    if app.print_config()? {
        return Ok(());
    }
    let endpoint = Router::new().route("/users/{id}/notify", post(notify)).with_state(publisher);
    let address = std::env::var("HTTP_ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    tokio::select! {
        ended = app.run() => ended?,
        ended = axum::serve(listener, endpoint) => ended?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn the_channel_of_another_user_is_denied() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert_eq!(app.connect().data(json!({ "id": 7 })).await.reply().user, "7");
        assert!(app.subscribe("user:7").user(7).await.is_reply());
        assert_eq!(app.subscribe("user:8").user(7).await.error().code(), 403);
    }

    // A handler remains a function, which a unit test calls.
    #[tokio::test]
    async fn a_user_has_one_channel_and_no_other() {
        let seven = UserId::new("7");
        assert!(own_channel(UserChannel { id: 7 }, seven.clone()).await);
        assert!(!own_channel(UserChannel { id: 8 }, seven).await);
        assert!(!own_channel(UserChannel { id: 7 }, UserId::default()).await);
    }
}
