//! Each example does what its first lines describe: as a program, beside a Centrifugo with the configuration that it prints,
//! until SIGTERM.

use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use centrifugo_tests::tls::{Authority, Signed};
use centrifugo_tests::{Scrape, refused, wire};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use self::example::{Example, FREE};

mod example;

macro_rules! start {
    ($name:literal $(, $variable:literal = $value:expr)*) => {
        Example::start(env!(concat!("CARGO_BIN_EXE_", $name)), &[$(($variable, $value)),*])
    };
}

/// Posts JSON, and returns the status.
async fn post(address: &str, path: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.expect("an endpoint that listens");
    let length = body.len();
    let head = format!("POST {path} HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await.expect("a request that is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn accept_all() {
    let example = start!("accept_all").await;
    example.connected(Value::Null).await;
    example.stop().await;
}

#[tokio::test]
async fn auto_subscribe() {
    let example = start!("auto_subscribe").await;
    let mut client = example.connected(Value::Null).await;
    client.event("subscribed").await;
    example.stop().await;
}

#[tokio::test]
async fn broadcast() {
    let example = start!("broadcast", "HTTP_ADDRESS" = FREE, "CENTRIFUGO_HTTP_API_KEY" = "any text").await;
    let (mut seven, mut eight) = (example.connected(json!({ "id": 7 })).await, example.connected(json!({ "id": 8 })).await);
    assert_eq!(seven.subscribe("user:7").await["event"], "subscribed");
    assert_eq!(seven.subscribe("user:8").await["code"], 403);
    assert_eq!(eight.subscribe("user:8").await["event"], "subscribed");

    for (body, status) in [(r#"{"text": "hi"}"#, 204), (r#"{"text": 1}"#, 422), (r#"{"text": "bye"}"#, 204)] {
        assert_eq!(post(example.address("HTTP_ADDRESS"), "/users/7/notify", body).await, status, "{body}");
    }
    for text in ["hi", "bye"] {
        let publication = seven.event("publication").await;
        assert_eq!((&publication["channel"], &publication["data"]), (&json!("user:7"), &json!({ "text": text })));
    }
    assert_eq!(post(example.address("HTTP_ADDRESS"), "/users/8/notify", r#"{"text": "only you"}"#).await, 204);
    assert_eq!(eight.event("publication").await["data"], json!({ "text": "only you" }));
    assert!(seven.settled().await.seen("publication").is_empty());
    example.stop().await;
}

#[tokio::test]
async fn broadcast_says_which_key_is_missing() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadcast"));
    let ended = command.env_remove("CENTRIFUGO_HTTP_API_KEY").output().await.expect("an end");
    assert!(!ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("CENTRIFUGO_HTTP_API_KEY"), "{ended:?}");
}

#[tokio::test]
async fn interceptors() {
    let example = start!("interceptors").await;
    let mut client = example.connected(json!("Ann")).await;
    for _ in 0..2 {
        assert_eq!(client.rpc("whoami", Value::Null).await, Ok(json!("Ann, of the free plan")));
    }
    assert_eq!(client.rpc("whoami", Value::Null).await, refused(429, "too many calls for the free plan"));
    let mut client = example.connected(json!("Ann")).await;
    assert_eq!(client.rpc("broken", Value::Null).await, refused(100, "internal server error"));
    assert_eq!(client.rpc("slow", Value::Null).await, refused(100, "internal server error"));
    let mut client = example.connected(json!("Ann")).await;
    // Three connects, and all of the calls.
    assert_eq!(client.rpc("requests", Value::Null).await, Ok(json!(9)));
    example.stop().await;
}

#[tokio::test]
async fn map_board() {
    let example = start!("map_board").await;
    let mut ann = example.connected(json!("ann")).await;
    ann.call("mapSubscribe", json!({ "channel": "board:7" })).await.expect("a start");
    ann.event("sync").await;
    let cursor = json!({ "x": 1, "y": 2 });
    for (user, code) in [("ann", 107), ("bob", 403)] {
        let set = json!({ "channel": "board:7", "key": user, "data": cursor });
        assert_eq!(ann.call("mapPublish", set).await.expect_err("a refusal").code, code);
    }
    let update = ann.event("update").await;
    assert_eq!((&update["key"], &update["data"]), (&json!("ann"), &cursor));
    let gone = ann.call("mapRemove", json!({ "channel": "board:7", "key": "ann" })).await;
    assert_eq!(gone.expect_err("Centrifugo's own").code, 107);
    assert_eq!(ann.event("update").await["removed"], true);
    example.stop().await;
}

#[tokio::test]
async fn optional_tail() {
    let example = start!("optional_tail").await;
    let mut client = example.connected(Value::Null).await;
    for (channel, data) in [
        ("order.12", "order 12"),
        ("order.12.items.3", "item 3 of order 12"),
        ("weather.oslo", "weather of oslo"),
        ("WEATHER.oslo", "weather of oslo"),
    ] {
        assert_eq!(client.subscribe(channel).await["data"], data, "{channel}");
    }
    for channel in ["order.12.items", "ORDER.12"] {
        assert_eq!(client.subscribe(channel).await["code"], 403, "{channel}");
    }
    example.stop().await;
}

#[tokio::test]
async fn metrics() {
    let example = start!("metrics", "PROXY_METRICS_ADDRESS" = FREE).await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("order", json!(3)).await, Ok(json!(3)));
    assert_eq!(client.rpc("order", json!(0)).await, refused(422, "order something"));
    let scrape = Scrape::of(example.address("PROXY_METRICS_ADDRESS").parse().expect("an address")).await;
    assert_eq!(scrape.sum("shop_pieces_ordered_total", &[]), 3.0);
    for outcome in ["replied", "refused"] {
        let labels = [("event", "rpc"), ("handler", "order"), ("pattern", "order"), ("outcome", outcome)];
        assert_eq!(scrape.sum("centrifugo_app_calls_total", &labels), 1.0, "{outcome}");
    }
    example.stop().await;
}

// The open-source Centrifugo sends none of these events, but starts with the printed configuration.
#[tokio::test]
async fn pro_events() {
    start!("pro_events").await.stop().await;
}

#[tokio::test]
async fn proxy_options() {
    let example = start!("proxy_options", "PROXY_SECRET" = "open sesame").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("length", json!("hi")).await, Ok(json!(4)));
    let address = example.address("PROXY_ADDRESS").parse().expect("an address");
    let request = wire::message("RPCRequest", &[("method", wire::text("length"))]);
    let status = wire::call(address, "RPC", &request).await.expect_err("no secret");
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    example.stop().await;
}

#[tokio::test]
async fn publish_validation() {
    let example = start!("publish_validation").await;
    let mut client = example.connected(json!({ "name": "ann" })).await;
    client.subscribe("chat:lobby").await;
    assert_eq!(client.publish("chat:lobby", json!({ "text": "hi" })).await, Ok(()));
    assert_eq!(client.event("publication").await["data"], json!({ "author": "ann", "text": "hi" }));
    assert_eq!(client.publish("chat:lobby", json!({ "text": " " })).await, refused(422, "say something"));
    assert_eq!(client.publish("chat:lobby", json!("hi")).await, refused(400, "bad request"));
    assert_eq!(client.publish("chat:cellar", json!({ "text": "hi" })).await, refused(403, "not your room"));
    assert!(client.publish("chat:lobby", json!({ "text": "buy now!" })).await.is_err());
    assert_eq!(client.event("disconnected").await["code"], 4502);
    example.stop().await;
}

// Half a minute is too long to wait: the end-to-end tests of refresh cover the rest.
#[tokio::test]
async fn refresh() {
    let example = start!("refresh").await;
    example.connected(json!({ "name": "ann" })).await;
    example.stop().await;
}

#[tokio::test]
async fn rpc_http() {
    let example = start!("rpc_http").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("get:users/1", Value::Null).await, Ok(json!({ "code": 200, "id": 1, "name": "Ann" })));
    assert_eq!(client.rpc("get:users/2", Value::Null).await, Ok(json!({ "code": 404, "message": "no such user" })));
    assert_eq!(client.rpc("get:users/me", Value::Null).await, Ok(json!({ "name": "nobody" })));
    assert_eq!(client.rpc("post:news/store", json!({ "title": "Hi" })).await, Ok(json!({ "code": 201, "title": "Hi" })));
    let errors = json!({ "code": 422, "errors": { "title": ["say something"] } });
    assert_eq!(client.rpc("post:news/store", json!({ "title": "" })).await, Ok(errors));
    assert!(client.rpc("users", Value::Null).await.is_err_and(|refused| refused.code == 404));
    example.stop().await;
}

#[tokio::test]
async fn rpc_not_found() {
    let example = start!("rpc_not_found").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    for method in ["pong", "a/b", "Ping"] {
        assert_eq!(client.rpc(method, Value::Null).await, Ok(json!({ "error": "Not found", "code": 404 })));
    }
    example.stop().await;
}

#[tokio::test]
async fn rpc_ping() {
    let example = start!("rpc_ping", "PROXY_MAX_MESSAGE_SIZE" = "1KiB").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", json!(" ".repeat(1024))).await, refused(100, "internal server error"));
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    assert_eq!(client.rpc("sum", json!([1, 2, 3])).await, Ok(json!(6)));
    assert_eq!(client.rpc("sum", json!("one")).await, refused(400, "bad request"));
    assert_eq!(client.rpc("square/12", Value::Null).await, Ok(json!(144)));
    assert_eq!(client.rpc("square/x", Value::Null).await, refused(404, "method not found"));
    example.stop().await;
}

#[tokio::test]
async fn rpc_upstream() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let user = |headers: HeaderMap| async move { Json(headers["x-centrifugo-user"].to_str().map(str::to_owned).ok()) };
    let server = axum::serve(listener, Router::new().route("/me", get(user)));
    let server = tokio::spawn(server.into_future());

    let example = start!("rpc_upstream", "UPSTREAM_URL" = &url).await;
    let mut client = example.connected(json!("ann")).await;
    assert_eq!(client.rpc("get:me", Value::Null).await, Ok(json!({ "code": 200, "data": "ann" })));
    assert_eq!(client.rpc("get:nothing", Value::Null).await, Ok(json!({ "code": 404, "message": "Not Found" })));
    example.stop().await;
    server.abort();
}

#[tokio::test]
async fn shared_poll() {
    let example = start!("shared_poll").await;
    let mut client = example.connected(json!("ann")).await;
    client.call("pollSubscribe", json!({ "channel": "prices:nyse", "method": "sign" })).await.expect("a start");
    client.event("subscribed").await;
    client.call("track", json!({ "channel": "prices:nyse", "keys": ["ACME", "NOTHING"] })).await.expect("a start");
    // A key without a signature is dropped.
    let update = client.event("update").await;
    assert_eq!((&update["key"], &update["removed"]), (&json!("NOTHING"), &json!(true)));
    for _ in 0..2 {
        let update = client.event("update").await;
        assert_eq!(update["key"], "ACME");
        assert!(update["data"].as_u64().is_some_and(|price| price >= 100));
    }
    example.stop().await;
}

#[tokio::test]
async fn sub_refresh() {
    let example = start!("sub_refresh").await;
    let mut client = example.connected(json!("ann")).await;
    assert_eq!(client.subscribe("film:7").await["event"], "subscribed");
    // Without the refreshes in between it would end sooner. After the end, the SDK subscribes again by itself.
    let again = client.event_of(&["subscribing"], |event| event["code"] != 0).await;
    assert_eq!(again["code"], 2501);
    let end = client.event("unsubscribed").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(402), &json!("pay first")));
    example.stop().await;
}

#[tokio::test]
async fn traces() {
    let example = start!("traces").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("order", json!(3)).await, Ok(json!(3)));
    example.stop().await;
}

#[tokio::test]
async fn ticks() {
    let example = start!("ticks").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.subscribe("ticks:ACME").await["event"], "subscribed");
    for price in [101, 102] {
        let tick = client.event("publication").await;
        assert_eq!((&tick["data"], &tick["tags"]), (&json!(price), &json!({ "symbol": "ACME" })));
    }
    assert_eq!(client.subscribe("ticks:nothing").await["code"], 404);
    client.subscribe("calculator:mine").await;
    assert_eq!(client.publish("calculator:mine", json!([20, 22])).await, Ok(()));
    let answer = client.event_of(&["publication"], |event| event["channel"] == "calculator:mine").await;
    assert_eq!(answer["data"], "42");
    example.stop().await;
}

#[tokio::test]
async fn token_auth() {
    let example = start!("token_auth").await;
    for (data, channels) in [(json!({ "authToken": "ann" }), 3), (json!({ "authToken": "bob" }), 2), (json!({}), 1)] {
        let mut client = example.connected(data).await;
        for _ in 0..channels {
            client.event("subscribed").await;
        }
        assert!(client.settled().await.seen("subscribed").is_empty());
    }
    let mut ann = example.client_with(json!({ "headers": { "Authorization": "Bearer ann" } })).await;
    for _ in 0..3 {
        ann.event("subscribed").await;
    }
    for eve in [json!({ "data": { "authToken": "eve" } }), json!({ "headers": { "Authorization": "Bearer eve" } })] {
        let mut eve = example.client_with(eve).await;
        assert_eq!(eve.event("disconnected").await["code"], 4501);
    }
    // The purpose of the header.
    assert!(!example.centrifugo.log().contains("Bearer"));
    example.stop().await;
}

#[tokio::test]
async fn tokens() {
    let example = start!("tokens").await;
    let mut nobody = example.connected(Value::Null).await;
    let wrong = nobody.rpc("sign_in", json!({ "name": "ann", "password": "barley" })).await;
    assert_eq!(wrong, refused(401, "wrong name or password"));
    assert_eq!(nobody.rpc("enter/7", Value::Null).await, refused(403, "permission denied"));
    let mut rooms = Vec::new();
    for name in ["ann", "bob"] {
        let token = nobody.rpc("sign_in", json!({ "name": name, "password": "sesame" })).await.expect("a token");
        let mut client = example.client_with(json!({ "token": token })).await;
        client.event("connected").await;
        let token = client.rpc("enter/7", Value::Null).await.expect("a token");
        rooms.push((client, token));
    }
    let [(ann, anns), (bob, _)] = &mut rooms[..] else { panic!("two clients") };
    assert_eq!(ann.subscribe_with("$room:7", json!({ "token": anns })).await["event"], "subscribed");
    // Neither without a token, nor with another user's.
    assert_eq!(nobody.subscribe("$room:7").await["code"], 103);
    assert_ne!(bob.subscribe_with("$room:7", json!({ "token": anns })).await["event"], "subscribed");
    example.stop().await;
}

/// Writes a certificate and its key into a folder, and returns the files' names.
fn write_pair(folder: &TempDir, name: &str, signed: &Signed) -> [String; 2] {
    [("pem", &signed.cert), ("key", &signed.key)].map(|(ending, text)| {
        let path = folder.path().join(format!("{name}.{ending}"));
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    })
}

#[tokio::test]
async fn tls() {
    let (folder, authority) = (tempfile::tempdir().expect("a folder"), Authority::new("ours"));
    std::fs::write(folder.path().join("ca.pem"), &authority.pem).expect("a file");
    write_pair(&folder, "app", &authority.sign("127.0.0.1"));
    write_pair(&folder, "centrifugo", &authority.sign("centrifugo"));
    let example = start!("tls", "TLS_FOLDER" = folder.path().to_str().expect("a path")).await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    example.stop().await;
}

#[tokio::test]
async fn tonic_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let [cert, key] = write_pair(&folder, "app", &Signed::by_itself("127.0.0.1"));
    let example = start!("tonic_server", "TLS_CERT" = &cert, "TLS_KEY" = &key).await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    example.stop().await;
}

#[tokio::test]
async fn topic_secret_header() {
    let example = start!("topic_secret_header").await;
    for (headers, granted) in [
        (json!({ "x-internal-secret": "open sesame" }), true),
        (json!({ "x-internal-secret": "open barley" }), false),
        (json!({}), false),
    ] {
        let mut client = example.client_with(json!({ "httpHeaders": headers })).await;
        client.event("connected").await;
        let answer = client.subscribe("internal:metrics").await;
        if granted {
            assert_eq!(answer["event"], "subscribed");
        } else {
            assert_eq!(answer["code"], 403);
        }
    }
    example.stop().await;
}

#[tokio::test]
async fn topic_service() {
    let example = start!("topic_service").await;
    let (mut ann, mut bob) = (example.connected(json!("ann")).await, example.connected(json!("bob")).await);
    assert_eq!(ann.subscribe("team:blue").await["event"], "subscribed");
    assert_eq!(bob.subscribe("team:blue").await["code"], 403);
    assert_eq!(ann.subscribe("team:lost").await["error"]["code"], 100);
    example.stop().await;
}

#[tokio::test]
async fn topic_user() {
    let example = start!("topic_user").await;
    let mut client = example.connected(json!({ "uuid": "3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11" })).await;
    assert_eq!(client.subscribe("user.3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11").await["event"], "subscribed");
    for channel in ["user.8d0cbb0a-0cc3-4ecb-8b5b-1b8b3b8b7f55", "user.me"] {
        assert_eq!(client.subscribe(channel).await["code"], 403);
    }
    example.stop().await;
}
