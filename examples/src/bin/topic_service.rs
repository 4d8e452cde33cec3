//! A topic guarded by a service, which the app has as a state, and which may fail.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"data": "ann"}}`
//! * `{"id": 2, "subscribe": {"channel": "team:blue"}}`: subscribed; as `bob`, error 403 "permission denied";
//! * `{"id": 3, "subscribe": {"channel": "team:lost"}}`: error 100; SDKs try again, and the app's log has the cause.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use centrifugo::{App, Connected, Data, Internal, State, UserId, topic};

/// The members of each team: a service in the network, in a real app.
#[derive(Clone)]
struct Teams(Arc<HashMap<&'static str, &'static [&'static str]>>);

/// The team's list can't be read.
#[derive(Debug)]
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the team's list can't be read")
    }
}

impl std::error::Error for Unreadable {}

impl Teams {
    async fn has(&self, team: &str, user: &UserId) -> Result<bool, Unreadable> {
        match self.0.get(team) {
            _ if team == "lost" => Err(Unreadable),
            Some(members) => Ok(members.contains(&user.as_str())),
            None => Ok(false),
        }
    }
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

/// Separates a failure from a refusal: after a failure, SDKs subscribe again; a refusal is permanent.
#[topic("team:<team>")]
async fn join(team: String, user: UserId, State(teams): State<Teams>) -> Result<bool, Internal> {
    Ok(teams.has(&team, &user).await?)
}

fn app() -> App {
    App::new().state(Teams(Arc::new(HashMap::from([("blue", &["ann", "cid"][..]), ("red", &["bob"])]))))
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    app().run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn a_team_is_for_its_members() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert!(app.subscribe("team:blue").user("ann").await.is_reply());
        for (channel, user) in [("team:blue", "bob"), ("team:red", "ann"), ("team:green", "ann"), ("team:blue", "")] {
            assert_eq!(app.subscribe(channel).user(user).await.error().code(), 403, "{channel} {user}");
        }
        assert!(app.subscribe("team:lost").user("ann").await.failure().contains("can't be read"));
    }
}
