//! Subscriptions that expire: a trial of a channel, which a sub_refresh handler prolongs twice.
//!
//! Try, after `{"id": 1, "connect": {"data": "ann"}}`: `{"id": 2, "subscribe": {"channel": "film:7"}}`. Every few seconds
//! Centrifugo calls the handler. The third call ends the subscription with 2501, and the next subscription is error 402 "pay
//! first".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use centrifugo::{Channel, Connected, Data, ErrorReply, State, SubRefreshed, Subscribed, UserId, topic};

const TRIAL: Duration = Duration::from_secs(1);
const PAY_FIRST: ErrorReply = ErrorReply::new(402, "pay first");

/// How many more times each user's trial of each film is prolonged: a database, in a real app.
#[derive(Clone, Default)]
struct Trials(Arc<Mutex<HashMap<(UserId, Channel), u32>>>);

impl Trials {
    fn is_open(&self, user: UserId, film: Channel) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((user, film)).or_insert(2) > 0
    }

    /// Returns whether the trial goes on, and counts it.
    fn prolong(&self, user: UserId, film: Channel) -> bool {
        let mut trials = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = trials.get_mut(&(user, film)).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[topic("film:<_>")]
async fn watch(film: Channel, user: UserId, State(trials): State<Trials>) -> Result<Subscribed, ErrorReply> {
    // After `expired()` SDKs subscribe again at once. This error stops them.
    if trials.is_open(user, film) { Ok(Subscribed::new().expire_in(TRIAL)) } else { Err(PAY_FIRST) }
}

#[centrifugo::sub_refresh("film:<_>")]
async fn go_on(film: Channel, user: UserId, State(trials): State<Trials>) -> SubRefreshed {
    if trials.prolong(user, film) { SubRefreshed::for_duration(TRIAL) } else { SubRefreshed::expired() }
}

/// Shortens Centrifugo's delays: by default it calls the handler 25 to 53 seconds after the expiry.
fn app() -> centrifugo::App {
    centrifugo::App::new().state(Trials::default()).centrifugo(serde_json::json!({
        "client": { "expired_sub_close_delay": "1s", "presence_update_interval": "1s" }
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

    #[tokio::test]
    async fn a_trial_is_prolonged_twice() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert!(app.subscribe("film:7").user("ann").await.is_reply());
        for expired in [false, false, true] {
            assert_eq!(app.sub_refresh("film:7").user("ann").await.reply().expired, expired);
        }
        assert_eq!(app.subscribe("film:7").user("ann").await.error(), &PAY_FIRST);
        assert!(app.subscribe("film:8").user("ann").await.is_reply());
        assert!(app.subscribe("film:7").user("bob").await.is_reply());
    }
}
