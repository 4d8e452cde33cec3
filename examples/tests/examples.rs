//! Each example does what its first lines promise: started as a program, beside a Centrifugo with the configuration that it prints,
//! and ended by SIGTERM.

use std::net::TcpListener;
use std::process::Stdio;

use centrifugo_server::Centrifugo;
use centrifugo_tests::{Client, Refused};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// An example that runs.
struct Example {
    app: Child,
    centrifugo: Centrifugo,
}

macro_rules! start {
    ($name:literal) => {
        Example::start(env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}

impl Example {
    async fn start(program: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = Command::new(program);
        command.env("PROXY_ADDRESS", port.to_string()).env("RUST_LOG", "info").stdin(Stdio::null()).kill_on_drop(true);

        let printed = command.env("PROXY_PRINT_CONFIG", "1").output().await.expect("an example that runs");
        let config = serde_json::from_slice(&printed.stdout).expect("a configuration");
        let mut app = command.env_remove("PROXY_PRINT_CONFIG").stderr(Stdio::piped()).spawn().expect("an example that runs");
        let mut log = BufReader::new(app.stderr.take().expect("a pipe")).lines();
        while let Some(line) = log.next_line().await.expect("a log") {
            if line.contains("listening on") {
                break;
            }
        }
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
        Self { app, centrifugo }
    }

    /// A client that has tried to connect with this data.
    async fn client(&self, data: Value) -> Client {
        self.client_with(json!({ "data": data })).await
    }

    async fn client_with(&self, options: Value) -> Client {
        let mut client = Client::open(&self.centrifugo.websocket_url(), options).await;
        client.call("connect", json!({})).await.expect("a client that can try");
        client
    }

    async fn connected(&self, data: Value) -> Client {
        let mut client = self.client(data).await;
        client.event("connected").await;
        client
    }

    async fn stop(mut self) {
        self.centrifugo.stop().await;
        let id = self.app.id().expect("an app that still runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill").success());
        assert!(self.app.wait().await.expect("an end").success());
    }
}

fn refused<T>(code: i64, message: &str) -> Result<T, Refused> {
    Err(Refused { code, message: message.into() })
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

// Half a minute is too long to wait for: `answers.rs` of the end-to-end tests sees what follows.
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
    assert!(client.rpc("users", Value::Null).await.is_err_and(|refused| refused.code == 400));
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
    let example = start!("rpc_ping").await;
    let mut client = example.connected(Value::Null).await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    assert_eq!(client.rpc("sum", json!([1, 2, 3])).await, Ok(json!(6)));
    assert_eq!(client.rpc("sum", json!("one")).await, refused(400, "bad request"));
    assert_eq!(client.rpc("square/12", Value::Null).await, Ok(json!(144)));
    assert_eq!(client.rpc("square/x", Value::Null).await, refused(404, "method not found"));
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
        assert!(client.seen("subscribed").is_empty());
    }
    let mut eve = example.client(json!({ "authToken": "eve" })).await;
    assert_eq!(eve.event("disconnected").await["code"], 4501);
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
async fn topic_user() {
    let example = start!("topic_user").await;
    let mut client = example.connected(json!({ "uuid": "3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11" })).await;
    assert_eq!(client.subscribe("user.3f0c7b0e-6a5d-4f0b-9a53-0f6f3a8b8c11").await["event"], "subscribed");
    for channel in ["user.8d0cbb0a-0cc3-4ecb-8b5b-1b8b3b8b7f55", "user.me"] {
        assert_eq!(client.subscribe(channel).await["code"], 403);
    }
    example.stop().await;
}
