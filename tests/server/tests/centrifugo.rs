//! Centrifugo as tests use it: at its addresses, twice at once, with a wrong configuration, crashed, stopped.

use std::net::TcpListener;

use centrifugo_server::{Centrifugo, Error, VERSION};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn start(config: Value) -> Centrifugo {
    Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The status and the rest of a response of HTTP.
async fn post(centrifugo: &Centrifugo, path: &str, key: &str) -> String {
    let mut socket = TcpStream::connect(centrifugo.address()).await.expect("a connection");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nX-API-Key: {key}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        centrifugo.address()
    );
    socket.write_all(request.as_bytes()).await.expect("a request");
    let mut response = String::new();
    socket.read_to_string(&mut response).await.expect("a response");
    response
}

#[tokio::test]
async fn a_started_centrifugo_answers_at_its_addresses() {
    let centrifugo = start(json!({ "http_api": { "key": "secret" } })).await;
    let origin = format!("//{}", centrifugo.address());
    assert_eq!(centrifugo.websocket_url(), format!("ws:{origin}/connection/websocket"));
    assert_eq!(centrifugo.api_url(), format!("http:{origin}/api"));

    let info = post(&centrifugo, "/api/info", "secret").await;
    assert!(info.starts_with("HTTP/1.1 200 ") && info.contains(VERSION), "{info}");
    assert!(post(&centrifugo, "/api/info", "wrong").await.starts_with("HTTP/1.1 401 "));
    assert!(post(&centrifugo, "/connection/websocket", "").await.starts_with("HTTP/1.1 400 "), "it is no upgrade");
    centrifugo.stop().await;
}

#[tokio::test]
async fn the_urls_have_the_paths_of_the_configuration() {
    let paths =
        json!({ "websocket": { "handler_prefix": "/live" }, "http_api": { "handler_prefix": "/server", "key": "a" } });
    let centrifugo = start(paths).await;
    let origin = format!("//{}", centrifugo.address());
    assert_eq!(centrifugo.websocket_url(), format!("ws:{origin}/live"));
    assert_eq!(centrifugo.api_url(), format!("http:{origin}/server"));
    assert!(post(&centrifugo, "/server/info", "a").await.starts_with("HTTP/1.1 200 "));
    assert!(post(&centrifugo, "/live", "").await.starts_with("HTTP/1.1 400 "), "it is no upgrade");
    centrifugo.stop().await;
}

#[tokio::test]
async fn several_at_once_have_addresses_of_their_own_whatever_the_configuration_says() {
    let config = || json!({ "http_server": { "port": "1", "address": "192.0.2.1" } });
    let (one, other) = tokio::join!(start(config()), start(config()));
    assert_ne!(one.address(), other.address());
    assert_ne!(one.id(), other.id());
    one.stop().await;
    assert!(post(&other, "/nowhere", "").await.starts_with("HTTP/1.1 404 "), "the other one goes on");
}

#[tokio::test]
async fn a_key_that_centrifugo_does_not_know_is_an_error_that_names_it() {
    let error =
        Centrifugo::start(json!({ "client": { "insecuree": true } })).await.expect_err("a configuration that is refused");
    assert!(matches!(&error, Error::Refused(printed) if printed.contains("client.insecuree")), "{error}");
}

#[tokio::test]
async fn an_end_before_the_first_connection_is_an_error_with_the_log() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let error = Centrifugo::start(json!({ "grpc_api": { "enabled": true, "port": port } })).await;
    let error = error.expect_err("a port of the configuration that is taken");
    assert!(matches!(&error, Error::Start { log, .. } if log.contains("cannot listen")), "{error}");
}

#[tokio::test]
async fn a_crashed_centrifugo_starts_again_at_its_address_with_its_log() {
    let mut centrifugo = start(json!({})).await;
    let (address, id) = (centrifugo.address(), centrifugo.id());
    centrifugo.kill().await.expect("an end");
    TcpStream::connect(address).await.expect_err("nobody listens");

    let centrifugo = centrifugo.restart().await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(centrifugo.address(), address);
    assert_ne!(centrifugo.id(), id);
    assert_eq!(centrifugo.log().matches("starting Centrifugo").count(), 2, "{}", centrifugo.log());
}

#[tokio::test]
async fn nothing_listens_after_a_stop_or_a_drop() {
    let (stopped, dropped) = tokio::join!(start(json!({})), start(json!({})));
    let addresses = [stopped.address(), dropped.address()];
    stopped.stop().await;
    drop(dropped);
    for address in addresses {
        TcpStream::connect(address).await.expect_err("nobody listens");
    }
}
