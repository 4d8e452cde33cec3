use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::yield_now;

use crate::client::Node;
use crate::codec::{Close, ErrorCode, Format, Unsubscribed};
use crate::config::options::{ApiOptions, Options};
use crate::hub::{Hub, Limits, Member, Order, Outbox, Subscription};

use super::execute::Executor;
use super::{ApiResponse, Target, key};

struct Server {
    hub: Hub,
    options: Options,
    node: Node,
}

impl Server {
    fn new() -> Self {
        let namespaces = json!([
            {"name": "kept", "history_size": 10, "history_ttl": "60s"},
            {"name": "seen", "presence": true},
            {"name": "json", "publication_data_format": "json_object"},
        ]);
        let (options, _) = Options::parse(&json!({"channel": {"namespaces": namespaces}})).unwrap();
        let hub =
            Hub::new(Limits { connection_limit: None, user_connection_limit: None, recovery_max_publication_limit: 300 });
        Self { hub, options, node: Node::new(None) }
    }

    fn executor(&self) -> Executor<'_> {
        Executor { hub: &self.hub, channels: &self.options.channel, node: &self.node }
    }

    async fn reply(&self, path: &str, body: &str) -> ApiResponse {
        let called = self.executor().call(Target::of(path, "/api").unwrap(), body.as_bytes(), false).await;
        called.unwrap_or_else(|fault| ApiResponse::text(fault.status()))
    }

    async fn call(&self, method: &str, body: Value) -> Value {
        let reply = self.reply(&format!("/api/{method}"), &body.to_string()).await;
        assert_eq!(reply.status, StatusCode::OK);
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// A connection of a user.
    fn member(&self, id: &str, user: &str) -> (Arc<Member>, UnboundedReceiver<Order>) {
        let (member, orders) = Member::new(id, user, Format::Json, Arc::new(Outbox::new(1024 * 1024)), b"");
        self.hub.join(&member).unwrap();
        (member, orders)
    }

    fn subscribe(&self, channel: &str, member: &Arc<Member>) {
        let namespace = self.options.channel.namespace_of(channel).unwrap();
        let subscription = Subscription { presence: namespace.presence, ..Subscription::default() };
        self.hub.subscribe(channel, namespace, member, subscription, |_| {}).unwrap();
    }
}

fn error(code: u32, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

fn bad_request() -> Value {
    error(107, "bad request")
}

#[tokio::test]
async fn a_publication_without_history_has_no_position() {
    let server = Server::new();
    assert_eq!(server.call("publish", json!({"channel": "a", "data": {}})).await, json!({"result": {}}));
    assert_eq!(server.call("publish", json!({"channel": "a", "data": null})).await, json!({"result": {}}));
}

#[tokio::test]
async fn a_publication_with_history_has_a_position() {
    let server = Server::new();
    let first = server.call("publish", json!({"channel": "kept:a", "data": 1})).await;
    assert_eq!((&first["result"]["offset"], first["result"]["epoch"].as_str().unwrap().len()), (&json!(1), 8));
    let skipped = server.call("publish", json!({"channel": "kept:a", "data": 2, "skip_history": true})).await;
    assert_eq!(skipped, json!({"result": {}}));
}

#[tokio::test]
async fn an_idempotency_key_returns_the_first_position() {
    let server = Server::new();
    let request = json!({"channel": "kept:a", "data": 1, "idempotency_key": "k"});
    let first = server.call("publish", request.clone()).await;
    assert_eq!(server.call("publish", request).await, first);
}

#[tokio::test]
async fn a_malformed_publication_is_refused() {
    let server = Server::new();
    for (request, expected) in [
        (json!({"data": 1}), bad_request()),
        (json!({"channel": null, "data": 1}), bad_request()),
        (json!({"channel": "a"}), bad_request()),
        (json!({"channel": "a", "b64data": "?"}), bad_request()),
        (json!({"channel": "json:a", "data": 1}), bad_request()),
        (json!({"channel": "none:a", "data": 1}), error(102, "unknown channel")),
    ] {
        assert_eq!(server.call("publish", request.clone()).await, expected, "{request}");
    }
}

#[tokio::test]
async fn a_broadcast_has_an_outcome_for_each_channel() {
    let server = Server::new();
    let reply = server.call("broadcast", json!({"channels": ["a", "none:a", "", "kept:a"], "data": 1})).await;
    let responses = &reply["result"]["responses"];
    assert_eq!(
        [&responses[0], &responses[1], &responses[2]],
        [&json!({"result": {}}), &error(102, "unknown channel"), &bad_request(),]
    );
    assert_eq!(responses[3]["result"]["offset"], 1);
    assert_eq!(server.call("broadcast", json!({"channels": [], "data": 1})).await, bad_request());
    assert_eq!(server.call("broadcast", json!({"channels": ["a"], "b64data": "?"})).await, bad_request());
}

#[tokio::test]
async fn history_returns_what_was_published() {
    let server = Server::new();
    for data in 1..=3 {
        server.call("publish", json!({"channel": "kept:a", "data": data, "tags": {"t": "1"}})).await;
    }
    let all = server.call("history", json!({"channel": "kept:a", "limit": -1})).await;
    let (publications, epoch) = (&all["result"]["publications"], &all["result"]["epoch"]);
    assert_eq!(publications[0], json!({"data": 1, "offset": 1, "tags": {"t": "1"}}));
    assert_eq!((publications.as_array().unwrap().len(), &all["result"]["offset"]), (3, &json!(3)));

    let position = server.call("history", json!({"channel": "kept:a"})).await;
    assert_eq!(position, json!({"result": {"publications": [], "epoch": epoch, "offset": 3}}));

    let since = json!({"channel": "kept:a", "limit": 1, "since": {"offset": 3, "epoch": epoch}, "reverse": true});
    assert_eq!(server.call("history", since).await["result"]["publications"][0]["offset"], 2);

    let other = json!({"channel": "kept:a", "limit": 1, "since": {"offset": 1, "epoch": "other"}});
    assert_eq!(server.call("history", other).await, error(112, "unrecoverable position"));

    assert_eq!(server.call("history_remove", json!({"channel": "kept:a"})).await, json!({"result": {}}));
    let removed = server.call("history", json!({"channel": "kept:a", "limit": -1})).await;
    assert_eq!(removed, json!({"result": {"publications": [], "epoch": epoch, "offset": 3}}));
}

#[tokio::test]
async fn what_a_namespace_does_not_have_is_not_available() {
    let server = Server::new();
    for method in ["history", "history_remove", "presence", "presence_stats"] {
        assert_eq!(server.call(method, json!({"channel": "a"})).await, error(108, "not available"), "{method}");
        assert_eq!(server.call(method, json!({"channel": "none:a"})).await, error(102, "unknown channel"), "{method}");
        assert_eq!(server.call(method, json!({})).await, bad_request(), "{method}");
    }
}

#[tokio::test]
async fn a_binary_publication_has_no_history_in_json() {
    let server = Server::new();
    let data = BASE64_STANDARD.encode([0xff]);
    server.call("publish", json!({"channel": "kept:a", "b64data": data})).await;
    let reply = server.reply("/api/history", r#"{"channel":"kept:a","limit":1}"#).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn presence_shows_the_subscribers() {
    let server = Server::new();
    let stats = json!({"result": {"num_clients": 0, "num_users": 0}});
    assert_eq!(server.call("presence_stats", json!({"channel": "seen:a"})).await, stats);
    assert_eq!(server.call("presence", json!({"channel": "seen:a"})).await, json!({"result": {"presence": {}}}));
    let (ann, _orders) = server.member("1", "ann");
    ann.set_conn_info(b"{\"n\":1}");
    server.subscribe("seen:a", &ann);
    let expected = json!({"result": {"presence": {"1": {"user": "ann", "client": "1", "conn_info": {"n": 1}}}}});
    assert_eq!(server.call("presence", json!({"channel": "seen:a"})).await, expected);
    let stats = json!({"result": {"num_clients": 1, "num_users": 1}});
    assert_eq!(server.call("presence_stats", json!({"channel": "seen:a"})).await, stats);
}

#[tokio::test]
async fn channels_lists_those_with_subscribers() {
    let server = Server::new();
    let (ann, _orders) = server.member("1", "ann");
    server.subscribe("seen:a", &ann);
    server.subscribe("b", &ann);
    let all = json!({"result": {"channels": {"seen:a": {"num_clients": 1}, "b": {"num_clients": 1}}}});
    assert_eq!(server.call("channels", json!({})).await, all);
    let some = server.call("channels", json!({"pattern": "seen:*"})).await;
    assert_eq!(some, json!({"result": {"channels": {"seen:a": {"num_clients": 1}}}}));
    assert_eq!(server.call("channels", json!({"pattern": "none*"})).await, json!({"result": {"channels": {}}}));
}

#[tokio::test]
async fn info_counts_what_the_process_has() {
    let server = Server::new();
    let (ann, _orders) = server.member("1", "ann");
    server.subscribe("a", &ann);
    let info = server.call("info", json!({})).await;
    let node = &info["result"]["nodes"][0];
    for count in ["num_clients", "num_users", "num_subs", "num_channels"] {
        assert_eq!(node[count], 1, "{count}");
    }
    assert!(node["uid"].is_string() && node["name"].is_string() && node["version"].is_string());
}

/// Does the next order, and returns it.
async fn obey(orders: &mut UnboundedReceiver<Order>, outcome: Result<(), ErrorCode>) -> String {
    let order = orders.recv().await.unwrap();
    let text = format!("{order:?}");
    let (Order::Subscribe { done, .. } | Order::Unsubscribe { done, .. } | Order::Refresh { done, .. }) = order else {
        panic!("{text}");
    };
    done.send(outcome).unwrap();
    text
}

#[tokio::test]
async fn a_user_is_subscribed_on_each_connection() {
    let server = Server::new();
    let ((_a, mut first), (_b, mut second)) = (server.member("1", "ann"), server.member("2", "ann"));
    let (_c, mut other) = server.member("3", "bob");
    let request = json!({
        "user": "ann", "channel": "a", "info": {"i": 1}, "b64data": "AA==", "recover_since": {"offset": 5, "epoch": "e"},
        "override": {"presence": {"value": true}, "force_recovery": {"value": false}},
    });
    let (reply, order, _) =
        tokio::join!(server.call("subscribe", request), obey(&mut first, Ok(())), obey(&mut second, Ok(())));
    assert_eq!(reply, json!({"result": {}}));
    for part in [r#"channel: "a""#, r#"offset: 5, epoch: "e""#, "presence: Some(true)", "force_recovery: Some(false)"] {
        assert!(order.contains(part), "{part} in {order}");
    }
    assert!(other.try_recv().is_err());
}

#[tokio::test]
async fn a_subscription_that_fails_is_an_internal_error() {
    let server = Server::new();
    let (_ann, mut orders) = server.member("1", "ann");
    let request = json!({"user": "ann", "channel": "a"});
    let (reply, _) = tokio::join!(server.call("subscribe", request), obey(&mut orders, Err(ErrorCode::BAD_REQUEST)));
    assert_eq!(reply, error(100, "internal server error"));
}

#[tokio::test]
async fn subscribe_and_unsubscribe_need_a_known_channel() {
    let server = Server::new();
    for method in ["subscribe", "unsubscribe"] {
        assert_eq!(server.call(method, json!({"user": "ann"})).await, bad_request());
        assert_eq!(server.call(method, json!({"user": "ann", "channel": "none:a"})).await, error(102, "unknown channel"));
        assert_eq!(server.call(method, json!({"user": "nobody", "channel": "a"})).await, json!({"result": {}}));
    }
    for field in ["b64info", "b64data"] {
        assert_eq!(server.call("subscribe", json!({"user": "ann", "channel": "a", field: "?"})).await, bad_request());
    }
}

#[tokio::test]
async fn a_client_or_session_narrows_the_connections() {
    let server = Server::new();
    let ((_a, mut first), (_b, mut second)) = (server.member("1", "ann"), server.member("2", "ann"));
    let request = json!({"user": "ann", "channel": "a", "client": "2"});
    let (reply, order) = tokio::join!(server.call("unsubscribe", request), obey(&mut second, Ok(())));
    assert_eq!(reply, json!({"result": {}}));
    assert!(order.contains(&format!("{:?}", Unsubscribed::SERVER)), "{order}");
    let request = json!({"user": "ann", "channel": "a", "session": "s"});
    assert_eq!(server.call("unsubscribe", request).await, json!({"result": {}}));
    assert!(first.try_recv().is_err() && second.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_busy_owner_is_waited_for_no_longer_than_five_seconds() {
    let server = Server::new();
    let (_ann, _orders) = server.member("1", "ann");
    let started = tokio::time::Instant::now();
    assert_eq!(server.call("refresh", json!({"user": "ann"})).await, json!({"result": {}}));
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn refresh_changes_the_expiry() {
    let server = Server::new();
    let (_ann, mut orders) = server.member("1", "ann");
    for (request, expected) in [
        (json!({"user": "ann", "expire_at": 5, "info": {"a": 1}}), "expired: false, expire_at: Some(5)"),
        (json!({"user": "ann", "expired": true}), "expired: true, expire_at: None"),
        (json!({"user": "ann", "expire_at": 0}), "expired: false, expire_at: None"),
    ] {
        let (reply, order) = tokio::join!(server.call("refresh", request), obey(&mut orders, Ok(())));
        assert_eq!(reply, json!({"result": {}}));
        assert!(order.contains(expected), "{order}");
    }
}

#[tokio::test]
async fn disconnect_closes_all_but_the_whitelisted() {
    let server = Server::new();
    let ((first, _a), (second, _b), (other, _c)) =
        (server.member("1", "ann"), server.member("2", "ann"), server.member("3", ""));
    let reply = server.call("disconnect", json!({"user": "ann", "whitelist": ["2"]})).await;
    assert_eq!(reply, json!({"result": {}}));
    assert_eq!((first.outbox.closing(), second.outbox.closing()), (Some(Close::FORCE_DISCONNECT), None));
    let request = json!({"user": "", "disconnect": {"code": 4001, "reason": "bye"}});
    assert_eq!(server.call("disconnect", request).await, json!({"result": {}}));
    assert_eq!(other.outbox.closing(), Some(Close { code: 4001, reason: "bye".into() }));
    let request = json!({"user": "ann", "disconnect": {"code": 69_036, "reason": "16 bits of it"}});
    assert_eq!(server.call("disconnect", request).await, json!({"result": {}}));
    assert_eq!(second.outbox.closing(), Some(Close { code: 3500, reason: "16 bits of it".into() }));
}

#[tokio::test]
async fn rpc_and_the_methods_of_maps_are_refused() {
    let server = Server::new();
    assert_eq!(server.call("rpc", json!({"method": "x"})).await, error(104, "not found"));
    assert_eq!(server.call("rpc", json!({})).await, bad_request());
    for method in ["map_publish", "map_remove", "map_read_state", "map_read_stream", "map_stats", "map_clear"] {
        assert_eq!(server.call(method, json!({"channel": "a", "key": "k"})).await, bad_request());
        assert_eq!(server.call(method, json!({"channel": "none:a", "key": "k"})).await, error(102, "unknown channel"));
    }
    assert_eq!(server.call("shared_poll_publish", json!({})).await, bad_request());
}

#[tokio::test]
async fn a_batch_has_its_replies_in_order() {
    let server = Server::new();
    for parallel in [false, true] {
        let commands = json!([
            {"publish": {"channel": "a", "data": 1}},
            {"publish": {"channel": "none:a", "data": 1}},
            {"unknown": {}},
            null,
            {"publish": null, "presence_stats": {"channel": "seen:a"}},
        ]);
        let expected = json!({"replies": [
            {"publish": {}},
            error(102, "unknown channel"),
            error(104, "not found"),
            bad_request(),
            {"presence_stats": {"num_clients": 0, "num_users": 0}},
        ]});
        assert_eq!(server.call("batch", json!({"commands": commands, "parallel": parallel})).await, expected);
    }
    assert_eq!(server.call("batch", json!({})).await, json!({}));
}

#[tokio::test]
async fn a_malformed_batch_does_nothing() {
    let server = Server::new();
    let body = r#"{"commands":[{"publish":{"channel":"kept:a","data":1}},{"publish":{"channel":1}}]}"#;
    assert_eq!(server.reply("/api/batch", body).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.call("history", json!({"channel": "kept:a"})).await["result"]["offset"], 0);
}

#[tokio::test]
async fn the_old_route_names_the_method_in_the_body() {
    let server = Server::new();
    let body = r#"{"id":1,"method":"publish","params":{"channel":"a","data":1}}
        {"method":"PRESENCE","params":{"channel":"a"}}{"id":3,"method":"connections"}{"method":"info"}"#;
    let reply = server.reply("/api", body).await;
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[..3],
        [
            r#"{"id":1,"result":{}}"#,
            r#"{"error":{"code":108,"message":"not available"}}"#,
            r#"{"id":3,"error":{"code":104,"message":"not found"}}"#,
        ]
    );
    assert!(lines[3].starts_with(r#"{"result":{"nodes":[{"uid":"#), "{}", lines[3]);
    for body in ["", "x", r#"{"method":"batch"}"#, r#"{"method":null}"#] {
        assert_eq!(server.reply("/api", body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn the_old_route_reads_numbers_of_methods_and_reports_malformed_parameters() {
    let server = Server::new();
    for (body, expected) in [
        (r#"{"method":5,"params":{"channel":"seen:a"}}"#, json!({"result": {"num_clients": 0, "num_users": 0}})),
        (r#"{"method":13}"#, error(104, "not found")),
        (r#"{"method":"block_user"}"#, error(104, "not found")),
        (r#"{"method":"publish","params":{"channel":1}}"#, bad_request()),
        (r#"{"method":"publish"}"#, bad_request()),
        ("null", bad_request()),
    ] {
        let reply = server.reply("/api", body).await;
        assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), expected, "{body}");
    }
}

#[tokio::test]
async fn the_old_route_executes_what_is_before_a_malformed_request() {
    let server = Server::new();
    let body = r#"{"params":{"channel":"kept:a","data":1}}{"method":"#;
    assert_eq!(server.reply("/api", body).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.call("history", json!({"channel": "kept:a"})).await["result"]["offset"], 1);
}

#[tokio::test]
async fn a_request_is_read_as_go_reads_it() {
    let server = Server::new();
    for (body, expected) in [
        ("null", bad_request()),
        (r#"{"CHANNEL":"a","Data":1}"#, json!({"result": {}})),
        (r#"{"channel":"none:a","channel":"a","data":1}"#, json!({"result": {}})),
        (r#"{"channel":"a","channel":null,"data":1,"tags":null,"version":null}"#, json!({"result": {}})),
        (r#"{"channel":"a","data":1,"tags":{"\ud800":null}}"#, json!({"result": {}})),
        (r#"{"channel":"a","b64data":"MTI\n="}"#, json!({"result": {}})),
    ] {
        let reply = server.reply("/api/publish", body).await;
        assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), expected, "{body}");
    }
}

#[tokio::test]
async fn payloads_are_written_as_go_writes_them() {
    let server = Server::new();
    let body = r#"{"channel":"kept:a","data": { "<b>\" " : [ 1 , "\\" ] }}"#;
    assert_eq!(server.reply("/api/publish", body).await.status, StatusCode::OK);
    let history = server.reply("/api/history", r#"{"channel":"kept:a","limit":1}"#).await;
    let written = String::from_utf8(history.body.to_vec()).unwrap();
    assert!(written.contains(r#""data":{"\u003cb\u003e\" ":[1,"\\"]},"offset":1"#), "{written}");
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_a_bad_request() {
    let server = Server::new();
    for body in ["", "[]", "x", r#"{"channel":1}"#, r#"{"channel":"a""#] {
        let reply = server.reply("/api/publish", body).await;
        assert_eq!((reply.status, reply.body.as_ref()), (StatusCode::BAD_REQUEST, b"Bad Request".as_slice()), "{body}");
    }
    let unknown = r#"{"channel":"a","data":1,"unknown":[{}]}"#;
    assert_eq!(server.reply("/api/publish", unknown).await.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_are_statuses_in_the_mode_transport() {
    let server = Server::new();
    for (method, body, status) in [
        ("publish", r#"{"channel":"none:a","data":1}"#, StatusCode::NOT_FOUND),
        ("rpc", r#"{"method":"x"}"#, StatusCode::NOT_FOUND),
        ("publish", "{}", StatusCode::BAD_REQUEST),
        ("presence", r#"{"channel":"a"}"#, StatusCode::BAD_REQUEST),
        ("history", r#"{"channel":"kept:a","limit":1,"since":{"offset":1,"epoch":"x"}}"#, StatusCode::RANGE_NOT_SATISFIABLE),
    ] {
        let reply = server.executor().call(Target::Method(method), body.as_bytes(), true).await.unwrap();
        assert_eq!(reply.status, status, "{method}");
        let error: Value = serde_json::from_slice(&reply.body).unwrap();
        assert!(error["code"].is_u64() && error["message"].is_string(), "{error}");
    }
}

/// How often another task of the same thread runs during a call.
async fn turns_of_others(server: &Server, path: &str, body: &str) -> usize {
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            yield_now().await;
        }
    });
    assert_eq!(server.reply(path, body).await.status, StatusCode::OK);
    other.abort();
    turns.load(Ordering::Relaxed)
}

#[tokio::test]
async fn other_tasks_run_during_a_call_about_many_channels_or_of_many_commands() {
    let server = Server::new();
    let channels: Vec<_> = (0..2_000).map(|number| format!("a{number}")).collect();
    let broadcast = json!({"channels": channels, "data": 1}).to_string();
    let legacy = r#"{"method":"publish","params":{"channel":"a","data":1}}"#.repeat(2_000);
    let commands = vec![json!({"publish": {"channel": "a", "data": 1}}); 2_000];
    for (path, body, least) in [
        ("/api/broadcast", broadcast, 10),
        ("/api", legacy, 10),
        // The commands are read, and then executed.
        ("/api/batch", json!({"commands": commands}).to_string(), 20),
        ("/api/batch", json!({"commands": commands, "parallel": true}).to_string(), 20),
    ] {
        let turns = turns_of_others(&server, path, &body).await;
        assert!(turns >= least, "{path}: {turns}");
    }
}

#[test]
fn a_path_names_a_method() {
    for (path, prefix, target) in [
        ("/api/publish", "/api", Some(Target::Method("publish"))),
        ("/api/batch", "/api", Some(Target::Batch)),
        ("/nested/api/info", "/api", Some(Target::Method("info"))),
        ("/api", "/api", Some(Target::Legacy)),
        ("/", "", Some(Target::Legacy)),
        ("/publish", "", Some(Target::Method("publish"))),
        ("/api/unknown", "/api", None),
        ("/api/", "/api", None),
        ("/api/api", "/api", None),
        ("/other/api", "/api", None),
        ("/publish", "/publish", Some(Target::Legacy)),
        ("/publish/publish", "/publish", Some(Target::Method("publish"))),
        ("/unknown", "", None),
    ] {
        assert_eq!(Target::of(path, prefix), target, "{path}");
    }
}

fn authorized(options: &ApiOptions, headers: &[(&'static str, &str)], uri: &str) -> bool {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
        .collect();
    key::is_authorized(options, &headers, &uri.parse::<Uri>().unwrap())
}

#[test]
fn the_key_is_in_a_header_or_in_the_query() {
    let options = ApiOptions { key: Some("a key".to_owned()), ..ApiOptions::default() };
    assert!(authorized(&options, &[("x-api-key", "a key")], "/api/info"));
    assert!(authorized(&options, &[], "/api/info?x=1&api_key=a%20key"));
    assert!(authorized(&options, &[("x-api-key", "wrong")], "/api/info?api_key=a+key"));
    for headers in [&[][..], &[("x-api-key", "a ke")], &[("x-api-key", "wrong")], &[("authorization", "apikey a key")]] {
        assert!(!authorized(&options, headers, "/api/info"), "{headers:?}");
    }
    let options = ApiOptions { key: Some("key".to_owned()), ..ApiOptions::default() };
    for scheme in ["apikey", "ApiKey"] {
        assert!(authorized(&options, &[("authorization", &format!("{scheme} key"))], "/api/info"));
    }
    assert!(authorized(&options, &[("authorization", " apikey \t key ")], "/api/info"));
    assert!(!authorized(&options, &[("authorization", "Bearer key")], "/api/info"));
    assert!(!authorized(&options, &[("x-api-key", "wrong"), ("authorization", "apikey key")], "/api/info"));
    let options = ApiOptions { key: Some("schlüssel".to_owned()), ..ApiOptions::default() };
    for header in [("x-api-key", "schlüssel"), ("authorization", "apikey schlüssel")] {
        assert!(authorized(&options, &[header], "/api/info"), "{header:?}");
    }
}

#[test]
fn without_a_key_nobody_may_call() {
    for key in [None, Some(String::new())] {
        let options = ApiOptions { key, ..ApiOptions::default() };
        assert!(!authorized(&options, &[("x-api-key", "")], "/api/info?api_key="));
        assert!(!authorized(&options, &[], "/api/info"));
        assert!(authorized(&ApiOptions { insecure: true, ..options }, &[], "/api/info"));
    }
}
