//! Metrics for Prometheus: the framework's, and one of the app's own.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `PROXY_METRICS_ADDRESS` | the address that serves them | `127.0.0.1:9100` |
//!
//! Try: `{"id": 1, "connect": {}}`, and `{"id": 2, "rpc": {"method": "order", "data": 3}}`; then
//! `curl http://127.0.0.1:9100/metrics`.

use centrifugo::{App, Connected, Data, ErrorReply, Reject, rpc};
use metrics::counter;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("order")]
async fn order(Data(pieces): Data<u64>) -> Result<u64, Reject> {
    if pieces == 0 {
        Err(ErrorReply::new(422, "order something"))?
    }
    // Any counter of the program is served beside those of the framework.
    counter!("shop_pieces_ordered_total").increment(pieces);
    Ok(pieces)
}

fn app() -> App {
    App::new().prometheus("127.0.0.1:9100")
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
    async fn an_order_of_nothing_is_refused() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert_eq!(app.rpc("order").data(json!(3)).await.data::<u64>(), 3);
        assert_eq!(app.rpc("order").data(json!(0)).await.error().code(), 422);
    }
}
