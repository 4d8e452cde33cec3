//! The engine calls the app as Centrifugo does: through layers, interceptors, the error handler, deadlines and metrics.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use centrifugo::{App, Call, ErrorReply, Extension, Next, Reject, Rpc, RpcReply, Tls, handlers, interceptors};
use centrifugo_tests::{Logs, Scrape, eventually};
use serde_json::json;
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::{code, connected, start};
use crate::shared;

/// Puts into the request's extensions.
#[derive(Clone)]
struct FromLayer(&'static str);

#[centrifugo::rpc("layered", collect = false)]
async fn layered(Extension(FromLayer(text)): Extension<FromLayer>) -> &'static str {
    text
}

#[centrifugo::interceptor(rpc, collect = false)]
async fn no_secrets(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    if call.event().method == "secret" { Err(ErrorReply::new(451, "not here").into()) } else { next.run(call).await }
}

#[centrifugo::rpc("failing", collect = false)]
async fn failing() -> Result<(), Reject> {
    Err(Reject::internal("the database is gone"))
}

#[centrifugo::rpc("endless", collect = false)]
async fn endless() {
    std::future::pending().await
}

#[tokio::test]
async fn layers_interceptors_the_secret_and_the_error_handler_work_as_behind_centrifugo() {
    let failures = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&failures);
    let layer = tower::layer::layer_fn(|service: centrifugo::ProxyService| {
        tower::service_fn(move |mut request: http::Request<tonic::body::Body>| {
            request.extensions_mut().insert(FromLayer("from the layer"));
            service.clone().oneshot(request)
        })
    });
    let app = App::empty()
        .handlers(handlers![shared::connect, layered, failing])
        .interceptors(interceptors![no_secrets])
        .secret("x-secret", "open sesame")
        .layer(layer)
        .error_handler(move |failure| {
            kept.lock().expect("a list").push(failure.to_string());
            std::future::ready(())
        });
    let server = start(app).await;
    let client = connected(server.websocket_url()).await;
    assert_eq!(client.rpc("layered", "").await.expect("a reply").data, "\"from the layer\"");
    assert_eq!(code(client.rpc("secret", "").await), 451);
    assert_eq!(code(client.rpc("missing", "").await), 404);
    assert_eq!(code(client.rpc("failing", "").await), 100);
    client.close().await;
    server.stop().await;
    // The stop has waited for the error handler.
    let failures = failures.lock().expect("a list");
    assert!(matches!(&failures[..], [one] if one.contains("the database is gone")), "{failures:?}");
}

#[tokio::test]
async fn a_call_that_misses_the_deadline_is_error_100_which_is_temporary() {
    let logs = Logs::keep();
    let app = App::empty().handlers(handlers![shared::connect, shared::ping, endless]);
    let server = start(app.centrifugo(json!({ "rpc": { "proxy": { "timeout": "100ms" } } }))).await;
    let client = connected(server.websocket_url()).await;
    match client.rpc("endless", "").await {
        Err(centrifuge::Error::Server(error)) => assert!(error.code == 100 && error.temporary, "{error:?}"),
        other => panic!("{other:?}"),
    }
    let late = || logs.text().contains("endless").then_some(());
    eventually(late, || logs.text()).await;
    assert_eq!(client.rpc("ping", "").await.expect("a reply").data, "\"pong\"");
    client.close().await;
    server.stop().await;
}

#[tokio::test]
async fn an_app_that_is_configured_for_tls_does_not_serve_clients_in_plain_text() {
    let app = || App::empty().handlers(handlers![shared::connect]).tls(Tls::from_files("app.pem", "app.key"));
    let error = app().standalone().start().expect_err("a conflict").to_string();
    let expected = "the TLS of `App::tls` can't be used: the app's own engine speaks plain text to clients";
    assert!(error.contains(expected), "{error}");
    // A test is no such client.
    start(app()).await.stop().await;
}

#[centrifugo::rpc("counted_in_process", collect = false)]
async fn counted() {}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a free port").port()
}

#[tokio::test]
async fn metrics_count_the_calls_of_the_engine() {
    let app = App::empty().handlers(handlers![shared::connect, counted]).prometheus("127.0.0.1:0");
    let app = app.centrifugo(json!({ "http_server": { "address": "127.0.0.1", "port": free_port() } }));
    let server = app.standalone().bind().await.expect("an app that can start");
    let (url, metrics) = (server.websocket_url(), server.metrics_addr());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
    let client = connected(url).await;
    client.rpc("counted_in_process", "").await.expect("a reply");
    let scrape = Scrape::of(metrics.expect("an address")).await;
    let calls = scrape.sum("centrifugo_app_call_duration_seconds_count", &[("handler", "counted")]);
    assert!((calls - 1.0).abs() < 0.1, "{}", scrape.text);
    client.close().await;
    drop(stop);
    tokio::time::timeout(Duration::from_secs(10), served).await.expect("an end").expect("a task").expect("a good end");
}
