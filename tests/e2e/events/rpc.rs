//! An rpc handler's request, and the reply that its caller receives.

use centrifugo::{App, Connected, Data, Rpc, RpcReply, handlers};
use centrifugo_tests::{Client, Refused, Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7").meta(&json!({ "level": 3 }))
}

#[derive(Deserialize, Serialize)]
struct Sum {
    numbers: Vec<i64>,
}

#[centrifugo::rpc("sum", collect = false)]
async fn sum(Data(sum): Data<Sum>) -> i64 {
    sum.numbers.iter().sum()
}

#[centrifugo::rpc("mirror", collect = false)]
async fn mirror(request: Rpc) -> Value {
    json!({
        "user": request.user.as_str(),
        "method": request.method,
        "data": String::from_utf8_lossy(&request.data),
        "meta": String::from_utf8_lossy(&request.meta),
    })
}

#[centrifugo::rpc("nothing", collect = false)]
async fn nothing() {}

#[centrifugo::rpc("maybe/<id>", collect = false)]
async fn maybe(id: u8) -> Option<Sum> {
    (id > 0).then(|| Sum { numbers: vec![id.into()] })
}

#[centrifugo::rpc("bytes", collect = false)]
async fn bytes() -> RpcReply {
    RpcReply::raw(&b"\x00\x01\xff"[..])
}

#[centrifugo::rpc("get:users/<id>", collect = false)]
async fn user(id: u64) -> Value {
    json!({ "id": id })
}

#[centrifugo::rpc("привет", collect = false)]
async fn greet() -> &'static str {
    "мир"
}

async fn start() -> (Stage, Client) {
    let app = App::empty().handlers(handlers![connect, sum, mirror, nothing, maybe, bytes, user, greet]);
    let stage = Stage::start(app).await;
    let client = stage.connected(Value::Null).await;
    (stage, client)
}

fn refused(code: i64, message: &str) -> Refused {
    Refused { code, message: message.into() }
}

#[tokio::test]
async fn a_handler_receives_everything_that_the_client_sends() {
    let (stage, mut client) = start().await;
    let reply = client.rpc("mirror", json!([1])).await;
    assert_eq!(reply, Ok(json!({ "user": "7", "method": "mirror", "data": "[1]", "meta": "{\"level\":3}" })));
    stage.stop().await;
}

#[tokio::test]
async fn values_leave_as_json_and_bytes_as_they_are() {
    let (stage, mut client) = start().await;
    assert_eq!(client.rpc("sum", json!({ "numbers": [1, 2, 3] })).await, Ok(json!(6)));
    assert_eq!(client.rpc("nothing", Value::Null).await, Ok(Value::Null));
    assert_eq!(client.rpc("maybe/0", Value::Null).await, Ok(Value::Null));
    assert_eq!(client.rpc("maybe/9", Value::Null).await, Ok(json!({ "numbers": [9] })));
    assert_eq!(client.rpc("привет", Value::Null).await, Ok(json!("мир")));

    let mut binary = stage.client_with(json!({ "protobuf": true })).await;
    binary.event("connected").await;
    assert_eq!(binary.rpc("bytes", Value::Null).await, Ok(json!({ "base64": "AAH/" })));
    assert_eq!(binary.rpc("sum", json!({ "numbers": [1] })).await, Ok(json!(1)));
    stage.stop().await;
}

// Centrifugo closes the connection with 3506, for good.
#[tokio::test]
async fn bytes_that_are_not_json_fail_the_call_of_a_json_client_and_nothing_else() {
    let (stage, mut client) = start().await;
    assert_eq!(client.rpc("bytes", Value::Null).await, Err(refused(100, "internal server error")));
    stage.logs.line(&["ERROR", "the data isn't JSON", "rpc::bytes"]).await;
    assert_eq!(client.rpc("nothing", Value::Null).await, Ok(Value::Null));
    stage.stop().await;
}

#[tokio::test]
async fn an_unknown_method_answers_404() {
    let (stage, mut client) = start().await;
    for method in ["nobody", "", "maybe/x", "maybe/256", "Sum", "sum ", "\0", &"x".repeat(10_000)] {
        assert_eq!(client.rpc(method, Value::Null).await, Err(refused(404, "method not found")), "{method}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn data_that_does_not_fit_answers_400_and_only_the_log_says_why() {
    let (stage, mut client) = start().await;
    for data in [Value::Null, json!("x"), json!({ "numbers": ["1"] }), json!({})] {
        assert_eq!(client.rpc("sum", data.clone()).await, Err(refused(400, "bad request")), "{data}");
    }
    stage.logs.line(&["WARN", "missing field `numbers`", "rpc::sum"]).await;
    stage.stop().await;
}

// The generated configuration lists `get`; without it, Centrifugo replies with error 104.
#[tokio::test]
async fn a_method_with_a_namespace_reaches_its_handler() {
    let (stage, mut client) = start().await;
    assert_eq!(client.rpc("get:users/1", Value::Null).await, Ok(json!({ "id": 1 })));
    assert_eq!(client.rpc("get:users/x", Value::Null).await, Err(refused(404, "method not found")));
    stage.stop().await;
}
