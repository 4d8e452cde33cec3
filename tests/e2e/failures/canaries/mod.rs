//! Private values in the log: there are none, at the level `trace` either.
//!
//! Each value that a client, Centrifugo or the app itself would keep private has the same mark in it: data, tokens, headers
//! and metadata, meta, replies, the bridge's bodies and queries, secrets. They pass through every event that clients send
//! data or have meta with, and through every way in which a call may end; then the mark is looked for in all that the app's
//! process has written, and in its metrics.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use centrifugo_server::Centrifugo;
use centrifugo_tests::wire::{self, DynamicMessage, call_with, text};
use centrifugo_tests::{Client, Scrape, eventually};
use protox::prost_reflect::{Kind, ReflectMessage, Value as Field};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::metadata::MetadataMap;

const MARK: &str = "c4nary";

/// What becomes of a call; the last word fits no data.
const OUTCOMES: [&str; 7] = ["reply", "refuse", "fail", "unread", "panic", "hang", "c4nary"];

/// The app, in a process of its own, and a Centrifugo that calls it.
struct Marked {
    process: Child,
    folder: TempDir,
    address: SocketAddr,
    centrifugo: Centrifugo,
}

impl Drop for Marked {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Marked {
    async fn start(bridge: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = File::create(folder.path().join("log")).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_marked-app"));
        command.args([MARK, bridge]).env("PROXY_ADDRESS", "127.0.0.1:0").env("RUST_LOG", "trace").env("NO_COLOR", "1");
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("an app");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let config: Value = serde_json::from_str(&line).expect("a configuration");
        let endpoint = config["client"]["proxy"]["connect"]["endpoint"].as_str().expect("an endpoint");
        let address = endpoint.trim_start_matches("grpc://").parse().expect("an address");
        let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
        Self { process, folder, address, centrifugo }
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).expect("a log")).into_owned()
    }

    /// The metrics that it serves.
    async fn metrics(&self) -> String {
        let log = self.log();
        let (_, rest) = log.split_once("metrics on http://").expect("a line");
        Scrape::of(rest.split_once('/').expect("a path").0.parse().expect("an address")).await.text
    }

    /// Waits for a line with all of these parts.
    async fn logs(&self, parts: &[&str]) {
        let has_all = |line: &str| parts.iter().all(|part| line.contains(part));
        eventually(|| self.log().lines().any(has_all).then_some(()), || format!("no line with {parts:?}")).await;
    }

    async fn client(&self, mut options: Value) -> Client {
        options["headers"] = json!({ "authorization": format!("Bearer {MARK}") });
        options["httpHeaders"] = json!({ "cookie": format!("session={MARK}"), "x-unlisted": MARK });
        let mut client = Client::open(&self.centrifugo.websocket_url(), options).await;
        client.call("connect", json!({})).await.expect("a client that can try");
        client
    }

    async fn connected(&self) -> Client {
        let mut client = self.client(json!({ "data": task("reply") })).await;
        assert_eq!(client.event("connected").await["data"], MARK);
        client
    }

    /// Calls one of the app's methods, with the secret or without it.
    async fn call(&self, rpc: &str, secret: &str, request: &DynamicMessage) {
        let mut metadata = MetadataMap::new();
        for (name, value) in [("x-secret", secret), ("authorization", "Basic c4nary"), ("cookie", "session=c4nary")] {
            metadata.insert(name, value.parse().expect("a value"));
        }
        metadata.insert("grpc-timeout", "300m".parse().expect("a value"));
        drop(call_with(self.address, rpc, metadata, request).await);
    }
}

fn task(outcome: &str) -> Value {
    json!({ "token": MARK, "outcome": outcome })
}

/// The values with which a private field is filled: data of each outcome, JSON that fits nothing, and no JSON.
fn contents() -> impl Iterator<Item = String> {
    let tasks = OUTCOMES.map(|outcome| task(outcome).to_string());
    let others = [json!(MARK), json!({ MARK: MARK }), json!([MARK])].map(|json| json.to_string());
    tasks.into_iter().chain(others).chain([MARK.to_owned(), format!("\"{MARK}"), format!("{{\"token\":\"{MARK}\n\"}}")])
}

/// Fills every field of a request that is not a name.
fn filled(rpc: &str, channel: &str, content: &str, encoding: &str) -> DynamicMessage {
    const NAMES: [&str; 7] = ["client", "transport", "protocol", "encoding", "user", "channel", "method"];
    let mut request = wire::message(&format!("{rpc}Request"), &[("encoding", text(encoding))]);
    for field in request.descriptor().fields().filter(|field| !field.is_list() && !field.is_map()) {
        match (field.name(), field.kind()) {
            ("channel", _) => request.set_field(&field, text(channel)),
            ("method", _) => request.set_field(&field, text("task")),
            (name, Kind::String) if !NAMES.contains(&name) => request.set_field(&field, text(content)),
            (_, Kind::Bytes) => request.set_field(&field, Field::Bytes(content.to_owned().into())),
            _ => {}
        }
    }
    request
}

/// Every event as a client causes it through Centrifugo.
async fn call_by_clients(app: &Marked) {
    let mut client = app.connected().await;
    for outcome in OUTCOMES {
        let data = task(outcome);
        drop(client.rpc("task", data.clone()).await);
        drop(client.publish("room:reply", data.clone()).await);
        for namespace in ["room", "live"] {
            let channel = format!("{namespace}:{}", outcome.replace(MARK, "misfit"));
            client.subscribe_with(&channel, json!({ "data": data })).await;
        }
    }
    for (method, data) in [("junk", task("reply")), ("meta", json!(MARK)), ("header", json!(MARK))] {
        client.rpc(method, data).await.expect_err("a refusal");
    }
    for outcome in ["reply", MARK] {
        drop(client.publish("live:reply", task(outcome)).await);
    }
    for options in [json!({ "data": task(MARK) }), json!({ "data": task("fail") }), json!({ "token": MARK })] {
        let mut other = app.client(options).await;
        other.event_of(&["error", "disconnected"], |_| true).await;
    }
    client.subscribe_with("room:token", json!({ "token": MARK })).await;
}

async fn call_the_bridge(app: &Marked) {
    let mut client = app.connected().await;
    for path in ["echo", "headers", "junk", "refuse", "fail", "hang", "none"] {
        for method in [format!("get:{path}"), format!("post:{path}"), format!("get:{path}?token={MARK}")] {
            drop(client.rpc(&method, task("reply")).await);
        }
    }
    // Not requests: a query that is not valid, and data that a query can't have.
    drop(client.rpc(&format!("get:echo?%zz={MARK}"), json!([MARK])).await);
    drop(client.rpc(&format!("fetch:echo?token={MARK}"), json!(MARK)).await);
}

async fn call_the_server_api(app: &Marked) {
    let mut client = app.connected().await;
    for (url, key) in
        [(app.centrifugo.api_url(), "-key"), (app.centrifugo.api_url(), "-wrong"), ("http://127.0.0.1:1".into(), "")]
    {
        let data = json!({ "url": url, "key": format!("{MARK}{key}"), "token": MARK });
        drop(client.rpc("api", data).await);
    }
}

/// Every message as a peer may write it, with a right secret and with a wrong one.
async fn call_by_peers(app: &Marked) {
    for (rpc, channel) in [
        ("Connect", ""),
        ("Refresh", ""),
        ("Subscribe", "room:peer"),
        ("SubRefresh", "room:peer"),
        ("Publish", "room:peer"),
        ("MapPublish", "board:peer"),
        ("RPC", ""),
    ] {
        for content in contents() {
            for encoding in ["json", "binary"] {
                app.call(rpc, &format!("{MARK}-secret"), &filled(rpc, channel, &content, encoding)).await;
            }
        }
        app.call(rpc, &format!("{MARK}-wrong"), &filled(rpc, channel, MARK, "json")).await;
    }
}

/// Checks that no line of the log, or of the metrics, has the mark.
#[expect(clippy::print_stdout, reason = "a measurement, shown by --nocapture")]
fn check(log: &str) {
    let bytes = format!("{:?}", MARK.as_bytes());
    let marks = [MARK, bytes.trim_matches(['[', ']'])];
    println!("{} lines of the log are searched", log.lines().count());
    let leaks: Vec<&str> = log.lines().filter(|line| marks.iter().any(|mark| line.contains(mark))).collect();
    let shown: Vec<String> = leaks.iter().take(40).map(|line| line.chars().take(400).collect()).collect();
    assert!(leaks.is_empty(), "{} lines have the mark:\n{}", leaks.len(), shown.join("\n"));
}

async fn every_path_leaves_no_mark(bridge: &str) {
    let app = Marked::start(bridge).await;
    call_by_clients(&app).await;
    call_the_bridge(&app).await;
    call_the_server_api(&app).await;
    call_by_peers(&app).await;
    // The app has logged each kind of end, and its libraries log as well.
    for parts in [
        &["ERROR", "event=refresh"][..],
        &["ERROR", "event=sub_refresh"],
        &["ERROR", "on purpose"],
        &["ERROR", "the database is gone"],
        &["WARN", "ann is not an editor"],
        &["WARN", "event=stream", "doesn't fit"],
        &["WARN", "dropped after"],
        &["WARN", "http bridge: GET /fail failed"],
        &["ERROR", "GET /junk", "is not JSON", "name=get:junk? "],
        &["WARN", "with the secret"],
        &["TRACE", "h2::"],
        &["ERROR call{", "centrifugo.event=\"rpc\"", "on purpose"],
    ] {
        app.logs(parts).await;
    }
    check(&app.log());
    let metrics = app.metrics().await;
    assert!(metrics.contains("centrifugo_app_calls_total"), "{metrics}");
    check(&metrics);
}

#[tokio::test]
async fn private_values_are_in_no_log_of_an_app_with_a_router() {
    every_path_leaves_no_mark("router").await;
}

#[tokio::test]
async fn private_values_are_in_no_log_of_an_app_with_an_upstream() {
    every_path_leaves_no_mark("upstream").await;
}
