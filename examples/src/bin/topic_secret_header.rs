//! A topic guarded by a secret header: for other servers, or for clients behind a gateway that adds the header.
//!
//! Try: `npx wscat -H "x-internal-secret: open sesame" -c ws://localhost:8000/connection/websocket`, then
//!
//! * `{"id": 1, "connect": {}}`
//! * `{"id": 2, "subscribe": {"channel": "internal:metrics"}}`: subscribed; without the header, or with another value, error
//!   403 "permission denied".

use centrifugo::{App, Connected, Metadata, State, topic};
use subtle::ConstantTimeEq;

const HEADER: &str = "x-internal-secret";

#[derive(Clone, Copy)]
struct Secret(&'static str);

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[topic("internal:<_>")]
async fn internal(headers: Metadata<'_>, State(Secret(secret)): State<Secret>) -> bool {
    // Constant time: the duration of a refusal reveals nothing about the secret.
    headers.get(HEADER).is_some_and(|value| value.as_bytes().ct_eq(secret.as_bytes()).into())
}

/// Lists the header in the generated configuration: Centrifugo forwards listed headers only.
fn app() -> App {
    App::new().state(Secret("open sesame")).http_headers([HEADER])
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
    async fn the_header_opens_the_channel() {
        let app = TestApp::new(app()).expect("an app that can start");
        let metrics = || app.subscribe("internal:metrics");
        assert!(metrics().header(HEADER, "open sesame").await.is_reply());
        assert_eq!(metrics().header(HEADER, "open barley").await.error().code(), 403);
        assert_eq!(metrics().await.error().code(), 403);
    }
}
