//! h2spec, which breaks each rule of HTTP/2 in turn, and expects the reaction that the RFCs demand.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use centrifugo_tests::Greeting;
use centrifugo_tests::attacked::Settings;
use tokio::net::TcpListener;
use tokio::process::Command;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::layer::layer_fn;

use crate::start;

/// The tests that both servers fail, and why.
const KNOWN: [(&str, &str); 1] = [(
    "http2/3.5: Sends invalid connection preface",
    "the connection is ended, but by a reset, as h2 leaves the bytes after the wrong preface unread",
)];

/// The failures of a server, as sections of the RFCs with what was tested.
async fn failures(server: SocketAddr) -> BTreeSet<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.xml");
    let mut command = Command::new("go");
    // Built by Go, once, as `go.mod` in this folder pins it.
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/attacks")).env("GOFLAGS", "-mod=readonly");
    command
        .args(["tool", "h2spec", "--port"])
        .arg(server.port().to_string())
        .arg("--strict")
        .arg("--junit-report")
        .arg(&report);
    // A busy machine may take its time. No test that passes waits until then.
    let output = command.args(["--timeout", "30"]).stdin(Stdio::null()).output().await.expect("Go, which builds h2spec");
    let report = fs::read_to_string(&report).unwrap_or_else(|error| panic!("h2spec reports nothing: {error}: {output:?}"));
    let cases: Vec<&str> = report.split("<testcase ").skip(1).collect();
    assert!(cases.len() > 140, "h2spec has run {} tests: {report}", cases.len());
    let failed = cases.into_iter().filter(|case| case.contains("<failure") || case.contains("<error"));
    failed.map(|case| format!("{}: {}", attribute(case, "package"), attribute(case, "classname"))).collect()
}

fn attribute<'c>(case: &'c str, name: &str) -> &'c str {
    let value = case.split_once(&format!("{name}=\"")).and_then(|(_, value)| value.split_once('"'));
    value.unwrap_or_else(|| panic!("no {name} in {case}")).0
}

/// A server of tonic as it is, with its service of health.
async fn plain_tonic() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (_, health) = tonic_health::server::health_reporter();
    tokio::spawn(
        Server::builder().layer(layer_fn(Greeting)).add_service(health).serve_with_incoming(TcpIncoming::from(listener)),
    );
    address
}

#[tokio::test]
async fn no_test_of_h2spec_fails_that_plain_tonic_passes() {
    // Some tests hold up a response by its window, so it must have a body. One opens a stream more than there may be. By
    // default those are so many that the memory for their responses is limited first, by other resets.
    let app = start(Settings { greets: true, max_concurrent_calls: Some(1_000), ..Settings::default() }).await;
    let plain = plain_tonic().await;
    let (ours, plain) = tokio::join!(failures(app.address()), failures(plain));
    println!("h2spec: the app fails {ours:#?}, plain tonic {plain:#?}");
    let known: BTreeSet<String> = KNOWN.iter().map(|(test, _)| (*test).to_owned()).collect();
    assert_eq!(ours, known, "the app fails other tests than the known ones");
    assert!(ours.is_subset(&plain), "plain tonic passes tests that the app fails: {plain:#?}");
    app.answers().await;
}
