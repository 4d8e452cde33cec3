//! RPCs that are answered by a server which doesn't behave: it is slow, talks on and on, breaks off, or can't be trusted.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use centrifugo::testing::TestApp;
use centrifugo::{App, Connected, Http, handlers};
use centrifugo_tests::{Client, Refused, Stage, refused};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{Error, ServerConfig};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7")
}

/// What the server says to whoever asks for this path. Nothing more comes; whether the connection stays open.
fn said(path: &str) -> (String, bool) {
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

async fn talk(mut stream: TcpStream) -> std::io::Result<()> {
    let (mut head, mut buffer) = (String::new(), [0; 1024]);
    while !head.ends_with("\r\n\r\n") {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        head += &String::from_utf8_lossy(&buffer[..read]);
    }
    let (text, stays) = said(head.split(' ').nth(1).unwrap_or_default());
    stream.write_all(text.as_bytes()).await?;
    if stays {
        // Until the app is fed up with it.
        stream.read_to_end(&mut Vec::new()).await?;
    }
    Ok(())
}

/// The server, which ends with the test. Gives its base URL.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream));
        }
    });
    url
}

async fn start(http: Http) -> (Stage, Client) {
    // Long enough for a busy machine: what is to be seen are the app's own limits.
    let patient = json!({ "rpc": { "proxy": { "timeout": "30s" } } });
    let stage = Stage::start(App::empty().http(http).handlers(handlers![connect]).centrifugo(patient)).await;
    let client = stage.connected(Value::Null).await;
    (stage, client)
}

fn internal<T>() -> Result<T, Refused> {
    refused(100, "internal server error")
}

#[tokio::test]
async fn a_server_has_so_much_time_and_no_more() {
    let (stage, mut client) = start(Http::upstream(serve().await).timeout(Duration::from_millis(300))).await;
    for path in ["silent", "slow/body"] {
        assert_eq!(client.rpc(&format!("get:{path}"), Value::Null).await, internal(), "{path}");
        stage.logs.line(&["ERROR", "http bridge", &format!("GET /{path}: no response within 300ms")]).await;
    }
    stage.stop().await;
}

// Whether it announces its length or not.
#[tokio::test]
async fn a_server_may_say_so_much_and_no_more() {
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
async fn a_response_that_breaks_off_is_no_response() {
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

/// A server with a certificate that nobody has signed. Gives its base URL, and how each handshake ends.
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
    let (told, handshakes) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(told.send(acceptor.accept(stream).await.map(drop)));
        }
    });
    (url, handshakes)
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_has_signed_is_not_asked() {
    let (url, mut handshakes) = serve_tls().await;
    let (stage, mut client) = start(Http::upstream(url)).await;
    assert_eq!(client.rpc("post:whole", json!({ "password": "swordfish" })).await, internal());
    let line = stage.logs.line(&["ERROR", "http bridge", "POST /whole: the service failed", "certificate"]).await;
    assert!(!line.contains("swordfish"), "{line}");
    // The app has left before it said anything.
    let handshake = handshakes.recv().await.expect("a handshake").expect_err("an app that trusts nobody");
    let reason = handshake.get_ref().and_then(|reason| reason.downcast_ref::<Error>());
    assert!(matches!(reason, Some(Error::AlertReceived(_))), "{handshake:?}");
    stage.stop().await;
}

/// Whether the peer still has its end open. Answers `GET /whole`, and nothing else.
fn attend(stream: &mut std::net::TcpStream) -> bool {
    let mut head = [0; 4096];
    loop {
        match stream.read(&mut head) {
            Ok(0) => return false,
            Ok(read) if head[..read].starts_with(b"GET /whole ") => {
                stream.write_all(said("/whole").0.as_bytes()).expect("a peer that waits");
            }
            // The end may be behind the request.
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

/// A server that never answers, but for `/whole`. Gives its base URL, and the most connections that were open at a time: a
/// connection that the app has closed before it opens another one is not counted with that one.
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
async fn a_silent_server_takes_so_many_connections_and_no_more() {
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
        // What the silent calls had is free again.
        let told: Value = app.rpc("get:whole").await.data();
        assert_eq!(told, json!({ "code": 200 }));
        assert_eq!(most.load(Ordering::Relaxed), connections);
    }
}

// hyper opens a connection for each call that finds none idle, and goes on with it when another one becomes free first.
#[tokio::test]
async fn calls_share_the_connections_that_there_may_be() {
    let (url, most) = serve_silence();
    let app = TestApp::new(App::empty().http(Http::upstream(url).max_connections(2))).expect("an app");
    let calls = join_all((0..50).map(|_| app.rpc("get:whole").header("grpc-timeout", "30S").into_future())).await;
    assert!(calls.iter().all(|call| call.data::<Value>() == json!({ "code": 200 })));
    assert_eq!(most.load(Ordering::Relaxed), 2);
}
