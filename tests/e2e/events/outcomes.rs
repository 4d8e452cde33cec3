//! Each event with each outcome of its handler, from the client's side.

use std::time::Duration;

use centrifugo::{App, Channel, Connected, Data, Refreshed, Reject, SubRefreshed, Subscribed, UserId, handlers};
use centrifugo_tests::outcome::{Outcome, Secret};
use centrifugo_tests::{Client, Refused, Stage, eventually};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Wanted {
    outcome: Outcome,
    /// The outcome of the refresh handler, a second later.
    then: Option<String>,
}

#[centrifugo::connect(collect = false)]
async fn connect(Data(wanted): Data<Wanted>) -> Result<Connected, Reject> {
    let connected = Connected::user(wanted.then.as_deref().unwrap_or("ann")).data(&"welcome");
    wanted.outcome.produce(if wanted.then.is_some() { connected.expire_in(Duration::from_secs(1)) } else { connected }).await
}

#[centrifugo::refresh(collect = false)]
async fn refresh(user: UserId) -> Result<Refreshed, Secret> {
    tracing::info!(target: "centrifugo::test", "refreshes {user}");
    match user.as_str() {
        "expired" => Ok(Refreshed::expired()),
        outcome => outcome.parse::<Outcome>().map_err(|_| Secret)?.produce_or_fail(Refreshed::for_secs(1)).await,
    }
}

#[centrifugo::topic("join:<outcome>", collect = false)]
async fn join(outcome: Outcome) -> Result<bool, Reject> {
    outcome.produce(true).await
}

#[centrifugo::topic("expire:<then>", collect = false)]
async fn expiring(then: String) -> Subscribed {
    drop(then);
    Subscribed::new().expire_in(Duration::from_secs(1))
}

#[centrifugo::sub_refresh("expire:<then>", collect = false)]
async fn sub_refresh(then: String, channel: Channel) -> Result<SubRefreshed, Secret> {
    tracing::info!(target: "centrifugo::test", "refreshes {channel}");
    match then.as_str() {
        "expired" => Ok(SubRefreshed::expired()),
        "never" => Ok(SubRefreshed::never_expires()),
        outcome => outcome.parse::<Outcome>().map_err(|_| Secret)?.produce_or_fail(SubRefreshed::for_secs(1)).await,
    }
}

#[centrifugo::publish("join:<outcome>", anyone, collect = false)]
async fn say(outcome: Outcome) -> Result<(), Reject> {
    outcome.produce(()).await
}

#[centrifugo::rpc("do/<outcome>", collect = false)]
async fn call(outcome: Outcome) -> Result<&'static str, Reject> {
    outcome.produce("done").await
}

/// An app with all handlers, and a Centrifugo that refreshes subscriptions soon.
async fn stage() -> Stage {
    let app = App::empty().handlers(handlers![connect, refresh, join, expiring, sub_refresh, say, call]);
    Stage::start(app.centrifugo(json!({
        "client": { "expired_sub_close_delay": "1s", "presence_update_interval": "1s" },
        "channel": { "namespaces": [{ "name": "expire", "presence": true }] }
    })))
    .await
}

async fn guest(stage: &Stage) -> Client {
    stage.connected(json!({ "outcome": "result" })).await
}

async fn expiring_client(stage: &Stage, then: &str) -> Client {
    stage.connected(json!({ "outcome": "result", "then": then })).await
}

/// Centrifugo's error for an internal failure of the app.
fn internal() -> Refused {
    Refused { code: 100, message: "internal server error".into() }
}

fn refused(code: i64, message: &str) -> Refused {
    Refused { code, message: message.into() }
}

/// Waits until the log has the handler and the cause of a failure, which no client receives.
async fn has_logged(stage: &Stage, handler: &str, how: &str) {
    let cause = format!("internal failure: {how}the password is swordfish");
    stage.logs.line(&["ERROR", &cause, &format!("`e2e::events::outcomes::{handler}` (tests/e2e/events/outcomes.rs:")]).await;
}

/// How many times a handler has refreshed this user or channel.
fn refreshes(stage: &Stage, name: &str) -> usize {
    stage.logs.text().matches(&format!("refreshes {name}")).count()
}

/// Waits until a handler has refreshed this user or channel so many times.
async fn refreshed(stage: &Stage, name: &str, times: usize) {
    let enough = || (refreshes(stage, name) >= times).then_some(());
    eventually(enough, || format!("{name} is refreshed less than {times} times")).await;
}

async fn is_connected(client: &mut Client) {
    assert_eq!(client.rpc("do/result", Value::Null).await, Ok(json!("done")));
}

#[tokio::test]
async fn connect_with_a_result_is_connected() {
    let stage = stage().await;
    let mut client = stage.client(json!({ "outcome": "result" })).await;
    assert_eq!(client.event("connected").await["data"], "welcome");
    stage.stop().await;
}

#[tokio::test]
async fn connect_with_an_error_ends_it_for_good() {
    let stage = stage().await;
    let mut client = stage.client(json!({ "outcome": "error" })).await;
    let end = client.event("disconnected").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(403), &json!("not you")));
    stage.stop().await;
}

#[tokio::test]
async fn connect_with_a_temporary_error_is_tried_again() {
    let stage = stage().await;
    let mut client = stage.client(json!({ "outcome": "temporary" })).await;
    for _ in 0..2 {
        let error = client.event("error").await["error"].take();
        assert_eq!((&error["code"], &error["message"]), (&json!(429), &json!("slow down")));
    }
    stage.stop().await;
}

#[tokio::test]
async fn the_code_of_a_disconnect_of_connect_decides_whether_the_client_returns() {
    let stage = stage().await;
    let mut client = stage.client(json!({ "outcome": "stop" })).await;
    let end = client.event("disconnected").await;
    assert_eq!((&end["code"], &end["reason"]), (&json!(4501), &json!("go away")));

    // The SDK reports no code here, and tries again.
    let mut client = stage.client(json!({ "outcome": "reconnect" })).await;
    for _ in 0..2 {
        assert_eq!(client.event("error").await["error"]["message"], "connection closed");
    }
    assert_eq!(client.call("state", json!({})).await, Ok(json!("connecting")));
    stage.stop().await;
}

#[tokio::test]
async fn connect_that_fails_is_tried_again_and_only_the_log_knows_why() {
    let stage = stage().await;
    for outcome in ["internal", "panic", "timeout"] {
        let mut client = stage.client(json!({ "outcome": outcome })).await;
        let error = client.event("error").await["error"].take();
        assert_eq!((&error["code"], &error["message"]), (&json!(100), &json!("internal server error")), "{outcome}");
    }
    has_logged(&stage, "connect", "panicked: ").await;
    has_logged(&stage, "connect", "").await;
    stage.stop().await;
}

#[tokio::test]
async fn refresh_with_a_result_extends_the_connection_and_is_called_again() {
    let stage = stage().await;
    let mut client = expiring_client(&stage, "result").await;
    refreshed(&stage, "result", 2).await;
    is_connected(&mut client).await;
    assert!(client.settled().await.seen("disconnected").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn refresh_with_expired_closes_and_the_client_comes_back() {
    let stage = stage().await;
    let mut client = expiring_client(&stage, "expired").await;
    let again = client.event_of(&["connecting"], |event| event["code"] != 0).await;
    assert_eq!(again["code"], 3005);
    client.event("connected").await;
    stage.stop().await;
}

#[tokio::test]
async fn refresh_that_fails_ends_nobody() {
    let stage = stage().await;
    for outcome in ["internal", "panic"] {
        let mut client = expiring_client(&stage, outcome).await;
        has_logged(&stage, "refresh", if outcome == "panic" { "panicked: " } else { "" }).await;
        is_connected(&mut client).await;
    }
    let mut client = expiring_client(&stage, "timeout").await;
    stage.centrifugo_logs("DeadlineExceeded").await;
    is_connected(&mut client).await;
    stage.stop().await;
}

#[tokio::test]
async fn subscribe_with_a_result_is_subscribed() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    assert_eq!(client.subscribe("join:result").await["event"], "subscribed");
    stage.stop().await;
}

#[tokio::test]
async fn subscribe_with_an_error_is_refused_for_good() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    let end = client.subscribe("join:error").await;
    assert_eq!((&end["event"], &end["code"], &end["reason"]), (&json!("unsubscribed"), &json!(403), &json!("not you")));
    stage.stop().await;
}

#[tokio::test]
async fn subscribe_with_a_temporary_error_or_a_failure_is_tried_again() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    for (outcome, code) in [("temporary", 429), ("internal", 100), ("panic", 100), ("timeout", 100)] {
        let again = client.subscribe(&format!("join:{outcome}")).await;
        assert_eq!((&again["event"], &again["error"]["code"]), (&json!("subscribe-error"), &json!(code)), "{outcome}");
    }
    has_logged(&stage, "join", "panicked: ").await;
    has_logged(&stage, "join", "").await;
    stage.stop().await;
}

#[tokio::test]
async fn subscribe_with_a_disconnect_closes_the_connection() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    let end = client.subscribe("join:stop").await;
    assert_eq!((&end["event"], &end["code"]), (&json!("disconnected"), &json!(4501)));
    stage.stop().await;
}

#[tokio::test]
async fn sub_refresh_with_a_result_extends_the_subscription() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    for channel in ["expire:result", "expire:never"] {
        assert_eq!(client.subscribe(channel).await["event"], "subscribed");
        stage.logs.line(&["refreshes", channel]).await;
    }
    // By then the other one would have been refreshed again.
    refreshed(&stage, "expire:result", 3).await;
    is_connected(&mut client).await;
    assert!(client.settled().await.seen("unsubscribed").is_empty());
    assert_eq!(refreshes(&stage, "expire:never"), 1);
    stage.stop().await;
}

#[tokio::test]
async fn sub_refresh_with_expired_ends_the_subscription_and_the_client_subscribes_again() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    client.subscribe("expire:expired").await;
    let again = client.event_of(&["subscribing"], |event| event["code"] != 0).await;
    assert_eq!(again["code"], 2501);
    client.event("subscribed").await;
    stage.stop().await;
}

#[tokio::test]
async fn sub_refresh_that_fails_ends_no_subscription() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    for outcome in ["internal", "panic", "timeout"] {
        client.subscribe(&format!("expire:{outcome}")).await;
        stage.logs.line(&["refreshes", outcome]).await;
    }
    stage.centrifugo_logs("DeadlineExceeded").await;
    has_logged(&stage, "sub_refresh", "panicked: ").await;
    has_logged(&stage, "sub_refresh", "").await;
    is_connected(&mut client).await;
    assert!(client.settled().await.seen("unsubscribed").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn each_outcome_of_publish_reaches_the_client() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    client.subscribe("join:result").await;
    assert_eq!(client.publish("join:result", json!("hi")).await, Ok(()));
    assert_eq!(client.event("publication").await["data"], "hi");
    assert_eq!(client.publish("join:error", json!("hi")).await, Err(refused(403, "not you")));
    assert_eq!(client.publish("join:temporary", json!("hi")).await, Err(refused(429, "slow down")));
    for outcome in ["internal", "panic", "timeout"] {
        assert_eq!(client.publish(&format!("join:{outcome}"), json!("hi")).await, Err(internal()), "{outcome}");
    }
    has_logged(&stage, "say", "panicked: ").await;
    has_logged(&stage, "say", "").await;
    assert!(client.publish("join:stop", json!("hi")).await.is_err());
    assert_eq!(client.event("disconnected").await["code"], 4501);
    stage.stop().await;
}

#[tokio::test]
async fn each_outcome_of_rpc_reaches_the_client() {
    let stage = stage().await;
    let mut client = guest(&stage).await;
    assert_eq!(client.rpc("do/result", Value::Null).await, Ok(json!("done")));
    assert_eq!(client.rpc("do/error", Value::Null).await, Err(refused(403, "not you")));
    assert_eq!(client.rpc("do/temporary", Value::Null).await, Err(refused(429, "slow down")));
    for outcome in ["internal", "panic", "timeout"] {
        assert_eq!(client.rpc(&format!("do/{outcome}"), Value::Null).await, Err(internal()), "{outcome}");
    }
    has_logged(&stage, "call", "panicked: ").await;
    has_logged(&stage, "call", "").await;
    assert!(client.rpc("do/reconnect", Value::Null).await.is_err());
    let again = client.event_of(&["connecting"], |event| event["code"] != 0).await;
    assert_eq!((&again["code"], &again["reason"]), (&json!(4001), &json!("come back")));
    client.event("connected").await;
    assert!(client.rpc("do/stop", Value::Null).await.is_err());
    assert_eq!(client.event("disconnected").await["code"], 4501);
    stage.stop().await;
}
