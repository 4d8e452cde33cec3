//! RPCs that go to a faulty server: it is slow, sends too much, closes the connection early, or isn't trusted.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use centrifugo::testing::TestApp;
use centrifugo::{App, Http, handlers};
use centrifugo_tests::{Client, Refused, Stage, refused};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{Error, ServerConfig};

use crate::shared;

/// The bytes that the server sends for a path, and whether the connection stays open after them.
fn response_to(path: &str) -> (String, bool) {
    let with_length = |length, body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
    let chunked = |chunks: &str| format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
    match path {
        "/whole" => (with_length(2, "{}"), true),
        "/slow/body" => (with_length(20, "{\"id\":"), true),
        "/long" => (with_length(2000, "{"), true),
        "/long/chunks" => (chunked(&format!("3e8\r\n{}\r\n", " ".repeat(1000)).repeat(2)), true),
        "/broken/length" => (with_length(20, "{\"id\":"), false),
        "/broken/chunk" => (chunked("6\r\n{\"id\":\r\n"), false),
        "/broken/head" => ("HTTP/1.1 200 OK\r\ncontent-le".to_owned(), false),
        _ => (String::new(), true),
    }
}

async fn respond(mut stream: TcpStream) -> std::io::Result<()> {
    let (mut head, mut buffer) = (String::new(), [0; 1024]);
    while !head.ends_with("\r\n\r\n") {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        head += &String::from_utf8_lossy(&buffer[..read]);
    }
    let (text, stays) = response_to(head.split(' ').nth(1).unwrap_or_default());
    stream.write_all(text.as_bytes()).await?;
    if stays {
        // Until the app closes the connection.
        stream.read_to_end(&mut Vec::new()).await?;
    }
    Ok(())
}

/// Starts the server, which ends with the test. Returns its base URL.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(respond(stream));
        }
    });
    url
}

async fn start(http: Http) -> (Stage, Client) {
    // Centrifugo waits long enough for the app's own limits to be reached.
    let patient = json!({ "rpc": { "proxy": { "timeout": "30s" } } });
    let stage = Stage::start(App::empty().http(http).handlers(handlers![shared::connect]).centrifugo(patient)).await;
    let client = stage.connected(Value::Null).await;
    (stage, client)
}

fn internal<T>() -> Result<T, Refused> {
    refused(100, "internal server error")
}

#[tokio::test]
async fn a_server_must_respond_within_the_timeout() {
    let (stage, mut client) = start(Http::upstream(serve().await).timeout(Duration::from_millis(300))).await;
    for path in ["silent", "slow/body"] {
        assert_eq!(client.rpc(&format!("get:{path}"), Value::Null).await, internal(), "{path}");
        stage.logs.line(&["ERROR", "http bridge", &format!("GET /{path}: no response within 300ms")]).await;
    }
    stage.stop().await;
}

// Whether it announces its length or not.
#[tokio::test]
async fn a_response_over_the_limit_is_a_failure() {
    let (stage, mut client) = start(Http::upstream(serve().await).max_response(1 << 10)).await;
    for path in ["long", "long/chunks"] {
        assert_eq!(client.rpc(&format!("get:{path}"), Value::Null).await, internal(), "{path}");
        let cause = format!("GET /{path}: the response is longer than 1024 bytes");
        stage.logs.line(&["ERROR", "http bridge", &cause]).await;
    }
    assert_eq!(client.rpc("get:whole", Value::Null).await, Ok(json!({ "code": 200 })));
    stage.stop().await;
}

#[tokio::test]
async fn an_incomplete_response_is_a_failure() {
    let (stage, mut client) = start(Http::upstream(serve().await)).await;
    for (method, cause) in [
        ("get:broken/length", "GET /broken/length: the response is incomplete"),
        ("get:broken/chunk", "GET /broken/chunk: the response is incomplete"),
        ("get:broken/head", "GET /broken/head: the service failed"),
    ] {
        assert_eq!(client.rpc(method, Value::Null).await, internal(), "{method}");
        stage.logs.line(&["ERROR", "http bridge", cause]).await;
    }
    assert_eq!(client.rpc("get:whole", Value::Null).await, Ok(json!({ "code": 200 })));
    stage.stop().await;
}

/// Starts a server with a self-signed certificate. Returns its base URL, and the result of each handshake.
async fn serve_tls() -> (String, tokio::sync::mpsc::UnboundedReceiver<std::io::Result<()>>) {
    let signed =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![signed.cert.der().clone()], key))
        .expect("a certificate that can be served");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    let (sender, handshakes) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(sender.send(acceptor.accept(stream).await.map(drop)));
        }
    });
    (url, handshakes)
}

#[tokio::test]
async fn a_server_with_a_self_signed_certificate_receives_no_request() {
    let (url, mut handshakes) = serve_tls().await;
    let (stage, mut client) = start(Http::upstream(url)).await;
    assert_eq!(client.rpc("post:whole", json!({ "password": "swordfish" })).await, internal());
    let line = stage.logs.line(&["ERROR", "http bridge", "POST /whole: the service failed", "certificate"]).await;
    assert!(!line.contains("swordfish"), "{line}");
    // The app has closed the connection before it sent a request.
    let handshake = handshakes.recv().await.expect("a handshake").expect_err("an app that trusts nobody");
    let reason = handshake.get_ref().and_then(|reason| reason.downcast_ref::<Error>());
    assert!(matches!(reason, Some(Error::AlertReceived(_))), "{handshake:?}");
    stage.stop().await;
}

/// Responds to `GET /whole` only. Returns whether the peer still has its end open.
fn attend(stream: &mut std::net::TcpStream) -> bool {
    let mut head = [0; 4096];
    loop {
        match stream.read(&mut head) {
            Ok(0) => return false,
            Ok(read) if head[..read].starts_with(b"GET /whole ") => {
                stream.write_all(response_to("/whole").0.as_bytes()).expect("a peer that waits");
            }
            // The end may be behind the request.
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

/// Starts a server that responds to `/whole` only. Returns its base URL, and the most connections that were open at a
/// time; a connection that the app has closed before it opens another one isn't counted with that one.
fn serve_silence() -> (String, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    listener.set_nonblocking(true).expect("a socket");
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, mut open) = (most.clone(), Vec::new());
    std::thread::spawn(move || {
        while Arc::strong_count(&counted) > 1 {
            while let Ok((stream, _)) = listener.accept() {
                stream.set_nonblocking(true).expect("a socket");
                open.push(stream);
            }
            open.retain_mut(attend);
            counted.fetch_max(open.len(), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    (url, most)
}

#[tokio::test]
async fn a_silent_server_occupies_a_limited_number_of_connections() {
    for (set, connections) in [(None, 100), (Some(7), 7), (Some(0), 1)] {
        let (url, most) = serve_silence();
        let http = Http::upstream(url).timeout(Duration::from_secs(2));
        let http = set.into_iter().fold(http, Http::max_connections);
        let app = TestApp::new(App::empty().http(http)).expect("an app");
        let calls = join_all((0..600).map(|_| app.rpc("get:silent").into_future())).await;
        let failures: Vec<_> = calls.iter().map(|call| call.failure()).collect();
        assert_eq!(most.load(Ordering::Relaxed), connections);
        let crowded = format!("all {connections} connections that `Http::max_connections` allows were in use");
        let waited = failures.iter().filter(|failure| failure.contains(&crowded)).count();
        assert!((1..=600 - connections).contains(&waited), "{waited}: {}", failures[0]);
        // The connections of the silent calls are free again. How soon a busy machine connects anew is not the subject.
        let reply: Value = app.rpc("get:whole").header("grpc-timeout", "30S").await.data();
        assert_eq!(reply, json!({ "code": 200 }));
        assert_eq!(most.load(Ordering::Relaxed), connections);
    }
}

// hyper opens a connection for each call that finds none idle, and finishes it also when another one becomes idle first.
#[tokio::test]
async fn calls_share_the_limited_connections() {
    let (url, most) = serve_silence();
    let app = TestApp::new(App::empty().http(Http::upstream(url).max_connections(2))).expect("an app");
    let calls = join_all((0..50).map(|_| app.rpc("get:whole").header("grpc-timeout", "30S").into_future())).await;
    assert!(calls.iter().all(|call| call.data::<Value>() == json!({ "code": 200 })));
    assert_eq!(most.load(Ordering::Relaxed), 2);
}
