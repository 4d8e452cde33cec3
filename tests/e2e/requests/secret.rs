//! The secret: a call without it is refused, and it is never printed.

use centrifugo::{App, handlers};
use centrifugo_tests::Stage;
use centrifugo_tests::wire::{self, call_with, message, text};
use serde_json::{Value, json};
use tonic::Code;
use tonic::metadata::{MetadataMap, MetadataValue};

use crate::shared;

#[tokio::test]
async fn without_the_secret_nothing_is_answered() {
    let app = App::empty().handlers(handlers![shared::connect, shared::ping]).secret("X-Centrifugo-Secret", "open sesame");
    let stage = Stage::start(app).await;
    // Centrifugo has it, from the generated configuration.
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));

    let request = message("RPCRequest", &[("method", text("ping"))]);
    for values in [&[][..], &["sesame"], &["open sesame", "open sesame"], &["open sesame", "x"], &["open sesame", ""]] {
        let mut metadata = MetadataMap::new();
        for value in values {
            metadata.append("x-centrifugo-secret", MetadataValue::from_static(value));
        }
        let status = call_with(stage.address(), "RPC", metadata, &request).await.expect_err("a status");
        assert_eq!(status.code(), Code::Unauthenticated, "{values:?}");
    }
    let status = wire::call(stage.address(), "MapPublish", &message("MapPublishRequest", &[])).await.expect_err("a status");
    assert_eq!(status.code(), Code::Unauthenticated);
    stage.logs.line(&["WARN", "x-centrifugo-secret"]).await;
    stage.stop().await;
}

#[test]
fn an_app_is_printed_without_its_secrets() {
    let key = json!({ "http_api": { "key": "open door" } });
    let app = App::empty().handlers(handlers![shared::ping]).secret("x-centrifugo-secret", "open sesame").centrifugo(key);
    let printed = format!("{app:?}");
    assert!(printed.contains("ping") && !printed.contains("sesame") && !printed.contains("door"), "{printed}");
}
