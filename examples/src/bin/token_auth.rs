//! Asks who connects: a token says who, roles say which channels.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"data": {"authToken": "ann"}}}`: the user's own channel, and the one for admins;
//! * `{"id": 1, "connect": {"data": {"authToken": "bob"}}}`: the user's own channel;
//! * `{"id": 1, "connect": {"data": {"authToken": "eve"}}}`: disconnected with 4501;
//! * `{"id": 1, "connect": {}}`: connected, without a name.

use std::collections::HashMap;
use std::sync::Arc;

use centrifugo::{App, Connected, Data, Disconnect, Reject, State};
use serde::Deserialize;
use uuid::Uuid;

const INVALID_TOKEN: Disconnect = Disconnect::new(4501, "invalid token");

/// Everything that one user is told, and nobody else.
#[centrifugo::channel("user:<id>")]
struct UserChannel {
    id: Uuid,
}

/// Everything that all users of one role are told.
#[centrifugo::channel("role:<role>")]
struct RoleChannel {
    role: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Auth {
    auth_token: Option<String>,
}

#[derive(Clone)]
struct User {
    id: Uuid,
    is_admin: bool,
}

/// Users by their tokens: a database, in a real app.
#[derive(Clone)]
struct Users(Arc<HashMap<&'static str, User>>);

impl Users {
    fn by_token(&self, token: &str) -> Option<&User> {
        self.0.get(token)
    }
}

#[centrifugo::connect]
async fn connect(Data(auth): Data<Auth>, State(users): State<Users>) -> Result<Connected, Reject> {
    let Some(token) = auth.auth_token else {
        return Ok(Connected::anonymous().subscribe("public"));
    };
    let user = users.by_token(&token).ok_or(INVALID_TOKEN)?;
    let mut reply = Connected::user(user.id).subscribe("public").subscribe(UserChannel { id: user.id });
    if user.is_admin {
        reply = reply.subscribe(RoleChannel { role: "admin".into() });
    }
    Ok(reply)
}

fn users() -> Users {
    let ann = User { id: Uuid::new_v4(), is_admin: true };
    let bob = User { id: Uuid::new_v4(), is_admin: false };
    Users(Arc::new(HashMap::from([("ann", ann), ("bob", bob)])))
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    App::new().state(users()).run().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn connect_with(token: Option<&str>) -> Result<Connected, Reject> {
        connect(Data(Auth { auth_token: token.map(str::to_owned) }), State(users())).await
    }

    #[tokio::test]
    async fn a_known_token_is_let_in() {
        assert!(connect_with(Some("ann")).await.is_ok());
    }

    #[tokio::test]
    async fn no_token_is_anonymous() {
        assert!(connect_with(None).await.is_ok());
    }

    #[tokio::test]
    async fn an_unknown_token_is_disconnected_for_good() {
        let reject = connect_with(Some("eve")).await.unwrap_err();
        assert_eq!(reject.disconnect(), Some(&INVALID_TOKEN));
        assert!(!INVALID_TOKEN.reconnects());
    }
}
