//! RPCs that go to a router of the app, or to a remote server, seen from a client.

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::extract::Query;
use axum::routing::get;
use axum::{Extension, Json, Router};
use bytes::Bytes;
use centrifugo::testing::TestApp;
use centrifugo::{
    App, Call, Conflict, Connected, Data, Http, Meta, Next, Reject, Rpc, RpcReply, StartError, UserId, handlers,
    interceptors,
};
use centrifugo_tests::{Client, LiveCount, Refused, Stage, refused};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::routes::router;

use crate::shared;

#[centrifugo::connect(collect = false)]
async fn connect(Data(user): Data<Option<String>>) -> Connected {
    user.map_or_else(Connected::anonymous, Connected::user)
}

#[centrifugo::rpc("get:users/me", collect = false)]
async fn me(user: UserId) -> Value {
    json!({ "me": user.as_str() })
}

#[centrifugo::rpc("admin:kick", collect = false)]
async fn kick() {}

#[derive(Clone)]
struct Account(String);

/// Adds the caller's account to the call, for handlers and the router.
#[centrifugo::interceptor(rpc, collect = false)]
async fn with_account(Meta(name): Meta<String>, mut call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    call.extensions_mut().insert(Account(name));
    call.extensions_mut().insert(UserId::new("somebody else"));
    next.run(call).await
}

#[tokio::test]
async fn a_router_receives_the_call_s_extensions_and_meta() {
    type Found = (Extension<Account>, Extension<Meta<Bytes>>, Extension<UserId>);
    let account = async |(Extension(account), Extension(Meta(meta)), Extension(user)): Found| {
        Json(json!([account.0, String::from_utf8_lossy(&meta), user.as_str()]))
    };
    let router = Router::new().route("/account", get(account));
    let app = App::empty().http(router).interceptors(interceptors![with_account]);
    let app = TestApp::new(app).expect("an app");
    let reply: Value = app.rpc("get:account").user("7").meta("ann").await.data();
    assert_eq!(reply["data"], json!(["ann", "\"ann\"", "7"]));
}

async fn start(app: App) -> (Stage, Client) {
    let stage = Stage::start(app.handlers(handlers![connect])).await;
    let client = stage.connected(json!("7")).await;
    (stage, client)
}

/// Settings of a Centrifugo that waits longer for an RPC than any limit of the app.
fn patient() -> Value {
    json!({ "rpc": { "proxy": { "timeout": "30s" } } })
}

fn internal<T>() -> Result<T, Refused> {
    refused(100, "internal server error")
}

#[tokio::test]
async fn an_app_with_nothing_but_a_router_answers() {
    let stage = Stage::start(App::empty().http(router()).handlers(handlers![connect])).await;
    let mut client = stage.connected(Value::Null).await;
    let one = Ok(json!({ "code": 200, "id": 1 }));
    for method in ["get:users/1", "get:/users/1"] {
        assert_eq!(client.rpc(method, Value::Null).await, one, "{method}");
    }
    assert_eq!(client.rpc("get:list", Value::Null).await, Ok(json!({ "code": 200, "data": [1, 2] })));
    assert_eq!(client.rpc("get:names/Анна С", Value::Null).await, Ok(json!({ "code": 200, "data": "Анна С" })));
    assert_eq!(client.rpc("head:list", Value::Null).await, Ok(json!({ "code": 200 })));
    assert_eq!(client.rpc("delete:gone", Value::Null).await, Ok(json!({ "code": 204 })));
    stage.stop().await;
}

#[tokio::test]
async fn the_data_of_get_is_the_query() {
    let (stage, mut client) = start(App::empty().http(router())).await;
    for (method, data, query) in [
        ("get:query", json!({ "filter": { "city": "Oslo", "open": true } }), "filter[city]=Oslo&filter[open]=true"),
        ("get:query", json!({ "tags": ["x", "y"], "none": null }), "tags=x&tags=y"),
        ("get:query?page=2", json!({ "q": "a b&c" }), "page=2&q=a%20b%26c"),
        ("get:query?page=2", Value::Null, "page=2"),
    ] {
        assert_eq!(client.rpc(method, data).await, Ok(json!({ "code": 200, "query": query })));
    }
    let message = "the data of get and head must be an object, which becomes the query";
    assert_eq!(client.rpc("get:query", json!([1])).await, refused(400, message));
    assert_eq!(client.rpc("head:query", json!("a=b")).await, refused(400, message));
    stage.stop().await;
}

#[tokio::test]
async fn lists_are_what_the_router_s_extractors_read() {
    async fn pairs(Query(pairs): Query<Vec<(String, String)>>) -> Json<Value> {
        Json(json!(pairs))
    }
    let router = Router::new().route("/pairs", get(pairs));
    let data = json!({ "tags": ["x", "y"], "in": { "city": "Oslo" } });
    let app = TestApp::new(App::empty().http(router.clone())).expect("an app");
    let reply: Value = app.rpc("get:pairs").data(&data).await.data();
    assert_eq!(reply["data"], json!([["in[city]", "Oslo"], ["tags", "x"], ["tags", "y"]]));

    let app = TestApp::new(App::empty().http(Http::new(router).list_brackets(true))).expect("an app");
    let reply: Value = app.rpc("get:pairs").data(&data).await.data();
    assert_eq!(reply["data"], json!([["in[city]", "Oslo"], ["tags[]", "x"], ["tags[]", "y"]]));
}

// Without a limit of the query's length, these 64 KiB of a client become 1.4 GB.
#[tokio::test]
async fn data_that_repeats_a_long_key_is_refused() {
    let app = TestApp::new(App::empty().http(router())).expect("an app");
    let data = format!("{{\"{}\":[{}[1]]}}", "!".repeat(32_000), "[1],".repeat(7999));
    let refusal = app.rpc("get:query").raw_data(data).await.error().clone();
    assert_eq!((refusal.code(), refusal.message()), (400, "the path and the query are too long together"));
}

#[tokio::test]
async fn data_that_is_nested_too_deeply_is_refused() {
    let app = TestApp::new(App::empty().http(router())).expect("an app");
    for method in ["get:query", "post:echo"] {
        let data = format!("{{\"a\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(app.rpc(method).raw_data(data).await.error().code(), 400, "{method}");
    }
}

#[tokio::test]
async fn numbers_arrive_as_the_client_wrote_them() {
    let app = TestApp::new(App::empty().http(router())).expect("an app");
    for number in ["12345678901234567890123", "-0", "1.10", "1E300", "0.10000000000000000000001"] {
        let reply: Value = app.rpc("get:query").raw_data(format!("{{\"n\": {number} }}")).await.data();
        assert_eq!(reply["query"], format!("n={number}"));
    }
}

#[tokio::test]
async fn the_data_of_the_others_is_the_body() {
    let (stage, mut client) = start(App::empty().http(router())).await;
    assert_eq!(client.rpc("post:news/store", json!({ "title": "hi" })).await, Ok(json!({ "code": 201, "title": "hi" })));
    assert_eq!(
        client.rpc("post:news/store", json!({ "title": "" })).await,
        Ok(json!({ "code": 422, "errors": { "title": ["say something"] } }))
    );
    for verb in ["post", "put", "patch", "delete"] {
        let reply = client.rpc(&format!("{verb}:echo"), json!({ "a": [1] })).await;
        let json = "application/json";
        let echo =
            json!({ "code": 200, "method": verb.to_uppercase(), "path": "/echo", "type": json, "body": "{\"a\":[1]}" });
        assert_eq!(reply, Ok(echo));
    }
    let empty = json!({ "code": 200, "method": "PUT", "path": "/echo", "type": null, "body": "" });
    assert_eq!(client.rpc("put:echo", Value::Null).await, Ok(empty));
    stage.stop().await;
}

#[tokio::test]
async fn a_status_without_json_is_the_reply() {
    let (stage, mut client) = start(App::empty().http(router())).await;
    for (method, code, message) in [
        ("get:nowhere", 404, "Not Found"),
        ("post:users/1", 405, "Method Not Allowed"),
        ("post:news/store", 415, "Unsupported Media Type"),
        ("get:users/x", 400, "Bad Request"),
        ("get:old", 303, "See Other"),
        ("get:broken", 500, "Internal Server Error"),
    ] {
        assert_eq!(client.rpc(method, Value::Null).await, Ok(json!({ "code": code, "message": message })), "{method}");
    }
    stage.logs.line(&["WARN", "http bridge: GET /broken failed with 500"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_misspelt_method_is_not_found_and_only_the_log_has_the_right_form() {
    let (stage, mut client) = start(App::empty().http(router()).handlers(handlers![shared::ping, kick])).await;
    for method in ["users", "", "get", "pimg", "admin:kik"] {
        assert_eq!(client.rpc(method, Value::Null).await, refused(404, "method not found"), "{method}");
    }
    stage.logs.line(&["WARN", "\"pimg\"", "get:users/1"]).await;
    let reply = client.rpc(":users", Value::Null).await;
    assert_eq!(reply, refused(400, "the method must begin with get, head, post, put, patch or delete before the `:`"));
    // Centrifugo's own error: the generated configuration doesn't list this verb.
    assert_eq!(client.rpc("fetch:users", Value::Null).await, refused(104, "method not found"));
    stage.stop().await;
}

#[tokio::test]
async fn a_verb_that_the_configuration_adds_is_refused_with_the_verbs_and_capitals_work() {
    let listed = json!([{ "name": "GET", "proxy_enabled": true }, { "name": "options", "proxy_enabled": true }]);
    let app = App::empty().http(router()).centrifugo(json!({ "rpc": { "namespaces": listed } }));
    let (stage, mut client) = start(app).await;
    assert_eq!(client.rpc("GET:users/1", Value::Null).await, Ok(json!({ "code": 200, "id": 1 })));
    let reply = client.rpc("options:users", Value::Null).await;
    assert_eq!(reply, refused(400, "the method must begin with get, head, post, put, patch or delete before the `:`"));
    stage.stop().await;
}

#[tokio::test]
async fn hostile_paths_are_refused_and_logged() {
    let (stage, mut client) = start(App::empty().http(router())).await;
    for uri in ["../secret", "a/../secret", "%2e%2e/secret", ".%2E/secret", "..;/secret", "%252e%252e%252fsecret"] {
        let reply = client.rpc(&format!("get:{uri}"), Value::Null).await;
        assert_eq!(reply, refused(400, "the path must have no `.` or `..` segments"), "{uri}");
    }
    for uri in ["http://evil/", "//evil/secret", "me@evil/secret", "evil:80/secret"] {
        let reply = client.rpc(&format!("get:{uri}"), Value::Null).await;
        assert_eq!(reply, refused(400, "the path must not name a host"), "{uri}");
    }
    for uri in ["a\\b", "a\r\nx: y", "a#b", "a%00", "%c0%ae"] {
        assert_eq!(client.rpc(&format!("get:{uri}"), Value::Null).await.unwrap_err().code, 400, "{uri}");
    }
    stage.logs.line(&["WARN", "http bridge", "the method is \"get:../secret\""]).await;
    let logs = stage.stop().await;
    assert!(!logs.lines().any(|line| line.starts_with("x: y")), "{logs}");
}

#[tokio::test]
async fn a_path_and_a_query_may_have_16_kib_together() {
    let (stage, mut client) = start(App::empty().http(router())).await;
    let message = "the path and the query are too long together";
    let long = "x".repeat(16 << 10);
    assert_eq!(client.rpc(&format!("get:names/{long}"), Value::Null).await, refused(400, message));
    assert_eq!(client.rpc("get:query", json!({ "q": long })).await, refused(400, message));
    // Each of them alone is short enough.
    let half = "x".repeat(8 << 10);
    assert_eq!(client.rpc(&format!("get:names/{half}"), json!({ "q": half })).await, refused(400, message));
    // Exactly the limit.
    let most = &long["/query?q=".len()..];
    assert_eq!(
        client.rpc("get:query", json!({ "q": most })).await,
        Ok(json!({ "code": 200, "query": format!("q={most}") }))
    );
    assert_eq!(client.rpc("get:query", json!({ "q": format!("{most}x") })).await, refused(400, message));
    stage.stop().await;
}

#[tokio::test]
async fn bytes_of_a_protobuf_client_must_be_json() {
    let (stage, _) = start(App::empty().http(router())).await;
    let mut client = stage.client_with(json!({ "protobuf": true, "data": "7" })).await;
    client.event("connected").await;
    let bytes = json!({ "base64": "AAH/" });
    for method in ["post:echo", "get:query"] {
        assert_eq!(client.rpc(method, bytes.clone()).await, refused(400, "the data must be JSON"), "{method}");
    }
    let stored = client.rpc("post:news/store", json!({ "title": "hi" })).await;
    assert_eq!(stored, Ok(json!({ "code": 201, "title": "hi" })));
    stage.stop().await;
}

#[tokio::test]
async fn handlers_take_precedence_over_the_router() {
    let (stage, mut client) = start(App::empty().http(router()).handlers(handlers![me, shared::ping])).await;
    assert_eq!(client.rpc("get:users/me", Value::Null).await, Ok(json!({ "me": "7" })));
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    assert_eq!(client.rpc("get:users/2", Value::Null).await, Ok(json!({ "code": 200, "id": 2 })));
    stage.stop().await;
}

fn forwarding(app: App) -> App {
    app.secret("x-secret", "long and random").http_headers(["accept-language"]).emulated_headers([
        "x-centrifugo-user",
        "x-centrifugo-client",
        "x_centrifugo_user",
    ])
}

const SPOOFED: [&str; 3] = ["x-centrifugo-user", "x-centrifugo-client", "x_centrifugo_user"];

async fn impostor(stage: &Stage, user: Value) -> Client {
    let spoofed: serde_json::Map<_, _> = SPOOFED.iter().map(|name| ((*name).to_owned(), json!("spoofed"))).collect();
    let options = json!({ "data": user, "headers": spoofed, "httpHeaders": { "Accept-Language": "nb" } });
    let mut client = stage.client_with(options).await;
    client.event("connected").await;
    client
}

#[tokio::test]
async fn the_router_receives_the_user_and_clients_can_not_spoof_it() {
    let stage = Stage::start(forwarding(App::empty()).http(router()).handlers(handlers![connect])).await;
    for (user, header) in [(json!("7"), json!(["7"])), (Value::Null, json!([]))] {
        let reply = impostor(&stage, user.clone()).await.rpc("get:whoami", Value::Null).await;
        let known = json!({
            "code": 200, "user": header, "typed": user.as_str().unwrap_or_default(), "client_is_known": true,
            "typed_client_is_known": true, "language": ["nb"], "accept": ["application/json"], "others": []
        });
        assert_eq!(reply, Ok(known));
    }
    stage.stop().await;
}

#[tokio::test]
async fn only_the_log_has_the_cause_of_a_failure() {
    // Far from what a busy machine needs for the others.
    let http = Http::new(router()).timeout(Duration::from_secs(3)).max_response(1 << 10);
    let (stage, mut client) = start(App::empty().http(http).centrifugo(patient())).await;
    for (method, cause) in [
        ("get:slow", "GET /slow: no response within 3s"),
        ("get:large", "GET /large: the response is longer than 1024 bytes"),
        ("get:text", "GET /text: the response (200 OK) is not JSON"),
        ("get:panic", "panicked: at the disco"),
        ("get:broken-off", "GET /broken-off: the response is incomplete"),
    ] {
        assert_eq!(client.rpc(method, json!({ "q": "private" })).await, internal(), "{method}");
        let line = stage.logs.line(&["ERROR", "http bridge", cause]).await;
        assert!(!line.contains("private"), "{line}");
    }
    // The panic failed one call only.
    assert_eq!(client.rpc("get:users/1", Value::Null).await, Ok(json!({ "code": 200, "id": 1 })));
    stage.stop().await;
}

// Centrifugo returns the same error after its 3 s, but the log would have no cause.
#[tokio::test]
async fn a_request_ends_before_centrifugo_gives_up() {
    let app = App::empty().http(router()).centrifugo(json!({ "rpc": { "proxy": { "timeout": "3s" } } }));
    let (stage, mut client) = start(app).await;
    assert_eq!(client.rpc("get:slow", Value::Null).await, internal());
    stage.logs.line(&["ERROR", "http bridge", "GET /slow: no response within"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_request_may_take_as_long_as_centrifugo_waits_and_ends_with_its_client() {
    let live = LiveCount::default();
    let requests = live.clone();
    let endless = get(async move || {
        let _guard = requests.guard();
        std::future::pending::<()>().await;
    });
    let late = get(async || {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        Json("late")
    });
    let router = Router::new().route("/endless", endless).route("/late", late);
    let app = App::empty().http(router).centrifugo(json!({
        "client": { "concurrency": 2 },
        "rpc": { "proxy": { "timeout": "60s" } }
    }));
    let (stage, mut client) = start(app).await;
    assert_eq!(client.rpc("get:late", Value::Null).await, Ok(json!({ "code": 200, "data": "late" })));
    tokio::select! {
        reply = client.rpc("get:endless", Value::Null) => panic!("a reply: {reply:?}"),
        () = live.reaches(1) => {}
    }
    drop(client);
    live.reaches(0).await;
    stage.stop().await;
}

/// Starts a server that ends with the test. Returns its base URL.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn a_server_answers_under_its_base() {
    let url = serve(Router::new().nest("/api", router()).route("/secret", get(async || Json("outer")))).await;
    let stage = Stage::start(forwarding(App::empty()).http_upstream(url + "/api/").handlers(handlers![connect])).await;
    let mut client = impostor(&stage, json!("7")).await;
    assert_eq!(client.rpc("get:users/1", Value::Null).await, Ok(json!({ "code": 200, "id": 1 })));
    assert_eq!(client.rpc("get:query?a=1", json!({ "b": [2] })).await, Ok(json!({ "code": 200, "query": "a=1&b[]=2" })));
    assert_eq!(
        client.rpc("post:news/store", json!({})).await,
        Ok(json!({ "code": 422, "errors": { "title": ["say something"] } }))
    );
    assert_eq!(client.rpc("head:list", Value::Null).await, Ok(json!({ "code": 200 })));
    assert_eq!(client.rpc("delete:gone", Value::Null).await, Ok(json!({ "code": 204 })));
    assert_eq!(client.rpc("get:old", Value::Null).await, Ok(json!({ "code": 303, "message": "See Other" })));
    assert_eq!(client.rpc("get:secret", Value::Null).await, Ok(json!({ "code": 200, "data": "inner" })));
    for uri in ["../secret", "/../secret", "%2e%2e/secret", "%2e%2e%2fsecret", "..\\secret"] {
        assert_eq!(client.rpc(&format!("get:{uri}"), Value::Null).await.unwrap_err().code, 400, "{uri}");
    }
    let reply = client.rpc("get:whoami", Value::Null).await.unwrap();
    assert_eq!((&reply["user"], &reply["client_is_known"], &reply["others"]), (&json!(["7"]), &json!(true), &json!([])));
    // The server drops the connection.
    assert_eq!(client.rpc("get:panic", Value::Null).await, internal());
    stage.logs.line(&["ERROR", "http bridge", "GET /panic: the service failed"]).await;
    assert_eq!(client.rpc("get:users/2", Value::Null).await, Ok(json!({ "code": 200, "id": 2 })));
    stage.stop().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_internal_failure() {
    // It holds its port, so that nobody else takes it, and doesn't listen.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    let (stage, mut client) = start(App::empty().http_upstream(url)).await;
    assert_eq!(client.rpc("get:users/1", Value::Null).await, internal());
    stage.logs.line(&["ERROR", "http bridge", "GET /users/1: the service failed", "onnect"]).await;
    stage.stop().await;
}

#[test]
fn an_invalid_base_url_stops_the_start() {
    let Err(StartError::Conflicts(conflicts)) = App::empty().http_upstream("ftp://files.test").into_service() else {
        panic!("it starts")
    };
    assert!(matches!(&conflicts[..], [Conflict::Upstream { url, .. }] if url == "ftp://files.test"), "{conflicts:?}");
}
