//! A default RPC handler: returns a result instead of error 404 for every method without a handler of its own. Methods with
//! a `:`, such as `get:x`, reach it only if Centrifugo's configuration has their namespace.
//!
//! Try, after `{"id": 1, "connect": {}}`:
//!
//! * `{"id": 2, "rpc": {"method": "ping"}}`: `"pong"`;
//! * `{"id": 3, "rpc": {"method": "pong"}}`: `{"error": "Not found", "code": 404}`.

use centrifugo::{Connected, rpc};
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
struct NotFound {
    error: &'static str,
    code: u16,
}

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[rpc("<_..>")]
async fn not_found() -> NotFound {
    NotFound { error: "Not found", code: 404 }
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
    use serde_json::{Value, json};

    #[tokio::test]
    async fn every_other_method_returns_a_result() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert_eq!(app.rpc("ping").await.data::<String>(), "pong");
        for method in ["pong", "a/b", "Ping"] {
            assert_eq!(app.rpc(method).await.data::<Value>(), json!({ "error": "Not found", "code": 404 }), "{method}");
        }
    }

    #[tokio::test]
    async fn the_default_is_not_found() {
        assert_eq!(not_found().await, NotFound { error: "Not found", code: 404 });
    }
}
