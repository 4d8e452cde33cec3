//! Prices that Centrifugo polls once for all clients that track them.
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

/// Centrifugo checks signatures with it. In production, read it from the environment.
const SECRET: &str = "a long and random text";

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[topic("prices:<market>")]
async fn market(market: String) -> bool {
    market == "nyse"
}

#[derive(Deserialize)]
struct SignRequest {
    channel: String,
    keys: Vec<String>,
}

/// Signs the keys that the user may track, here every known one; Centrifugo refuses the keys without a signature.
#[rpc("sign")]
async fn sign(
    user: UserId,
    Data(request): Data<SignRequest>,
    State(signer): State<PollSigner>,
) -> Result<SignedKeys, ErrorReply> {
    let keys = request.keys.into_iter().filter(|key| price(key).is_some());
    signer.sign(user, request.channel, keys, Duration::from_secs(3600))
}

#[centrifugo::shared_poll("prices:<market>")]
async fn prices(market: String, items: Vec<PollItem>) -> Result<Polled, Reject> {
    let polled = items.into_iter().filter_map(|PollItem { key, version, .. }| {
        let (price, newest) = price(&key)?;
        (newest > version).then(|| PolledItem::new(key, &price).version(newest))
    });
    if market.is_empty() { Err(Reject::internal("no such market")) } else { Ok(polled.collect()) }
}

/// Returns a price and its version, the second of its last change.
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
    async fn a_price_that_clients_already_have_is_left_out() {
        let app = TestApp::new(app()).expect("an app that can start");
        let polled = app.shared_poll("prices:nyse").item("ACME", 0).item("INITECH", 1).item("GONE", 0).await.into_reply();
        assert_eq!(polled.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["ACME"]);
    }
}
