//! Headers that Centrifugo forwards from a client to a handler.

use centrifugo::{App, Connected, Header, Metadata, handlers};
use centrifugo_tests::Stage;
use headers::Cookie;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect(Header(cookie): Header<Cookie>, Metadata(headers): Metadata<'_>) -> Connected {
    let all = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>();
    Connected::user(cookie.get("session").unwrap_or_default())
        .data(&json!({ "token": all("authorization"), "ip": all("x-real-ip"), "unlisted": all("x-unlisted") }))
}

#[centrifugo::rpc("ip", collect = false)]
async fn ip(metadata: Metadata<'_>) -> Option<String> {
    metadata.get("x-real-ip").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

// gRPC can't carry it, so Centrifugo doesn't call the app: the docs of `Header` have the remedy.
#[tokio::test]
async fn a_header_that_is_not_ascii_fails_the_calls_of_its_client_before_they_reach_the_app() {
    let app = App::empty().handlers(handlers![connect]).emulated_headers(["authorization"]);
    let stage = Stage::start(app).await;
    for options in [
        json!({ "httpHeaders": { "Cookie": "session=ann; name=Zoë" } }),
        json!({ "httpHeaders": { "Cookie": "session=ann" }, "headers": { "Authorization": "Bearer Анна" } }),
    ] {
        let mut client = stage.client_with(options).await;
        assert_eq!(client.event("error").await["error"]["code"], 100);
    }
    stage.centrifugo_logs("non-printable ASCII characters").await;
    let mut client = stage.client_with(json!({ "httpHeaders": { "Cookie": "session=ann; name=Zo%C3%AB" } })).await;
    client.event("connected").await;
    assert!(!stage.stop().await.contains("ERROR"));
}

#[tokio::test]
async fn listed_headers_arrive_and_others_do_not() {
    let app = App::empty().handlers(handlers![connect, ip]).http_headers(["X-Real-IP"]).emulated_headers(["Authorization"]);
    let stage = Stage::start(app).await;
    let mut client = stage
        .client_with(json!({
            "httpHeaders": { "Cookie": "session=ann", "X-Real-IP": "10.0.0.1", "X-Unlisted": "x" },
            "headers": { "Authorization": "Bearer t", "X-Real-IP": "6.6.6.6" }
        }))
        .await;
    assert_eq!(
        client.event("connected").await["data"],
        json!({ "token": ["Bearer t"], "ip": ["10.0.0.1"], "unlisted": [] })
    );
    assert_eq!(client.rpc("ip", Value::Null).await, Ok(json!("10.0.0.1")));

    let mut nobody = stage.client(Value::Null).await;
    assert_eq!(nobody.event("disconnected").await["code"], 400);
    stage.logs.line(&["WARN", "the header `cookie` is missing"]).await;
    stage.stop().await;
}
