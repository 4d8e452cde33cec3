//! Metrics: what an app serves to Prometheus after calls, streams and panics of each kind, and what the dashboard reads.
//!
//! The recorder is the program's, so other tests may count in it as well. The handlers here have names of their own.

use std::collections::BTreeSet;
use std::fs;
use std::future::pending;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use centrifugo::{App, Connected, Data, Disconnect, ErrorReply, Reject, handlers};
use centrifugo_tests::scrape::request;
use centrifugo_tests::wire::{self, Message, call_raw};
use centrifugo_tests::{Peer, Scrape, Stage, peer};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};
use tonic::metadata::MetadataMap;

const SECRET: (&str, &str) = ("x-secret", "open sesame");
/// The outcomes of a handler that a client can choose.
const OUTCOMES: [&str; 6] = ["replied", "refused", "failed", "panicked", "timeout", "disconnected"];

#[centrifugo::connect(collect = false, name = "measured_connect")]
async fn connect() -> Connected {
    Connected::user("ann")
}

#[centrifugo::rpc("measured/<_>", collect = false, name = "measured")]
async fn measured(Data(outcome): Data<String>) -> Result<&'static str, Reject> {
    match &*outcome {
        "replied" => Ok("pong"),
        "refused" => Err(ErrorReply::new(403, "no").into()),
        "disconnected" => Err(Disconnect::new(4501, "no").into()),
        "failed" => Err(Reject::internal("the database is gone")),
        "panicked" => panic!("on purpose"),
        _ => pending().await,
    }
}

#[centrifugo::rpc("seen", collect = false)]
async fn seen() {}

/// A stream of two publications, which ends in the way that the client wishes.
#[centrifugo::stream("measured:<end>", collect = false, name = "measured_stream")]
async fn ticks(end: String) -> impl Stream<Item = Result<u8, Reject>> {
    let last = stream::once(async move {
        match &*end {
            "finished" => None,
            "refused" => Some(Err(ErrorReply::new(403, "no").into())),
            "failed" => Some(Err(Reject::internal("the database is gone"))),
            "panicked" => panic!("on purpose"),
            _ => pending().await,
        }
    });
    stream::iter([Ok(1), Ok(2)]).chain(last.filter_map(async |last| last))
}

async fn start() -> Stage {
    let app = App::empty().handlers(handlers![connect, measured, seen, ticks]).secret(SECRET.0, SECRET.1);
    Stage::start(app.prometheus("127.0.0.1:0").centrifugo(json!({ "rpc": { "proxy": { "timeout": "300ms" } } }))).await
}

/// Waits until a metric has at least this value, as the sum of all time series with these labels.
async fn reaches(stage: &Stage, name: &str, labels: &[(&str, &str)], value: f64) -> Scrape {
    for _ in 0..500 {
        let scrape = Scrape::of(stage.metrics()).await;
        if scrape.sum(name, labels) >= value {
            return scrape;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} {labels:?} does not reach {value}:\n{}", Scrape::of(stage.metrics()).await.text);
}

/// Makes a call that never returns, and resets it.
async fn abandon(stage: &Stage) {
    let mut peer = Peer::connect(stage.address()).await;
    let request = peer::request("RPC").header(SECRET.0, SECRET.1).body(()).expect("a request");
    let mut call = peer.begin(request).await.expect("a call");
    call.body.send(wire::framed(&peer::rpc("measured/hang", b"\"hang\"").encode_to_vec())).await.expect("an open call");
    let in_flight = ("centrifugo_app_calls_in_flight", [("handler", "measured")]);
    reaches(stage, in_flight.0, &in_flight.1, 1.0).await;
    call.body.reset();
}

/// Ends calls in every way that ends before the app does.
async fn end_calls(stage: &Stage) {
    for outcome in OUTCOMES {
        let mut client = stage.connected(Value::Null).await;
        drop(client.rpc("measured/private", json!(outcome)).await);
    }
    let mut client = stage.connected(Value::Null).await;
    drop(client.rpc("unmeasured", Value::Null).await);
    abandon(stage).await;
    let metadata = |secret: &str| {
        let mut metadata = MetadataMap::new();
        metadata.insert(SECRET.0, secret.parse().expect("a value"));
        metadata
    };
    for (secret, bytes) in [("wrong", &b""[..]), (SECRET.1, b"\xff\xff")] {
        call_raw(stage.address(), &wire::path("RPC"), metadata(secret), Bytes::from_static(bytes))
            .await
            .expect_err("refused");
    }
}

async fn end_streams(stage: &Stage) {
    for end in ["finished", "refused", "failed", "panicked", "left"] {
        let mut client = stage.connected(Value::Null).await;
        client.subscribe(&format!("measured:{end}")).await;
        client.event_of(&["publication"], |event| event["data"] == 2).await;
    }
}

#[tokio::test]
async fn metrics_have_each_outcome_of_calls_and_streams() {
    let stage = start().await;
    end_calls(&stage).await;
    end_streams(&stage).await;
    let calls = "centrifugo_app_calls_total";
    for outcome in OUTCOMES.into_iter().chain(["abandoned"]) {
        let labels = [("event", "rpc"), ("handler", "measured"), ("pattern", "measured/<_>"), ("outcome", outcome)];
        let scrape = reaches(&stage, calls, &labels, 1.0).await;
        assert_eq!(scrape.sum(calls, &labels), 1.0, "{outcome}");
        assert_eq!(scrape.sum("centrifugo_app_call_duration_seconds_count", &labels), 1.0, "{outcome}");
    }
    reaches(&stage, calls, &[("event", "rpc"), ("handler", ""), ("outcome", "no_match")], 1.0).await;
    for reason in ["finished", "refused", "failed", "panicked", "left"] {
        reaches(&stage, "centrifugo_app_streams_ended_total", &[("handler", "measured_stream"), ("reason", reason)], 1.0)
            .await;
    }
    let scrape = reaches(&stage, "centrifugo_app_panics_total", &[("place", "stream")], 1.0).await;
    let sum = |name: &str, labels: &[(&str, &str)]| scrape.sum(&format!("centrifugo_app_{name}"), labels);
    assert!(sum("panics_total", &[("place", "handler")]) >= 1.0);
    assert_eq!(sum("calls_in_flight", &[("handler", "measured")]), 0.0);
    assert!(sum("stream_publications_total", &[("handler", "measured_stream")]) >= 10.0);
    assert!(sum("streams_opened_total", &[("handler", "measured_stream")]) >= 5.0);
    assert!(sum("connections_open", &[]) >= 1.0);
    assert!(sum("secrets_refused_total", &[]) >= 1.0 && sum("malformed_calls_total", &[]) >= 1.0);
    for private in ["measured/private", "measured:left", "unmeasured", "ann\""] {
        assert!(!scrape.text.contains(private), "{private} in:\n{}", scrape.text);
    }
    // Metrics of a call that the stop cuts, and of a stream that it ends, are read from another app of the program.
    let other = start().await;
    let address = stage.address();
    let hanging = tokio::spawn(async move {
        let request = peer::request("RPC").header(SECRET.0, SECRET.1).body(()).expect("a request");
        let mut peer = Peer::connect(address).await;
        let mut call = peer.begin(request).await.expect("a call");
        call.body.send(wire::framed(&peer::rpc("measured/hang", b"\"hang\"").encode_to_vec())).await.expect("an open call");
        pending::<()>().await;
    });
    reaches(&stage, "centrifugo_app_calls_in_flight", &[("handler", "measured")], 1.0).await;
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("measured:stopped").await;
    stage.stop().await;
    hanging.abort();
    let stopped = [("handler", "measured"), ("outcome", "stopped")];
    reaches(&other, calls, &stopped, 1.0).await;
    let stopped = [("handler", "measured_stream"), ("reason", "stopped")];
    reaches(&other, "centrifugo_app_streams_ended_total", &stopped, 1.0).await;
    other.stop().await;
}

#[tokio::test]
async fn metrics_are_served_on_their_own_address_alone() {
    let stage = start().await;
    let status = |response: String| response.lines().next().unwrap_or_default().to_owned();
    for (line, expected) in [
        ("GET /metrics", "HTTP/1.1 200 OK"),
        ("POST /metrics", "HTTP/1.1 405 Method Not Allowed"),
        ("GET /", "HTTP/1.1 404 Not Found"),
    ] {
        assert_eq!(status(request(stage.metrics(), line).await), expected, "{line}");
    }
    let response = request(stage.address(), "GET /metrics").await;
    assert!(!response.contains("centrifugo_app"), "{response}");
    stage.stop().await;
}

/// The text of a file of the repository.
fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect("a file")
}

/// The metrics in a text, each with the labels that its queries select by.
fn queried(text: &str) -> Vec<(String, Vec<String>)> {
    let of = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let selector = rest[end..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(inner, _)| inner);
        let labels = selector.split(',').filter_map(|label| Some(label.split_once(['=', '!'])?.0.trim().to_owned()));
        (format!("centrifugo_app_{}", &rest[..end]), labels.collect())
    };
    text.split("centrifugo_app_").skip(1).map(of).collect()
}

/// The labels that the queries of a text group by.
fn grouped(text: &str) -> BTreeSet<String> {
    let groups = text.split("by (").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    groups.flat_map(|group| group.split(',').map(|label| label.trim().to_owned())).collect()
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_read_metrics_that_an_app_has() {
    let stage = start().await;
    let mut client = stage.connected(Value::Null).await;
    client.rpc("seen", Value::Null).await.expect("a reply");
    let scrape = Scrape::of(stage.metrics()).await;
    let dashboard: Value = serde_json::from_str(&file("docs/grafana.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let mut queries: Vec<String> = targets.map(|target| target["expr"].as_str().expect("a query").to_owned()).collect();
    assert!(queries.len() >= 12, "{queries:?}");
    queries.push(file("docs/alerts.yml"));
    let all: BTreeSet<&str> = scrape.series().flat_map(|series| series.labels.keys().map(String::as_str)).collect();
    for query in &queries {
        for (name, labels) in queried(query) {
            let series: Vec<_> = scrape.series().filter(|series| series.name == name).collect();
            assert!(!series.is_empty(), "the app has no {name}, which is in {query}");
            for label in labels {
                assert!(series.iter().any(|series| series.labels.contains_key(&label)), "{name} has no {label}: {query}");
            }
        }
        for label in grouped(query) {
            assert!(all.contains(&*label), "no metric has {label}, by which this groups: {query}");
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn the_guide_lists_every_metric_with_its_labels() {
    let stage = start().await;
    let mut client = stage.connected(Value::Null).await;
    client.rpc("seen", Value::Null).await.expect("a reply");
    let scrape = Scrape::of(stage.metrics()).await;
    let guide = file("runtime/docs/operations.md");
    for series in scrape.series().filter(|series| series.name.starts_with("centrifugo_app_")) {
        let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| series.name.strip_suffix(end));
        let name = name.unwrap_or(&series.name);
        let row = guide.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("no row has {name}"));
        for label in series.labels.keys().filter(|label| *label != "le") {
            assert!(row.contains(&format!("`{label}`")), "the row of {name} has no {label}");
        }
    }
    stage.stop().await;
}
