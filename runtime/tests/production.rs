//! The test kit sends an app what Centrifugo sends with the generated configuration, and no more.
#![forbid(unsafe_code)]

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use centrifugo::testing::TestApp;
use centrifugo::{
    App, Call, Connected, Event, Extract, HasUser, Header, Meta, Metadata, Needs, Next, Reject, Rpc, RpcReply, handlers,
    interceptors,
};
use futures_util::FutureExt;
use headers::{Authorization, authorization::Bearer};
use serde_json::json;

/// Reads the meta, and declares nothing.
struct Forgetful(String);

impl<'c, E: HasUser> Extract<'c, E> for Forgetful {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Meta::extract(call).await.map(|Meta(name)| Self(name))
    }
}

struct Declared(String);

impl<'c, E: HasUser> Extract<'c, E> for Declared {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        Meta::extract(call).await.map(|Meta(name)| Self(name))
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.meta();
    }
}

/// Reads a header from the metadata, without a declaration.
struct Tenant(String);

impl<'c, E: Event> Extract<'c, E> for Tenant {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let tenant = call.metadata().get("x-tenant").and_then(|tenant| tenant.to_str().ok());
        tenant.map(|tenant| Self(tenant.to_owned())).ok_or_else(|| Reject::internal("no tenant"))
    }
}

#[centrifugo::rpc("forgetful", collect = false)]
async fn forgetful(Forgetful(name): Forgetful) -> String {
    name
}

#[centrifugo::rpc("declared", collect = false)]
async fn declared(Declared(name): Declared) -> String {
    name
}

#[centrifugo::rpc("tenant", collect = false)]
async fn tenant(Tenant(tenant): Tenant) -> String {
    tenant
}

#[centrifugo::rpc("token", collect = false)]
async fn token(token: Option<Header<Authorization<Bearer>>>, all: Metadata<'_>) -> (bool, usize) {
    (token.is_some(), all.len())
}

#[centrifugo::rpc("<area>:<method>", collect = false)]
async fn any_area(area: String, method: String) -> String {
    area + &method
}

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann").subscribe("news").subscribe("room:1")
}

#[centrifugo::topic("<place>:<id>", collect = false)]
async fn anywhere(place: String, id: u64) -> bool {
    place.len() as u64 >= id
}

#[centrifugo::rpc("wait/<millis>", collect = false)]
async fn wait(millis: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    "done"
}

#[centrifugo::interceptor(rpc, collect = false)]
async fn with_session(meta: Option<Meta<String>>, mut call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    call.extensions_mut().insert(meta.map(|Meta(session)| session));
    next.run(call).await
}

fn kit(app: App) -> TestApp {
    TestApp::new(app).expect("an app that can start")
}

/// The message with which a test panics.
async fn panic_of<T>(call: impl AsyncFnOnce() -> T) -> String {
    match AssertUnwindSafe(call()).catch_unwind().await {
        Ok(_) => panic!("nothing is wrong with the call"),
        Err(panic) => panic.downcast_ref::<String>().expect("a message").clone(),
    }
}

#[tokio::test]
async fn meta_that_no_extractor_declares_is_not_sent() {
    let app = kit(App::empty().handlers(handlers![forgetful]));
    let panic = panic_of(async || app.rpc("forgetful").user("ann").meta("ann").await).await;
    assert!(panic.contains("needs.meta()"), "{panic}");
    let failure = app.rpc("forgetful").user("ann").await.failure();
    assert!(failure.contains("needs.meta()"), "{failure}");
}

#[tokio::test]
async fn meta_that_a_handler_an_interceptor_or_the_settings_declare_is_sent() {
    let by_settings = json!({ "rpc": { "proxy": { "include_connection_meta": true } } });
    for app in [
        App::empty().handlers(handlers![forgetful, declared]),
        App::empty().handlers(handlers![forgetful]).interceptors(interceptors![with_session]),
        App::empty().handlers(handlers![forgetful]).centrifugo(by_settings),
    ] {
        assert_eq!(kit(app).rpc("forgetful").meta("ann").await.data::<String>(), "ann");
    }
}

#[tokio::test]
async fn a_header_that_nobody_declares_is_not_sent() {
    let app = kit(App::empty().handlers(handlers![tenant]));
    let panic = panic_of(async || app.rpc("tenant").header("X-Tenant", "a").await).await;
    assert!(panic.contains("`x-tenant`") && panic.contains("App::http_headers"), "{panic}");
}

#[tokio::test]
async fn a_header_that_the_configuration_has_is_sent() {
    let fixed = json!({ "rpc": { "proxy": { "grpc": { "static_metadata": { "x-tenant": "a" } } } } });
    for app in [
        App::empty().handlers(handlers![tenant]).http_headers(["X-Tenant"]),
        App::empty().handlers(handlers![tenant]).emulated_headers(["x-tenant"]),
        App::empty().handlers(handlers![tenant]).centrifugo(fixed),
    ] {
        assert_eq!(kit(app).rpc("tenant").header("x-tenant", "a").await.data::<String>(), "a");
    }
    let app = kit(App::empty().handlers(handlers![token]));
    let reply = app.rpc("token").header("authorization", "Bearer x").await.data::<(bool, usize)>();
    assert_eq!(reply, (true, 2), "the header, and the deadline");
}

#[tokio::test]
async fn a_connect_that_grants_an_unknown_namespace_fails_and_names_the_method() {
    let failure = kit(App::empty().handlers(handlers![connect])).connect().await.failure();
    assert!(failure.contains(r#"App::namespace("room")"#), "{failure}");
    assert!(kit(App::empty().handlers(handlers![connect]).namespace("room")).connect().await.is_reply());
}

#[tokio::test]
async fn a_handler_is_not_called_for_a_namespace_that_nobody_names() {
    let app = kit(App::empty().handlers(handlers![anywhere, any_area]));
    let panic = panic_of(async || app.subscribe("room:1").await).await;
    assert!(panic.contains("App::namespace") && panic.contains("anywhere"), "{panic}");
    let panic = panic_of(async || app.rpc("admin:kick").await).await;
    assert!(panic.contains("\"rpc\"") && panic.contains("any_area"), "{panic}");
    assert!(!app.subscribe("room:99x").await.is_reply(), "no handler is found, so none is called");

    let app = App::empty().handlers(handlers![anywhere, any_area]).namespace("room");
    let app = kit(app.centrifugo(json!({ "rpc": { "namespaces": [{ "name": "admin", "proxy_enabled": true }] } })));
    assert!(app.subscribe("room:1").await.is_reply());
    assert_eq!(app.rpc("admin:kick").await.data::<String>(), "adminkick");
}

#[tokio::test]
async fn an_event_that_the_settings_switch_off_is_not_sent() {
    let off = json!({ "channel": { "namespaces": [{ "name": "room", "subscribe_proxy_enabled": false }] } });
    let app = kit(App::empty().handlers(handlers![anywhere]).centrifugo(off));
    let panic = panic_of(async || app.subscribe("room:1").await).await;
    assert!(panic.contains("subscribe"), "{panic}");
}

#[tokio::test]
async fn a_call_has_the_deadline_of_its_proxy() {
    let app = kit(App::empty().handlers(handlers![wait]));
    assert_eq!(app.rpc("wait/1").await.data::<String>(), "done");
    let failure = app.rpc("wait/60000").await.failure();
    assert!(failure.contains("Centrifugo waits 1s"), "{failure}");
    let failure = app.rpc("wait/60000").header("grpc-timeout", "5m").await.failure();
    assert!(failure.contains("Centrifugo waits 5ms"), "{failure}");
    let quick = json!({ "rpc": { "proxy": { "timeout": "20ms" } } });
    let failure = kit(App::empty().handlers(handlers![wait]).centrifugo(quick)).rpc("wait/60000").await.failure();
    assert!(failure.contains("Centrifugo waits 20ms"), "{failure}");
}
