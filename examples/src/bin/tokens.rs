//! Tokens that the app signs and Centrifugo verifies: one to connect with, and one for each private channel.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {}}`, then
//!   `{"id": 2, "rpc": {"method": "sign_in", "data": {"name": "ann", "password": "sesame"}}}`: a token;
//! * on a new connection `{"id": 1, "connect": {"token": "the token"}}`: connected as `ann`, without a call of the app;
//! * `{"id": 2, "rpc": {"method": "enter/7"}}`: another token, for the room;
//! * `{"id": 3, "subscribe": {"channel": "$room:7", "token": "the other token"}}`: subscribed; without the token, error 103.

use std::time::Duration;

use centrifugo::api::cent::Expiry;
use centrifugo::api::token::{self, ConnectionClaims, Key, SubscriptionClaims, TokenError};
use centrifugo::{App, Connected, Data, ErrorReply, Reject, State, UserId, rpc};
use serde::Deserialize;

/// Centrifugo verifies tokens with it. In production, read it from the environment.
const SECRET: &str = "a long and random text, known to Centrifugo and to the app";
const HOUR: Duration = Duration::from_secs(3600);
const WRONG: ErrorReply = ErrorReply::new(401, "wrong name or password");

/// Accepts clients without a token: they can call `sign_in`, and nothing else.
#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
}

#[rpc("sign_in")]
async fn sign_in(Data(who): Data<SignIn>, State(key): State<Key>) -> Result<String, Reject> {
    if who.password != "sesame" {
        Err(WRONG)?
    }
    Ok(token::connection(&key, &ConnectionClaims::new(who.name, Expiry::after(HOUR)))?)
}

/// Signs a token for a room. The room's channel has no handler: with the prefix `$`, Centrifugo requires a token.
#[rpc("enter/<room>")]
async fn enter(room: u32, user: UserId, State(key): State<Key>) -> Result<String, Reject> {
    if user.is_anonymous() {
        Err(ErrorReply::PERMISSION_DENIED)?
    }
    let claims = SubscriptionClaims::new(user.as_str(), format!("$room:{room}"), Expiry::after(HOUR));
    Ok(token::subscription(&key, &claims)?)
}

fn app() -> Result<App, TokenError> {
    Ok(App::new().state(Key::hmac(SECRET)?).namespace("room").centrifugo(serde_json::json!({
        "client": { "token": { "hmac_secret_key": SECRET } }
    })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(app()?.run().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn tokens_are_for_known_users() {
        let app = TestApp::new(app().expect("a key")).expect("an app that can start");
        let sign_in = |password| app.rpc("sign_in").data(json!({ "name": "ann", "password": password }));
        // Three parts: header, claims and signature.
        assert_eq!(sign_in("sesame").await.data::<String>().split('.').count(), 3);
        assert_eq!(sign_in("barley").await.error(), &WRONG);
        assert_eq!(app.rpc("enter/7").user("ann").await.data::<String>().split('.').count(), 3);
        assert_eq!(app.rpc("enter/7").await.error().code(), 403);
    }
}
