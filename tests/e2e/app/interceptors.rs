//! Interceptors, the error handler and tower layers.

use std::sync::{Arc, Mutex, PoisonError};

use centrifugo::{
    App, Call, Connect, Connected, Data, ErrorReply, Event, Extension, Failure, HasUser, Header, Internal, Next, Publish,
    Refreshed, Reject, Rpc, RpcReply, State, UserId, handlers, interceptors,
};
use centrifugo_tests::outcome::{Outcome, Secret};
use centrifugo_tests::{Refused, Stage, eventually};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect(Data(name): Data<String>) -> Result<Connected, Reject> {
    if name == "nobody" {
        Err(Secret)?
    }
    Ok(Connected::user(name))
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Result<Refreshed, Internal> {
    Err(Internal::new("no database"))
}

#[centrifugo::rpc("who", collect = false)]
async fn who(Extension(account): Extension<Account>, Data(data): Data<Value>) -> Value {
    json!([account.0, data])
}

#[centrifugo::rpc("do/<outcome>", collect = false)]
async fn call(outcome: Outcome) -> Result<&'static str, Reject> {
    outcome.produce("done").await
}

#[centrifugo::publish("chat:<_>", anyone, collect = false)]
async fn say() {}

#[centrifugo::topic("chat:<_>", collect = false)]
async fn join() -> bool {
    true
}

#[centrifugo::stream("ticks:<outcome>", collect = false)]
async fn ticks(outcome: Outcome) -> impl Stream<Item = Result<(), Reject>> {
    stream::once(outcome.produce(()))
}

/// What has been seen, in order.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add(&self, what: impl ToString) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for a line that has all parts.
    async fn line(&self, parts: &[&str]) -> String {
        let lines = || self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_it = |line: &String| parts.iter().all(|part| line.contains(part));
        eventually(|| lines().into_iter().find(is_it), || format!("no {parts:?} in {:?}", lines())).await
    }
}

#[derive(Clone)]
struct Account(String);

#[centrifugo::interceptor(collect = false)]
async fn outer<E: Event>(State(seen): State<Seen>, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    seen.add(format!("{} in", E::KIND));
    let outcome = next.run(call).await;
    seen.add(format!("{} {}", E::KIND, if outcome.is_ok() { "ok" } else { "refused" }));
    outcome
}

#[centrifugo::interceptor(rpc, publish, stream, collect = false)]
async fn account<E: HasUser>(mut call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    let user = call.event().user();
    if user == "banned" {
        Err(ErrorReply::new(401, "sign in first"))?
    }
    let account = Account(format!("account of {user}"));
    call.extensions_mut().insert(account);
    next.run(call).await
}

#[centrifugo::interceptor(rpc, order = -1, collect = false)]
async fn first(State(seen): State<Seen>, call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, ErrorReply> {
    seen.add("first");
    match call.event().method.as_str() {
        "cached" => Ok(RpcReply::json("from the cache")),
        "do/panic" if call.event().data == "\"early\"" => panic!("too early"),
        _ => next.run(call).await.map_err(|_| ErrorReply::new(500, "changed")),
    }
}

#[centrifugo::interceptor(connect, collect = false)]
async fn welcome(call: Call<Connect>, next: Next<Connect>) -> Result<Connected, Reject> {
    Ok(next.run(call).await?.data(&"welcome"))
}

#[centrifugo::interceptor(rpc, name = "shout", order = 5, collect = false)]
async fn shouted(mut call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    if call.event().method == "who" {
        call.event_mut().data = call.event().data.to_ascii_uppercase().into();
    }
    next.run(call).await
}

fn app(seen: &Seen) -> App {
    App::empty().handlers(handlers![connect, refresh, who, call, say, join, ticks]).state(seen.clone())
}

#[tokio::test]
async fn interceptors_stand_around_extraction_and_handler_in_order() {
    let seen = Seen::default();
    // Their order is their own, not that of the list.
    let app = app(&seen).interceptors(interceptors![shouted, account, welcome, first, outer]);
    let stage = Stage::start(app).await;
    let mut client = stage.client(json!("ann")).await;
    assert_eq!(client.event("connected").await["data"], "welcome");
    assert_eq!(seen.take(), ["connect in", "connect ok"]);

    assert_eq!(client.rpc("who", json!("hi")).await, Ok(json!(["account of ann", "HI"])));
    assert_eq!(seen.take(), ["first", "rpc in", "rpc ok"]);
    assert_eq!(client.rpc("cached", Value::Null).await, Ok(json!("from the cache")));
    assert_eq!(seen.take(), ["first"]);
    let changed = Refused { code: 500, message: "changed".into() };
    assert_eq!(client.rpc("do/error", Value::Null).await, Err(changed));
    assert_eq!(seen.take(), ["first", "rpc in", "rpc refused"]);
    stage
        .logs
        .line(&["interceptor of rpc -> shout", "e2e::app::interceptors::shouted", "tests/e2e/app/interceptors.rs"])
        .await;
    stage.logs.line(&["interceptor of every event -> outer"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn an_interceptor_refuses_for_each_of_its_events() {
    let seen = Seen::default();
    let stage = Stage::start(app(&seen).interceptors(interceptors![account, outer])).await;
    let mut client = stage.connected(json!("banned")).await;
    let refused = || Refused { code: 401, message: "sign in first".into() };
    assert_eq!(client.rpc("who", Value::Null).await, Err(refused()));
    assert_eq!(client.publish("chat:a", json!(1)).await, Err(refused()));
    assert_eq!(client.subscribe("ticks:result").await["code"], 401);
    assert_eq!(client.subscribe("chat:a").await["event"], "subscribed");
    // Seen also where no pattern matches.
    seen.take();
    assert_eq!(client.rpc("nothing", Value::Null).await, Err(refused()));
    assert_eq!(client.subscribe("chat:a.b").await["code"], 403);
    assert_eq!(seen.take(), ["rpc in", "rpc refused", "subscribe in", "subscribe refused"]);
    stage.stop().await;
}

#[tokio::test]
async fn a_panic_of_an_interceptor_is_one_client_s_error() {
    let seen = Seen::default();
    let stage = Stage::start(app(&seen).interceptors(interceptors![first])).await;
    let mut client = stage.connected(json!("ann")).await;
    let failed = client.rpc("do/panic", json!("early")).await.expect_err("a failure");
    assert_eq!(failed, Refused { code: 100, message: "internal server error".into() });
    stage.logs.line(&["ERROR", "panicked: too early"]).await;
    assert_eq!(client.rpc("do/result", Value::Null).await, Ok(json!("done")));
    stage.stop().await;
}

#[tokio::test]
async fn an_interceptor_that_lacks_its_state_stops_the_start() {
    let error =
        App::empty().handlers(handlers![join]).interceptors(interceptors![outer]).into_service().expect_err("no state");
    assert!(error.to_string().contains("`e2e::app::interceptors::outer` (tests/e2e/app/interceptors.rs:"), "{error}");
    assert!(error.to_string().contains("Seen"), "{error}");
}

#[tokio::test]
async fn the_headers_that_an_interceptor_takes_are_forwarded() {
    #[centrifugo::interceptor(publish, collect = false)]
    async fn referred(
        page: Option<Header<headers::Referer>>,
        call: Call<Publish>,
        next: Next<Publish>,
    ) -> Result<centrifugo::Published, Reject> {
        let published = next.run(call).await?;
        Ok(published.tag("page", page.map(|Header(page)| page.to_string()).unwrap_or_default()))
    }
    let stage = Stage::start(app(&Seen::default()).interceptors(interceptors![referred])).await;
    let mut client =
        stage.client_with(json!({ "data": "ann", "httpHeaders": { "referer": "http://localhost/page" } })).await;
    client.subscribe("chat:a").await;
    client.publish("chat:a", json!(1)).await.expect("an ok");
    assert_eq!(client.event("publication").await["tags"], json!({ "page": "http://localhost/page" }));
    stage.stop().await;
}

/// Notes the failure, or panics for one user.
async fn clumsy(failure: Failure) {
    if failure.name() == Some("do/panic") && failure.user().is_some_and(|user| user == "clumsy") {
        panic!("the error handler is clumsy");
    }
    let Some(seen) = failure.state::<Seen>() else { return };
    let at = failure.handler().map(|at| at.path().to_owned());
    seen.add(format!(
        "{} {:?} {:?} {at:?} panic={}: {}",
        failure.event(),
        failure.name(),
        failure.user().map(UserId::as_str),
        failure.is_panic(),
        failure.reject()
    ));
    assert!(failure.client().is_some());
}

#[tokio::test]
async fn the_error_handler_sees_every_failure_with_its_call() {
    let seen = Seen::default();
    let app = app(&seen).error_handler(clumsy);
    let stage = Stage::start(app).await;
    let mut client = stage.connected(json!("ann")).await;
    for outcome in ["result", "error"] {
        let _ = client.rpc(&format!("do/{outcome}"), Value::Null).await;
    }
    assert_eq!(seen.take(), Vec::<String>::new());
    for outcome in ["internal", "panic"] {
        client.rpc(&format!("do/{outcome}"), Value::Null).await.expect_err("a failure");
    }
    let line = seen.line(&["do/internal"]).await;
    assert_eq!(
        line,
        "rpc Some(\"do/internal\") Some(\"ann\") Some(\"e2e::app::interceptors::call\") panic=false: \
         internal failure: the password is swordfish"
    );
    seen.line(&["rpc Some(\"do/panic\")", "panic=true", "panicked: the password is swordfish"]).await;
    // Its extractor.
    client.rpc("who", json!("hi")).await.expect_err("no account");
    seen.line(&["rpc Some(\"who\")", "no interceptor and no layer has inserted"]).await;
    // A stream that has been opened.
    client.subscribe("ticks:internal").await;
    seen.line(&["stream Some(\"ticks:internal\") Some(\"ann\")", "swordfish"]).await;
    // Before there is a user.
    let mut nobody = stage.client(json!("nobody")).await;
    nobody.event("error").await;
    seen.line(&["connect None None", "swordfish"]).await;
    // A panic of its own.
    let mut clumsy_user = stage.connected(json!("clumsy")).await;
    clumsy_user.rpc("do/panic", Value::Null).await.expect_err("a failure");
    stage.logs.line(&["ERROR", "in the error handler: internal failure: panicked: the error handler is clumsy"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_tower_layer_sees_the_request_and_leaves_values() {
    let seen = Seen::default();
    let layers = tower::ServiceBuilder::new().map_request({
        let seen = seen.clone();
        move |mut request: http::Request<_>| {
            seen.add(request.uri().path());
            request.extensions_mut().insert(Account("account of the layer".into()));
            request
        }
    });
    let stage = Stage::start(app(&seen).layer(layers)).await;
    let mut client = stage.connected(json!("ann")).await;
    assert_eq!(client.rpc("who", json!("hi")).await, Ok(json!(["account of the layer", "hi"])));
    assert_eq!(
        seen.take(),
        ["/centrifugal.centrifugo.proxy.CentrifugoProxy/Connect", "/centrifugal.centrifugo.proxy.CentrifugoProxy/RPC"]
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_tower_layer_that_is_made_for_http_1_too_breaks_no_answer() {
    let layers = tower::ServiceBuilder::new().map_response(|mut response: http::Response<tonic::body::Body>| {
        for (name, value) in [("connection", "keep-alive"), ("keep-alive", "timeout=5")] {
            response.headers_mut().insert(name, http::HeaderValue::from_static(value));
        }
        response
    });
    let stage = Stage::start(app(&Seen::default()).layer(layers)).await;
    let mut client = stage.connected(json!("ann")).await;
    assert_eq!(client.rpc("do/result", Value::Null).await, Ok(json!("done")));
    stage.stop().await;
}

#[tokio::test]
async fn a_tower_layer_that_fails_is_an_internal_error() {
    let late = tower::timeout::TimeoutLayer::new(std::time::Duration::from_secs(3));
    let patient = json!({ "rpc": { "proxy": { "timeout": "30s" } } });
    let stage = Stage::start(app(&Seen::default()).layer(late).centrifugo(patient)).await;
    let mut client = stage.connected(json!("ann")).await;
    assert_eq!(client.rpc("do/result", Value::Null).await, Ok(json!("done")));
    let failed = client.rpc("do/timeout", Value::Null).await.expect_err("a failure");
    assert_eq!(failed, Refused { code: 100, message: "internal server error".into() });
    stage.logs.line(&["ERROR", "a tower layer failed: request timed out"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_panic_of_a_tower_layer_reaches_the_error_handler() {
    let seen = Seen::default();
    let layers = tower::ServiceBuilder::new().map_request(|request: http::Request<_>| {
        assert!(request.uri().path().ends_with("Connect"), "the layer is clumsy");
        request
    });
    let app = app(&seen).layer(layers).error_handler(async |failure: Failure| {
        let Some(seen) = failure.state::<Seen>() else { return };
        seen.add(format!("{failure} {:?} {:?}", failure.name(), failure.metadata().get("te")));
    });
    let stage = Stage::start(app).await;
    let mut client = stage.connected(json!("ann")).await;
    let failed = client.rpc("who", json!("hi")).await.expect_err("a failure");
    assert_eq!(failed, Refused { code: 100, message: "internal server error".into() });
    seen.line(&["rpc of a tower layer: internal failure: panicked: the layer is clumsy", "None Some(\"trailers\")"]).await;
    stage.logs.line(&["ERROR", "event=rpc", "panicked: the layer is clumsy"]).await;
    stage.stop().await;
}
