//! Connections that expire: each session lasts half a minute, and a refresh handler prolongs it.
//!
//! Try: `{"id": 1, "connect": {"data": {"name": "ann"}}}`. Every 30 seconds the handler prolongs the connection if `ann` is
//! signed in: three times here. Then Centrifugo closes it with 3005, and `connect` refuses the next one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use centrifugo::{App, Connected, Data, Disconnect, Refreshed, Reject, State, UserId};
use serde::Deserialize;

const SESSION: Duration = Duration::from_secs(30);
const SIGNED_OUT: Disconnect = Disconnect::new(4503, "signed out");

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// How many more times each user's session is prolonged: a session store, in a real app.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<HashMap<String, u32>>>);

impl Sessions {
    fn is_open(&self, name: &str) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_insert(3) > 0
    }

    fn prolong(&self, name: &str) -> bool {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = sessions.get_mut(name).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(who): Data<SignIn>, State(sessions): State<Sessions>) -> Result<Connected, Reject> {
    // After `expired()` SDKs connect again at once. This disconnect code stops them.
    if !sessions.is_open(&who.name) {
        Err(SIGNED_OUT)?
    }
    Ok(Connected::user(who.name).expire_in(SESSION))
}

#[centrifugo::refresh]
async fn refresh(user: UserId, State(sessions): State<Sessions>) -> Refreshed {
    if sessions.prolong(&user) { Refreshed::for_duration(SESSION) } else { Refreshed::expired() }
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    App::new().state(Sessions::default()).run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_that_is_signed_out_can_not_connect_again() {
        let app = TestApp::new(App::new().state(Sessions::default())).expect("an app that can start");
        let sign_in = || app.connect().data(json!({ "name": "ann" }));
        assert!(sign_in().await.reply().expire_at > 0);
        for expired in [false, false, false, true] {
            assert_eq!(app.refresh().user("ann").await.reply().expired, expired);
        }
        assert_eq!(sign_in().await.disconnect(), &SIGNED_OUT);
    }
}
