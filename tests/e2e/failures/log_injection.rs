//! Texts of clients and peers in the log: each stays on one line, and is cut.

use std::collections::HashSet;

use centrifugo::{App, Data, ErrorReply, Reject, UserId, handlers};
use centrifugo_tests::Stage;
use centrifugo_tests::wire::{call, call_raw, call_with, message, text};
use serde::Deserialize;
use serde_json::{Value, json};
use tonic::metadata::MetadataMap;

use crate::shared;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
}

#[centrifugo::rpc("paint", collect = false)]
async fn paint(Data(color): Data<Color>) -> String {
    format!("{color:?}")
}

#[centrifugo::rpc("refuse", collect = false)]
async fn refuse(Data(text): Data<String>) -> Result<(), Reject> {
    Err(Reject::from(ErrorReply::try_new(400, text.clone())?).because(text))
}

#[centrifugo::rpc("fail", collect = false)]
async fn fail(Data(text): Data<String>) -> Result<(), Reject> {
    Err(Reject::internal(text))
}

#[centrifugo::rpc("say/<what..>", collect = false)]
async fn say(what: String, user: UserId) -> Result<(), Reject> {
    Err(Reject::internal(format!("{what} of {user}")))
}

#[centrifugo::subscribe(collect = false)]
async fn subscribe() -> bool {
    false
}

/// A text that looks like lines of the log.
fn forged(length: usize) -> String {
    "x\nERROR forged\r\u{1b}[2J\u{2028}\u{85}".chars().cycle().take(length).collect()
}

/// Checks that every line of the log is the app's.
fn check(logs: &str) {
    for line in logs.split(['\n', '\r', '\u{2028}', '\u{85}']) {
        let level = line.trim_start().split(' ').next().unwrap_or_default();
        assert!(HashSet::from(["", "ERROR", "WARN", "INFO", "DEBUG"]).contains(level), "{}", &line[..line.len().min(200)]);
        assert!(!line.trim_start().starts_with("ERROR forged") && line.len() < 16 << 10, "{} bytes", line.len());
    }
    assert!(!logs.contains('\u{1b}'));
}

#[tokio::test]
async fn a_client_cannot_write_lines_of_its_own() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, paint, refuse, fail, say, subscribe])).await;
    let mut client = stage.connected(Value::Null).await;
    let before = stage.logs.text().lines().count();
    for method in ["paint", "refuse", "fail", &forged(200), "say/x\nERROR forged", "get:x\nERROR forged"] {
        client.rpc(method, json!(forged(20_000))).await.expect_err("a refusal");
    }
    client.subscribe("x\nERROR forged").await;
    let logs = stage.stop().await;
    check(&logs);
    assert!(logs.lines().count() < before + 30, "{} lines", logs.lines().count() - before);
}

#[tokio::test]
async fn a_peer_cannot_write_lines_of_its_own() {
    let app = || App::empty().handlers(handlers![shared::connect, paint, refuse, fail, say, subscribe]);
    let stage = Stage::start(app()).await;
    for length in [60, 60_000, 1 << 20] {
        let text = |value: &str| text(&format!("{value}{}", forged(length)));
        for (rpc, of, fields) in [
            ("RPC", "RPCRequest", vec![("method", text("say/")), ("user", text("")), ("client", text(""))]),
            ("RPC", "RPCRequest", vec![("method", text("")), ("transport", text("")), ("user", text(""))]),
            ("RPC", "RPCRequest", vec![("protocol", text(""))]),
            ("RPC", "RPCRequest", vec![("b64data", text("!"))]),
            ("Subscribe", "SubscribeRequest", vec![("channel", text("a")), ("user", text("")), ("client", text(""))]),
            ("Connect", "ConnectRequest", vec![("name", text("")), ("encoding", text(""))]),
        ] {
            drop(call(stage.address(), rpc, &message(of, &fields)).await);
        }
        let data = message(
            "RPCRequest",
            &[
                ("method", centrifugo_tests::wire::text("paint")),
                ("data", centrifugo_tests::wire::Value::Bytes(json!(forged(length)).to_string().into())),
            ],
        );
        drop(call(stage.address(), "RPC", &data).await);
    }
    let path = format!("/{}", "x%0aERROR%20forged".repeat(100));
    drop(call_raw(stage.address(), &path, MetadataMap::new(), "".into()).await);
    check(&stage.stop().await);

    let stage = Stage::start(app().secret("x-secret", "open sesame")).await;
    let mut metadata = MetadataMap::new();
    metadata.insert("x-secret", "x\tERROR forged".parse().expect("a value"));
    drop(call_with(stage.address(), "RPC", metadata, &message("RPCRequest", &[])).await);
    drop(call_raw(stage.address(), &path, MetadataMap::new(), "".into()).await);
    let logs = stage.stop().await;
    check(&logs);
    assert!(!logs.contains("forged") || logs.contains("%0aERROR"), "{logs}");
}
