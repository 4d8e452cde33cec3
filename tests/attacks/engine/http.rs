//! Attacks before there is a WebSocket: requests that don't end, odd headers, and the server API.

use std::time::{Duration, Instant};

use centrifugo_tests::PATIENCE;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Target;
use crate::took;

const HANDSHAKE: &str = "GET /connection/websocket HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Sends bytes and returns the start of what comes back, if anything does.
async fn exchange(target: &Target, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
    // The engine may close before it has read everything.
    let _ = socket.write_all(bytes).await;
    let mut start = vec![0; 256];
    let read = timeout(PATIENCE, socket.read(&mut start)).await.expect("a response in time").unwrap_or_default();
    String::from_utf8_lossy(&start[..read]).into_owned()
}

#[tokio::test]
async fn handshakes_that_never_end_are_closed_in_time() {
    let target = Target::start(json!({"client": {"stale_close_delay": "2s"}})).await;
    let began = Instant::now();
    let mut sockets = Vec::new();
    for at in 0..1_000 {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        let sent = [&b""[..], b"GET", HANDSHAKE.as_bytes()][at % 3];
        socket.write_all(sent).await.expect("the engine reads");
        sockets.push(socket);
    }
    target.serves().await;
    for socket in &mut sockets {
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, socket.read_to_end(&mut rest)).await.expect("an end in time");
    }
    took("1,000 handshakes that never end are closed after", began);
    target.engine.logs("`client.stale_close_delay`").await;
    target.survives().await;
}

#[tokio::test]
async fn a_handshake_of_a_byte_at_a_time_is_closed_in_time() {
    let target = Target::start(json!({"client": {"stale_close_delay": "2s"}})).await;
    let began = Instant::now();
    let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
    for byte in HANDSHAKE.bytes().cycle() {
        if socket.write_all(&[byte]).await.is_err() {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "the engine still reads");
        sleep(Duration::from_millis(20)).await;
    }
    took("a handshake of a byte at a time is closed after", began);
    target.survives().await;
}

#[tokio::test]
async fn odd_upgrade_requests_are_refused_or_served() {
    let target = Target::start(json!({})).await;
    let with = |header: &str| format!("{HANDSHAKE}{header}\r\n\r\n");
    let cases = [
        (with("Origin: https://elsewhere.example"), "403"),
        (with("Origin: \u{1}"), "400"),
        (with("Sec-WebSocket-Extensions: permessage-deflate; x=\"\"\"\""), "101"),
        (with("Sec-WebSocket-Protocol: , ,, centrifuge-json ,"), "101"),
        (with(&format!("X-Long: {}", "x".repeat(60 << 10))), "101"),
        (with(&format!("X-Long: {}", "x".repeat(400 << 10))), "431"),
        (with(&"X: y\r\n".repeat(200)), "431"),
        (with("").replace(": 13", ": 12"), "400"),
        (with("").replace("GET", "POST"), "405"),
        (with("Content-Length: 10"), "101"),
        (with("").replace("/connection/websocket", "/connection/websocket?format=%ff&format&=&&"), "101"),
        (with("").replace("HTTP/1.1", "HTTP/9.9"), "400"),
    ];
    for (request, status) in cases {
        let response = exchange(&target, request.as_bytes()).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{}: {response}", &request[..request.len().min(300)]);
    }
    target.survives().await;
}

#[tokio::test]
async fn headers_that_no_call_has_cost_no_memory() {
    let target = Target::start(json!({})).await;
    let request = format!("{HANDSHAKE}X-Long: {}\r\n\r\n", "x".repeat(50 << 10));
    let mut sockets = Vec::new();
    for _ in 0..1_000 {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        socket.write_all(request.as_bytes()).await.expect("the engine reads");
        let mut start = [0; 12];
        timeout(PATIENCE, socket.read_exact(&mut start)).await.expect("a response in time").expect("a response");
        assert_eq!(&start, b"HTTP/1.1 101");
        sockets.push(socket);
    }
    let growth = target.engine.memory().now.saturating_sub(target.before.now);
    println!("1,000 connections with 50 KiB of headers each: {} KiB", growth >> 10);
    assert!(growth < super::SLACK, "{} KiB", growth >> 10);
    drop(sockets);
    target.survives().await;
}

#[tokio::test]
async fn calls_of_the_server_api_without_the_key_are_refused_before_their_body() {
    let target = Target::start(json!({})).await;
    let head = "POST /api/publish HTTP/1.1\r\nHost: engine\r\nContent-Length: 60000000\r\n\r\n";
    for _ in 0..100 {
        assert!(exchange(&target, head.as_bytes()).await.starts_with("HTTP/1.1 401"));
    }
    target.survives().await;
}

#[tokio::test]
async fn bodies_of_the_server_api_are_limited_and_slow_ones_delay_nobody() {
    let target = Target::start(json!({})).await;
    let key = centrifugo_tests::attacked_engine::API_KEY;
    let head = |length: usize| {
        format!("POST /api/publish HTTP/1.1\r\nHost: engine\r\nX-API-Key: {key}\r\nContent-Length: {length}\r\n\r\n")
    };
    assert!(exchange(&target, head(65 << 20).as_bytes()).await.starts_with("HTTP/1.1 413"));
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        socket.write_all((head(1 << 20) + "{").as_bytes()).await.expect("the engine reads");
        slow.push(socket);
    }
    target.serves().await;
    drop(slow);
    target.survives().await;
}

#[tokio::test]
async fn requests_whose_responses_nobody_reads_are_closed_in_time() {
    let target = Target::start(json!({"client": {"stale_close_delay": "2s"}})).await;
    let requests = "GET /health HTTP/1.1\r\nHost: engine\r\n\r\n".repeat(1_000);
    let floods = (0..8).map(async |_| {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        // Until neither side takes any more.
        while let Ok(sent) = timeout(Duration::from_millis(500), socket.write_all(requests.as_bytes())).await {
            sent.expect("the engine has closed before it had to wait");
        }
        socket
    });
    let mut sockets = futures_util::future::join_all(floods).await;
    target.serves().await;
    let growth = target.engine.memory().now.saturating_sub(target.before.now);
    println!("8 floods of requests take {} KiB", growth >> 10);
    assert!(growth < super::SLACK, "{} KiB", growth >> 10);
    for socket in &mut sockets {
        let ended = async { while socket.write_all(requests.as_bytes()).await.is_ok() {} };
        timeout(PATIENCE, ended).await.expect("an end in time");
    }
    target.engine.logs("nothing of its responses has been read").await;
    drop(sockets);
    target.survives().await;
}

#[tokio::test]
async fn connections_that_rest_after_a_request_are_closed_in_time() {
    let target = Target::start(json!({"client": {"stale_close_delay": "2s"}})).await;
    let mut sockets = Vec::new();
    for _ in 0..500 {
        let mut socket = TcpStream::connect(target.engine.address()).await.expect("a connection");
        socket.write_all(b"GET /health HTTP/1.1\r\nHost: engine\r\n\r\n").await.expect("the engine reads");
        sockets.push(socket);
    }
    let began = Instant::now();
    for socket in &mut sockets {
        let mut rest = Vec::new();
        // They may rest for half a minute.
        let _ = timeout(PATIENCE * 2, socket.read_to_end(&mut rest)).await.expect("an end in time");
        assert!(rest.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&rest));
    }
    took("500 connections that rest are closed after", began);
    target.survives().await;
}

#[tokio::test]
async fn what_is_no_http_1_is_refused() {
    let target = Target::start(json!({"client": {"stale_close_delay": "2s"}})).await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for bytes in [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], hello, b"\0\0\0\0", b"GET http://a b/ HTTP/1.1\r\n\r\n"] {
        for _ in 0..50 {
            let response = exchange(&target, bytes).await;
            assert!(response.is_empty() || response.starts_with("HTTP/1.1 4"), "{bytes:?}: {response}");
        }
    }
    // Both lengths at once, as for smuggling past a proxy.
    let both =
        "POST /api/info HTTP/1.1\r\nHost: engine\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x";
    let response = exchange(&target, both.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 4"), "{response}");
    target.survives().await;
}

/// Posts a body to the server API, and returns the start of the response.
async fn post(target: &Target, path: &str, body: &str) -> String {
    let key = centrifugo_tests::attacked_engine::API_KEY;
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: engine\r\nX-API-Key: {key}\r\nContent-Length: {length}\r\n\r\n");
    exchange(target, &[head.as_bytes(), body.as_bytes()].concat()).await
}

#[tokio::test]
async fn malformed_calls_of_the_server_api_fill_no_log() {
    let target = Target::start(json!({})).await;
    for _ in 0..100 {
        for (path, body) in [("/api/publish", "hello"), ("/api", "{\"method\":"), ("/api/batch", "[]")] {
            let response = post(&target, path, body).await;
            assert!(response.starts_with("HTTP/1.1 400"), "{path}: {response}");
        }
    }
    let lines = target.engine.log().matches("a request to the server API is malformed").count();
    assert!((1..100).contains(&lines), "{lines}");
    target.survives().await;
}

#[tokio::test]
async fn deep_bodies_of_the_server_api_are_refused_without_a_stack_of_their_depth() {
    let target = Target::start(json!({})).await;
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(200_000);
        for (path, prefix) in [
            ("/api/publish", r#"{"channel":"a","data":"#),
            ("/api/publish", r#"{"channel":"a","tags":"#),
            ("/api/batch", r#"{"commands":[{"publish":"#),
            ("/api", r#"{"method":"publish","params":"#),
            ("/api/info", ""),
        ] {
            let response = post(&target, path, &format!("{prefix}{deep}")).await;
            assert!(response.starts_with("HTTP/1.1 400"), "{path} {prefix}: {response}");
        }
    }
    target.survives().await;
}

#[tokio::test]
async fn a_batch_of_very_many_commands_delays_no_client() {
    let target = Target::start(json!({})).await;
    const COMMANDS: usize = 50_000;
    let commands = vec![r#"{"publish":{"channel":"a","data":{}}}"#; COMMANDS].join(",");
    for parallel in [false, true] {
        let body = format!(r#"{{"commands":[{commands}],"parallel":{parallel}}}"#);
        let others = async {
            let mut longest = Duration::ZERO;
            for _ in 0..20 {
                let began = Instant::now();
                target.serves().await;
                longest = longest.max(began.elapsed());
                sleep(Duration::from_millis(50)).await;
            }
            longest
        };
        let began = Instant::now();
        let batches = async {
            let batches = [post(&target, "/api/batch", &body), post(&target, "/api/batch", &body)];
            let responses = futures_util::future::join_all(batches).await;
            took("two batches", began);
            responses
        };
        let (responses, longest) = tokio::join!(batches, others);
        assert!(responses.iter().all(|response| response.starts_with("HTTP/1.1 200")), "{responses:?}");
        println!("the longest time of a normal client: {longest:?}");
        assert!(longest < Duration::from_secs(5), "{longest:?}");
    }
    let peak = target.engine.memory().peak.saturating_sub(target.before.now);
    println!("two batches of {COMMANDS} commands: {} KiB at their peak", peak >> 10);
    assert!(peak < 150 << 20, "{} KiB", peak >> 10);
    target.engine.has(super::NOTHING).await;
}
