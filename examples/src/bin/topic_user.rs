//! A topic for a user's own channel, `user.<uuid>`.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"data": {"uuid": "3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11"}}}`
//! * `{"id": 2, "subscribe": {"channel": "user.3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11"}}`: subscribed;
//! * `{"id": 3, "subscribe": {"channel": "user.8d0cbb0a-0cc3-4ecb-8b5b-1b8b3b8b7f55"}}`: error 403, another user's channel;
//! * `{"id": 4, "subscribe": {"channel": "user.me"}}`: error 403, `me` is no `Uuid`, so no pattern matches.

use centrifugo::{Connected, Data, UserId, topic};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
struct Who {
    uuid: Uuid,
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(who): Data<Who>) -> Connected {
    Connected::user(who.uuid)
}

#[topic("user.<uuid>")]
async fn own_channel(uuid: Uuid, user: UserId) -> bool {
    user == uuid.to_string()
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

    #[tokio::test]
    async fn a_channel_that_names_no_user_is_nobody_s() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        let me = Uuid::new_v4();
        assert!(app.subscribe(format!("user.{me}")).user(me).await.is_reply());
        assert_eq!(app.subscribe("user.me").user("me").await.error().code(), 403);
    }

    // A handler remains a function, which a unit test calls.
    #[tokio::test]
    async fn a_user_has_one_channel_and_no_other() {
        let (mine, other) = (Uuid::new_v4(), Uuid::new_v4());
        let me = UserId::new(mine.to_string());
        assert!(own_channel(mine, me.clone()).await);
        assert!(!own_channel(other, me).await);
        assert!(!own_channel(mine, UserId::default()).await);
    }
}
