//! A span for each call, around the spans and the log lines of the app.
//!
//! Try: `{"id": 1, "connect": {}}`, and `{"id": 2, "rpc": {"method": "order", "data": 3}}`. The log has
//! `call{.. rpc.method=centrifugal.centrifugo.proxy.CentrifugoProxy/RPC .. centrifugo.handler="order"}:store:` before the
//! app's own line. With `tracing-opentelemetry` and the feature `opentelemetry`, the call is in the trace of its client.

use centrifugo::{App, Connected, Data, rpc};
use tracing::Instrument;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("order")]
async fn order(Data(pieces): Data<u64>) -> u64 {
    store(pieces).instrument(tracing::info_span!("store")).await
}

async fn store(pieces: u64) -> u64 {
    tracing::info!("{pieces} pieces");
    pieces
}

fn app() -> App {
    App::new().spans().http_headers(["traceparent", "tracestate"])
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
    async fn an_order_is_stored() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert_eq!(app.rpc("order").data(json!(3)).await.data::<u64>(), 3);
    }
}
