//! Authentication by a token, and server-side subscriptions by role.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"headers": {"Authorization": "Bearer ann"}}}`: the user's own channel, and the one of admins;
//! * `{"id": 1, "connect": {"headers": {"Authorization": "Bearer bob"}}}`: the user's own channel;
//! * `{"id": 1, "connect": {"headers": {"Authorization": "Bearer eve"}}}`: disconnected with 4501;
//! * `{"id": 1, "connect": {"data": {"authToken": "ann"}}}`: the token in the data, which Centrifugo may log;
//! * `{"id": 1, "connect": {}}`: connected as an anonymous user.

use std::collections::HashMap;
use std::sync::Arc;

use centrifugo::headers::Authorization;
use centrifugo::headers::authorization::Bearer;
use centrifugo::{App, Connected, Data, Disconnect, Header, Reject, State};
use serde::Deserialize;
use uuid::Uuid;

const INVALID_TOKEN: Disconnect = Disconnect::new(4501, "invalid token");

/// The channel of one user.
#[centrifugo::channel("user:<id>")]
struct UserChannel {
    id: Uuid,
}

/// The channel of all users of one role.
#[centrifugo::channel("role:<role>")]
struct RoleChannel {
    role: String,
}

/// The connect data of clients that send no headers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Auth {
    auth_token: Option<String>,
}

/// A client's token, from the header if there is one: Centrifugo logs the data of connects that are refused, but redacts
/// `authorization`.
struct Token(Option<String>);

#[centrifugo::extractor]
async fn token(bearer: Option<Header<Authorization<Bearer>>>, data: Option<Data<Auth>>) -> Token {
    let bearer = bearer.map(|Header(Authorization(bearer))| bearer.token().to_owned());
    Token(bearer.or_else(|| data.and_then(|Data(auth)| auth.auth_token)))
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
async fn connect(Token(token): Token, State(users): State<Users>) -> Result<Connected, Reject> {
    let Some(token) = token else {
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

/// Lists the header: browsers can't set headers on a WebSocket, so SDKs send listed ones with the connect command.
fn app() -> App {
    App::new().state(users()).emulated_headers(["authorization"])
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
    async fn roles_decide_which_channels() {
        let app = TestApp::new(app()).expect("an app that can start");
        for (token, is_admin) in [("ann", true), ("bob", false)] {
            let connected = app.connect().header("authorization", &format!("Bearer {token}")).await.into_reply();
            let mut channels = vec!["public".to_owned(), format!("user:{}", connected.user)];
            if is_admin {
                channels.push("role:admin".to_owned());
            }
            assert_eq!(connected.channels, channels);
        }
        let nobody = app.connect().data(json!({})).await.into_reply();
        assert_eq!((nobody.user.as_str(), nobody.channels.as_slice()), ("", &["public".to_owned()][..]));
    }

    #[tokio::test]
    async fn an_unknown_token_is_disconnected_for_good() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert_eq!(app.connect().header("authorization", "Bearer eve").await.disconnect(), &INVALID_TOKEN);
        assert_eq!(app.connect().data(json!({ "authToken": "eve" })).await.disconnect(), &INVALID_TOKEN);
        assert_eq!(app.connect().data(json!({ "authToken": "ann" })).await.reply().channels.len(), 3);
        assert!(!INVALID_TOKEN.reconnects());
    }

    // A handler remains a function, which a unit test calls.
    #[tokio::test]
    async fn a_client_without_a_token_connects() {
        assert!(connect(Token(None), State(users())).await.is_ok());
    }
}
