//! A publish handler that refuses messages, disconnects clients, and adds the author's name to the messages that it accepts.
//!
//! Try, after `{"id": 1, "connect": {"data": {"name": "ann"}}}` and `{"id": 2, "subscribe": {"channel": "chat:lobby"}}`:
//!
//! * `{"id": 3, "publish": {"channel": "chat:lobby", "data": {"text": "hi"}}}`: all subscribers receive it, with the author;
//! * `{"id": 4, "publish": {"channel": "chat:lobby", "data": {"text": " "}}}`: error 422 "say something";
//! * `{"id": 5, "publish": {"channel": "chat:lobby", "data": "hi"}}`: error 400 "bad request";
//! * `{"id": 6, "publish": {"channel": "chat:cellar", "data": {"text": "hi"}}}`: error 403 "not your room";
//! * `{"id": 7, "publish": {"channel": "chat:lobby", "data": {"text": "buy now!"}}}`: disconnected with 4502, permanently.

use centrifugo::{Connected, Data, Published, Reject, UserId, topic};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

#[derive(Deserialize)]
struct Draft {
    text: String,
}

#[derive(Serialize)]
struct Message<'m> {
    author: &'m str,
    text: &'m str,
}

#[derive(Debug, PartialEq, Reject)]
enum SayError {
    #[reject(403, "not your room")]
    ClosedRoom,
    #[reject(422, "say something")]
    Empty,
    #[reject(disconnect(4502, "spam"))]
    Spam,
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(who): Data<SignIn>) -> Connected {
    Connected::user(who.name)
}

#[topic("chat:<room>")]
async fn join(room: String, user: UserId) -> bool {
    may_enter(&room, &user)
}

// Centrifugo checks neither whether the publisher is subscribed nor whether anyone could be: no other check guards this.
#[centrifugo::publish("chat:<room>")]
async fn say(room: String, user: UserId, Data(draft): Data<Draft>) -> Result<Published, SayError> {
    if !may_enter(&room, &user) {
        return Err(SayError::ClosedRoom);
    }
    let text = draft.text.trim();
    match text {
        "" => Err(SayError::Empty),
        text if text.contains("buy now") => Err(SayError::Spam),
        text => Ok(Published::new().data(&Message { author: &user, text })),
    }
}

fn may_enter(room: &str, user: &UserId) -> bool {
    room == "lobby" && !user.is_anonymous()
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::App;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn an_accepted_message_has_the_author_s_name() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        let say = |data| app.publish("chat:lobby").user("ann").data(&data);
        assert_eq!(say(json!({ "text": " hi " })).await.reply().data, r#"{"author":"ann","text":"hi"}"#);
        assert_eq!(say(json!({ "text": " " })).await.error().code(), 422);
        assert_eq!(say(json!("hi")).await.error().code(), 400);
        assert_eq!(say(json!({ "text": "buy now!" })).await.disconnect().code(), 4502);
    }

    async fn ann_says(room: &str, text: &str) -> Result<Published, SayError> {
        say(room.into(), UserId::new("ann"), Data(Draft { text: text.into() })).await
    }

    #[tokio::test]
    async fn an_accepted_message_is_published() {
        assert!(ann_says("lobby", "hi").await.is_ok());
    }

    #[tokio::test]
    async fn an_invalid_message_is_refused() {
        assert_eq!(ann_says("cellar", "hi").await.unwrap_err(), SayError::ClosedRoom);
        assert_eq!(ann_says("lobby", "  ").await.unwrap_err(), SayError::Empty);
        assert_eq!(ann_says("lobby", "buy now!").await.unwrap_err(), SayError::Spam);
    }

    #[tokio::test]
    async fn a_client_that_may_not_subscribe_may_not_publish() {
        assert!(!join("lobby".into(), UserId::default()).await);
        let reply = say("lobby".into(), UserId::default(), Data(Draft { text: "hi".into() })).await;
        assert_eq!(reply.unwrap_err(), SayError::ClosedRoom);
    }
}
