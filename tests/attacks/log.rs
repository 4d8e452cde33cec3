//! Texts of clients and peers that look like lines of the app's log, or fill it.

use bytes::Bytes;
use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{END_STREAM, Kind, Raw, block, call};
use centrifugo_tests::wire::{self, DynamicMessage, Message, Value};
use centrifugo_tests::{Attacked, PATIENCE, Peer, eventually, peer};
use tokio::time::timeout;

use crate::start;

/// The longest line that a call may leave in the log, and how many lines.
const LONGEST: usize = 8 << 10;
const LINES: usize = 4;

/// Texts that a terminal or a collector takes for another line, or for a command.
const FORGERIES: [&str; 4] =
    ["x\nERROR forged", "x\rERROR forged", "\u{1b}[2K\u{1b}[1GERROR forged", "\u{9b}2KERROR forged\u{85}\u{2028}"];

/// Texts that are hostile by their content, and by their length.
fn hostile() -> Vec<String> {
    let long = FORGERIES.iter().map(|text| text.repeat((60 << 10) / text.len()));
    let short = FORGERIES.iter().map(|&text| text.to_owned());
    short.chain(long).chain(["x".repeat(1 << 20), "\n".repeat(1 << 20)]).collect()
}

/// The part of the log after this length, once it is complete.
async fn log_since(app: &Attacked, length: usize) -> String {
    let mut peer = Peer::connect(app.address()).await;
    let mark = format!(r#""the end at {length}""#);
    peer.call(app.request("RPC"), &peer::rpc("fail", mark.as_bytes())).await.expect("a response");
    let end = mark.trim_matches('"');
    let log = eventually(|| Some(app.log()).filter(|log| log.contains(end)), || format!("no `{end}` in the log")).await;
    let (log, _) = log[length..].split_once(end).expect("the end");
    log.to_owned()
}

/// Checks that no text of a peer has made a line of its own, a long one, or many.
fn is_clean(log: &str, calls: usize, what: &str) {
    // The last one is of the mark.
    let lines: Vec<&str> = log.split('\n').collect();
    let shown: String = log.chars().take(2_000).collect();
    assert!(lines.len() <= 1 + calls * LINES, "{what}: {} lines for {calls} calls:\n{shown:?}", lines.len());
    for line in lines {
        assert!(line.len() <= LONGEST, "{what}: a line of {} bytes:\n{shown:?}", line.len());
        assert!(!line.trim_start().starts_with("ERROR forged"), "{what}: a forged line:\n{shown:?}");
        assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{what}: a control character:\n{line:?}");
    }
}

/// Sends a request with each of the texts, and checks the log after each.
async fn leaves_a_clean_log(what: &str, rpc: &str, request: impl Fn(&str) -> DynamicMessage) {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    for text in hostile() {
        let length = app.log().len();
        let request = request(&text);
        timeout(PATIENCE, peer.call(app.request(rpc), &request)).await.expect("a response").expect("a response");
        is_clean(&log_since(&app, length).await, 1, what);
    }
    app.answers_on(&mut peer).await;
}

fn json(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).expect("JSON")
}

fn with(name: &str, fields: &[(&str, &str)]) -> DynamicMessage {
    let fields: Vec<(&str, Value)> = fields.iter().map(|(field, value)| (*field, wire::text(value))).collect();
    wire::message(name, &fields)
}

#[tokio::test]
async fn data_that_fits_no_type_forges_no_lines() {
    leaves_a_clean_log("data", "RPC", |text| peer::rpc("colour", &json(text))).await;
}

#[tokio::test]
async fn a_failure_that_quotes_its_client_forges_no_lines() {
    leaves_a_clean_log("a cause", "RPC", |text| peer::rpc("fail", &json(text))).await;
}

#[tokio::test]
async fn methods_forge_no_lines() {
    leaves_a_clean_log("a method", "RPC", |text| peer::rpc(text, b"")).await;
    leaves_a_clean_log("a method of the bridge", "RPC", |text| peer::rpc(&format!("get:{text}"), b"")).await;
}

#[tokio::test]
async fn users_and_clients_forge_no_lines() {
    let refused = [("method", "colour")];
    for field in ["user", "client", "protocol", "encoding", "transport"] {
        leaves_a_clean_log(field, "RPC", |text| with("RPCRequest", &[&refused[..], &[(field, text)]].concat())).await;
    }
}

/// Channels of a handler's pattern, of no handler's, and of a namespace that isn't configured.
#[tokio::test]
async fn channels_forge_no_lines() {
    for prefix in ["room:", "deaf:", "", "elsewhere:"] {
        let of = |text: &str| with("SubscribeRequest", &[("user", "ann"), ("channel", &format!("{prefix}{text}"))]);
        leaves_a_clean_log("a subscription", "Subscribe", of).await;
        leaves_a_clean_log("a stream", "SubscribeUnidirectional", of).await;
    }
    for rpc in ["Publish", "SubRefresh", "MapPublish", "MapRemove", "SharedPollRefresh", "NotifyCacheEmpty"] {
        let of = |text: &str| with(&format!("{rpc}Request"), &[("channel", &format!("room:{text}"))]);
        leaves_a_clean_log(rpc, rpc, of).await;
    }
}

/// Sends values and paths that no library sends.
async fn send_by_hand(app: &Attacked, headers: &[(&str, &[u8])]) {
    let mut raw = Raw::greeted(app.address(), &[]).await;
    let body = wire::framed(&peer::rpc("colour", b"7").encode_to_vec());
    raw.send(&call(1, &block(headers), &body)).await.expect("the app reads on");
    let answered = async {
        while let Some(frame) = raw.frames.next().await {
            if frame.has(Kind::Headers, END_STREAM) || frame.is(Kind::Reset) || frame.is(Kind::GoAway) {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("the call is answered, or ended");
}

fn without(name: &str, path: &'static [u8]) -> Vec<(&'static str, &'static [u8])> {
    let all: [(&str, &[u8]); 6] = [
        (":method", b"POST"),
        (":scheme", b"http"),
        (":authority", b"app"),
        (":path", path),
        ("content-type", b"application/grpc"),
        ("te", b"trailers"),
    ];
    all.into_iter().filter(|(header, _)| *header != name).collect()
}

#[tokio::test]
async fn headers_and_paths_forge_no_lines() {
    const RPC: &[u8] = b"/centrifugal.centrifugo.proxy.CentrifugoProxy/RPC";
    let app = start(Settings::default()).await;
    let texts = FORGERIES.iter().map(|text| Bytes::from_static(text.as_bytes()));
    let mut texts: Vec<Bytes> = texts.chain([Bytes::from("x".repeat(50_000))]).collect();
    texts.push(Bytes::from("\u{9b}ERROR forged".repeat(3_000)));
    for text in texts {
        for name in
            [":path", ":method", ":authority", ":scheme", "content-type", "te", "grpc-encoding", "grpc-timeout", "x-any"]
        {
            let length = app.log().len();
            let value = if name == ":path" { [b"/", &text[..]].concat() } else { text.to_vec() };
            let mut headers = without(name, RPC);
            let at = if name.starts_with(':') { 0 } else { headers.len() };
            headers.insert(at, (name, &value));
            send_by_hand(&app, &headers).await;
            is_clean(&log_since(&app, length).await, 1, name);
        }
    }
    app.answers().await;
}
