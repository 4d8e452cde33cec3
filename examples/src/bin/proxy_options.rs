//! Options of a proxy: a secret that only Centrifugo has, compressed requests, and bytes as base64.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `PROXY_SECRET` | any text; the printed configuration contains it | required |
//!
//! Try: `{"id": 1, "connect": {}}`, and `{"id": 2, "rpc": {"method": "length", "data": "hi"}}`: `4`, the length of `"hi"`
//! with its quotes. A call without the secret, by `grpcurl` for example, fails with UNAUTHENTICATED.

use std::error::Error;

use centrifugo::{App, Connected, RawData, rpc};
use serde_json::json;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

/// Receives the bytes as the client sent them, whatever the encoding between Centrifugo and the app.
#[rpc("length")]
async fn length(RawData(data): RawData) -> usize {
    data.len()
}

fn app(secret: &str) -> App {
    let proxy = json!({ "binary_encoding": true, "grpc": { "compression": true } });
    App::new()
        .secret("x-centrifugo-secret", secret)
        .centrifugo(json!({ "client": { "proxy": { "connect": proxy } }, "rpc": { "proxy": proxy } }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = std::env::var("PROXY_SECRET").map_err(|_| "PROXY_SECRET must be set")?;
    Ok(app(&secret).run().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn bytes_are_counted_as_the_client_sent_them() {
        let app = TestApp::new(app("open sesame")).expect("an app that can start");
        assert_eq!(app.rpc("length").raw_data("\"hi\"").await.data::<usize>(), 4);
        assert_eq!(app.rpc("length").raw_data(&b"\xff"[..]).protobuf().await.data::<usize>(), 1);
    }

    #[test]
    fn every_proxy_has_the_secret() {
        let config = app("open sesame").centrifugo_config("grpc://127.0.0.1:10001").expect("a configuration");
        for proxy in ["/client/proxy/connect/grpc", "/rpc/proxy/grpc"] {
            let grpc = config.pointer(proxy).expect("a proxy");
            assert_eq!(grpc["credentials_key"], "x-centrifugo-secret");
            assert_eq!(grpc["credentials_value"], "open sesame");
            assert_eq!(grpc["compression"], true);
        }
    }
}
