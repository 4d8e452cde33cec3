//! Prices that Centrifugo polls for all who track them: one question, however many look.
//!
//! Try, with the JavaScript SDK:
//!
//! ```js
//! const getSignature = async ({ keys }) => (await centrifuge.rpc("sign", { channel: "prices:nyse", keys })).data;
//! const prices = centrifuge.newSharedPollSubscription("prices:nyse", { getSignature });
//! prices.on("update", ({ key, data }) => console.log(key, data));
//! prices.subscribe();
//! prices.track(["ACME", "INITECH"]);
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use centrifugo::{
    Connected, Data, ErrorReply, PollItem, PollSigner, Polled, PolledItem, Reject, SignedKeys, State, UserId, rpc, topic,
};
use serde::Deserialize;

/// What Centrifugo checks signatures with: in earnest, from the environment.
const SECRET: &str = "a long and random text";

/// Believes everybody. The example `token_auth` doesn't.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[topic("prices:<market>")]
async fn market(market: String) -> bool {
    market == "nyse"
}

#[derive(Deserialize)]
struct Ask {
    channel: String,
    keys: Vec<String>,
}

/// Everybody may track these; a key that is left out here is one that the user may not.
#[rpc("sign")]
async fn sign(user: UserId, Data(ask): Data<Ask>, State(signer): State<PollSigner>) -> Result<SignedKeys, ErrorReply> {
    let keys = ask.keys.into_iter().filter(|key| price(key).is_some());
    signer.sign(user, ask.channel, keys, Duration::from_secs(3600))
}

#[centrifugo::shared_poll("prices:<market>")]
async fn prices(market: String, items: Vec<PollItem>) -> Result<Polled, Reject> {
    let polled = items.into_iter().filter_map(|PollItem { key, version, .. }| {
        let (price, newest) = price(&key)?;
        (newest > version).then(|| PolledItem::new(key, &price).version(newest))
    });
    if market.is_empty() { Err(Reject::internal("no such market")) } else { Ok(polled.collect()) }
}

/// A price, and the second that it is of.
fn price(symbol: &str) -> Option<(u64, u64)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    match symbol {
        "ACME" => Some((100 + now % 10, now)),
        "INITECH" => Some((20, 1)),
        _ => None,
    }
}

fn app() -> centrifugo::App {
    centrifugo::App::new().state(PollSigner::new(SECRET)).centrifugo(serde_json::json!({
        "shared_poll": { "hmac_secret_key": SECRET },
        "channel": { "namespaces": [{ "name": "prices", "shared_poll": { "mode": "versioned", "refresh_interval": "1s" } }] }
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
    async fn a_price_that_is_known_is_left_out() {
        let app = TestApp::new(app()).expect("an app that can start");
        let polled = app.shared_poll("prices:nyse").item("ACME", 0).item("INITECH", 1).item("GONE", 0).await.into_reply();
        assert_eq!(polled.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["ACME"]);
    }
}
