//! The health service, as its real client sees it: in the app's own server, and in a tonic server.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use centrifugo::{App, ProxyService, State, handlers};
use centrifugo_tests::wire::{call, call_raw, call_with, connection, message, text};
use centrifugo_tests::{Logs, PATIENCE};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Status, Streaming};
use tonic_health::ServingStatus as TonicStatus;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::layer::util::Identity;

use super::serving::{Serving, ends};
use crate::shared;

/// The service of Centrifugo's calls.
const PROXY: &str = "centrifugal.centrifugo.proxy.CentrifugoProxy";

/// Notified when the handler has begun, and when it may return.
#[derive(Default)]
struct Held {
    begun: Notify,
    released: Notify,
}

#[centrifugo::rpc("held", collect = false)]
async fn held(State(held): State<Arc<Held>>) {
    held.begun.notify_one();
    held.released.notified().await;
}

async fn client(app: &Serving) -> HealthClient<Channel> {
    HealthClient::new(connection(app.address).await)
}

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

async fn check(client: &mut HealthClient<Channel>, service: &str) -> Result<ServingStatus, Status> {
    client.check(of(service)).await.map(|response| response.into_inner().status())
}

/// The next status of a watch; `None` when it has ended well.
async fn next(watch: &mut Streaming<HealthCheckResponse>) -> Option<ServingStatus> {
    let message = timeout(PATIENCE, watch.message()).await.expect("a message in time");
    message.expect("a good end").map(|response| response.status())
}

/// An app that everybody else needs the secret for.
fn guarded() -> App {
    App::empty().handlers(handlers![shared::ping]).secret("x-secret", "open sesame")
}

#[tokio::test]
async fn an_app_serves_for_probes_without_the_secret() {
    let app = Serving::start(guarded()).await;
    let mut client = client(&app).await;
    for service in ["", PROXY] {
        assert_eq!(check(&mut client, service).await.expect("a status"), ServingStatus::Serving);
    }
    app.stops().await;
}

#[tokio::test]
async fn a_layer_that_refuses_all_calls_refuses_no_probe() {
    let layers = tower::ServiceBuilder::new().map_request(|request: http::Request<tonic::body::Body>| -> http::Request<_> {
        assert!(request.uri().path().is_empty(), "the layer refuses {}", request.uri().path());
        request
    });
    let app = Serving::start(guarded().layer(layers)).await;
    let mut client = client(&app).await;
    assert_eq!(check(&mut client, PROXY).await.expect("a status"), ServingStatus::Serving);
    let mut metadata = MetadataMap::new();
    metadata.insert("x-secret", MetadataValue::from_static("open sesame"));
    let ping = message("RPCRequest", &[("method", text("ping"))]);
    let refused = call_with(app.address, "RPC", metadata, &ping).await.expect_err("a refusal");
    assert_eq!(refused.code(), Code::Internal);
    app.stops().await;
}

#[tokio::test]
async fn an_unknown_service_is_not_found() {
    let app = Serving::start(guarded()).await;
    let mut client = client(&app).await;
    for service in ["Centrifugo", "centrifugal.centrifugo.proxy", "grpc.health.v1.Health", "\u{e9}\n"] {
        assert_eq!(check(&mut client, service).await.expect_err("none").code(), Code::NotFound);
    }
    app.stops().await;
}

#[tokio::test]
async fn without_the_secret_all_other_paths_have_one_status() {
    let app = Serving::start(guarded()).await;
    let methods = ["List", "check", "Check/", "/Check", ""].map(|method| format!("/grpc.health.v1.Health/{method}"));
    let others =
        ["/grpc.health.v1.Health", "/grpc.health.v1.Healthy/Check", "/Check", "/grpc.reflection.v1.ServerReflection/X"];
    for path in methods.iter().map(String::as_str).chain(others) {
        let status = call_raw(app.address, path, MetadataMap::new(), Bytes::new()).await.expect_err("a status");
        assert_eq!(status.code(), Code::Unauthenticated, "{path}");
    }
    app.stops().await;
}

#[tokio::test]
async fn with_the_secret_an_unknown_method_is_unimplemented() {
    let app = Serving::start(guarded()).await;
    let mut metadata = MetadataMap::new();
    metadata.insert("x-secret", MetadataValue::from_static("open sesame"));
    let status = call_raw(app.address, "/grpc.health.v1.Health/List", metadata.clone(), Bytes::new()).await;
    assert_eq!(status.expect_err("none").code(), Code::Unimplemented);
    call_with(app.address, "RPC", metadata, &message("RPCRequest", &[("method", text("ping"))])).await.expect("a reply");
    app.stops().await;
}

#[tokio::test]
async fn a_watch_sees_the_stop_before_the_drain_and_does_not_delay_it() {
    let running = Arc::new(Held::default());
    let app = Serving::start(App::empty().handlers(handlers![held]).state(Arc::clone(&running))).await;
    let (mut client, mut other) = (client(&app).await, client(&app).await);
    let mut watches = Vec::new();
    for service in ["", PROXY] {
        watches.push(client.watch(of(service)).await.expect("a watch").into_inner());
    }
    for watch in &mut watches {
        assert_eq!(next(watch).await, Some(ServingStatus::Serving));
    }
    let mut unknown = other.watch(of("unknown")).await.expect("a watch").into_inner();
    assert_eq!(next(&mut unknown).await, Some(ServingStatus::ServiceUnknown));
    let request = message("RPCRequest", &[("method", text("held"))]);
    let caller = tokio::spawn(async move { call(app.address, "RPC", &request).await });
    let logs = Logs::keep();
    timeout(PATIENCE, running.begun.notified()).await.expect("a call");

    app.stop.send(()).expect("an app");
    for watch in &mut watches {
        assert_eq!((next(watch).await, next(watch).await), (Some(ServingStatus::NotServing), None));
    }
    assert_eq!(next(&mut unknown).await, None);
    assert!(!caller.is_finished() && !app.app.is_finished(), "the drain goes on");
    running.released.notify_one();
    ends(app.app).await;
    caller.await.expect("no panic").expect("a reply");
    assert!(!logs.text().contains("WARN"), "{}", logs.text());
}

#[tokio::test]
async fn an_open_watch_alone_does_not_delay_the_stop() {
    let app = Serving::start(App::empty().handlers(handlers![shared::ping])).await;
    let mut watch = client(&app).await.watch(of("")).await.expect("a watch").into_inner();
    assert_eq!(next(&mut watch).await, Some(ServingStatus::Serving));
    app.stops().await;
    assert_eq!((next(&mut watch).await, next(&mut watch).await), (Some(ServingStatus::NotServing), None));
}

#[tokio::test]
async fn an_app_that_stops_is_not_serving() {
    for app in [guarded(), guarded().layer(Identity::new())] {
        let service = app.into_service().expect("an app");
        let mut client = HealthClient::new(service.clone());
        assert_eq!(client.check(of("")).await.expect("a status").into_inner().status(), ServingStatus::Serving);
        service.end_streams();
        for name in ["", PROXY] {
            let checked = client.check(of(name)).await.expect("a status").into_inner();
            assert_eq!(checked.status(), ServingStatus::NotServing);
            let mut watch = client.watch(of(name)).await.expect("a watch").into_inner();
            assert_eq!((next(&mut watch).await, next(&mut watch).await), (Some(ServingStatus::NotServing), None));
        }
    }
}

/// As the guide shows it.
#[tokio::test]
async fn a_tonic_server_reports_its_health_with_tonic_health() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let proxy = App::empty().handlers(handlers![shared::ping]).into_service().expect("an app");
    let (mut reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<ProxyService>().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (service, released) = (proxy.clone(), Arc::new(Notify::new()));
    let release = Arc::clone(&released);
    let stopping = async move {
        drop(stopped.await);
        for name in ["", PROXY] {
            reporter.set_service_status(name, TonicStatus::NotServing).await;
        }
        service.end_streams();
        release.notified().await;
        for name in ["", PROXY] {
            reporter.clear_service_status(name).await;
        }
    };
    let server = Server::builder().add_service(health).add_service(proxy);
    let served = server.serve_with_incoming_shutdown(TcpIncoming::from(listener), stopping);
    let served = tokio::spawn(async { served.await.expect("a good end") });

    let mut client = HealthClient::new(connection(address).await);
    assert_eq!(check(&mut client, PROXY).await.expect("a status"), ServingStatus::Serving);
    let mut watch = client.watch(of(PROXY)).await.expect("a watch").into_inner();
    assert_eq!(next(&mut watch).await, Some(ServingStatus::Serving));
    stop.send(()).expect("a server");
    assert_eq!(next(&mut watch).await, Some(ServingStatus::NotServing));
    assert_eq!(check(&mut client, "").await.expect("a status"), ServingStatus::NotServing);
    released.notify_one();
    assert_eq!(next(&mut watch).await, None);
    timeout(Duration::from_secs(10), served).await.expect("an end").expect("no panic");
}
