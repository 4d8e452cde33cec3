//! RPCs that are answered by a server which doesn't behave: it is slow, talks on and on, breaks off, or can't be trusted.

use std::sync::Arc;
use std::time::Duration;

use centrifugo::{App, Connected, Http, handlers};
use centrifugo_tests::{Client, Refused, Stage, refused};
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
        stage.logs.line(&["ERROR", "http bridge", &format!("GET /{path}: no answer within 300ms")]).await;
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
        ("get:broken/length", "GET /broken/length: the response broke off"),
        ("get:broken/chunk", "GET /broken/chunk: the response broke off"),
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
