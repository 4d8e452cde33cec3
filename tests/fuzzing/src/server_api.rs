//! The server API of the app's own engine: any body gets a response that is one of the API.

use arbitrary::Arbitrary;
use bytes::Bytes;
use centrifugo_standalone::Standalone;
use http::{Request, Response};
use serde_json::{Map, Value, json};

use crate::engine::client::Client;
use crate::engine::reply::of_json;
use crate::engine::{engine, run, settled};
use crate::json::is_valid_in_go;

const METHODS: [&str; 22] = [
    "publish",
    "broadcast",
    "subscribe",
    "unsubscribe",
    "disconnect",
    "history",
    "history_remove",
    "presence",
    "presence_stats",
    "info",
    "rpc",
    "refresh",
    "channels",
    "map_publish",
    "map_remove",
    "map_read_state",
    "map_read_stream",
    "map_stats",
    "map_clear",
    "shared_poll_publish",
    "batch",
    "",
];

const FIELDS: [&str; 24] = [
    "channel",
    "channels",
    "data",
    "b64data",
    "tags",
    "idempotency_key",
    "version",
    "version_epoch",
    "skip_history",
    "user",
    "client",
    "info",
    "b64info",
    "expire_at",
    "expired",
    "disconnect",
    "limit",
    "since",
    "reverse",
    "pattern",
    "recover_since",
    "override",
    "whitelist",
    "method",
];

const WORDS: [&str; 18] = [
    "a",
    "cache:a",
    "app:a",
    "nowhere:a",
    "",
    "me",
    "*",
    "{a,b",
    "[!a-z]",
    "e30=",
    "%",
    "epoch",
    "k",
    "publish",
    "code",
    "reason",
    "offset",
    "x\u{0}\n\"",
];

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    calls: Vec<(u8, Body<'a>)>,
}

#[derive(Debug, Arbitrary)]
enum Body<'a> {
    Fields(Vec<(u8, Json)>),
    /// A batch of commands.
    Commands(bool, Vec<(u8, Vec<(u8, Json)>)>),
    /// Requests of the route without a method.
    Legacy(Vec<(u8, Vec<(u8, Json)>)>),
    Bytes(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
enum Json {
    Null,
    Flag(bool),
    Number(i64),
    Fraction(f64),
    Word(u8),
    Words(Vec<u8>),
    List(Vec<Json>),
    Object(Vec<(u8, Json)>),
}

/// Calls the server API, and returns the result.
pub(crate) async fn call(engine: &Standalone, method: &str, request: &Value) -> Value {
    let response = post(engine, method, request.to_string().into_bytes()).await;
    let mut body: Value = serde_json::from_slice(response.body()).expect("JSON");
    body["result"].take()
}

async fn post(engine: &Standalone, method: &str, body: Vec<u8>) -> Response<Bytes> {
    let path = if method.is_empty() { "/api".to_owned() } else { format!("/api/{method}") };
    engine.api().call(Request::post(path).body(Bytes::from(body)).expect("a request")).await
}

pub(crate) fn check(input: Input<'_>) {
    run(async {
        let engine = engine();
        let mut client = Client::open(&engine, false).await;
        client.send(b"{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}").await;
        settled().await;
        for (method, body) in &input.calls {
            let method = METHODS[usize::from(*method) % METHODS.len()];
            check_response(method, &post(&engine, method, body.bytes()).await);
        }
        settled().await;
        for message in client.end().await.messages {
            of_json(&message);
        }
    });
}

fn check_response(method: &str, response: &Response<Bytes>) {
    let (status, body) = (response.status().as_u16(), response.body());
    match (status, response.headers()["content-type"].as_bytes()) {
        (200, b"application/json") => {
            let lines: Vec<_> = body.split(|byte| *byte == b'\n').collect();
            assert!(lines.len() == 1 || method.is_empty(), "{method}: {} lines", lines.len());
            assert!(lines.iter().all(|line| is_valid_in_go(line)), "{method}: {}", String::from_utf8_lossy(body));
        }
        // Malformed, or a payload that is no JSON.
        (400 | 500, b"text/plain; charset=utf-8") => {}
        other => panic!("{method}: {other:?}"),
    }
}

impl Body<'_> {
    fn bytes(&self) -> Vec<u8> {
        let object = |fields: &[(u8, Json)]| fields.iter().map(|(name, value)| (field(*name), value.value())).collect();
        let value: Value = match self {
            Self::Bytes(bytes) => return bytes.to_vec(),
            Self::Fields(fields) => Value::Object(object(fields)),
            Self::Commands(is_parallel, commands) => {
                let commands =
                    commands.iter().map(|(method, fields)| json!({method_of(*method): Value::Object(object(fields))}));
                json!({"commands": commands.collect::<Vec<_>>(), "parallel": is_parallel})
            }
            Self::Legacy(requests) => {
                let requests = requests.iter().zip(1..).map(|((method, fields), id)| {
                    json!({"id": id, "method": method_of(*method), "params": Value::Object(object(fields))}).to_string()
                });
                return requests.collect::<Vec<_>>().join("\n").into_bytes();
            }
        };
        value.to_string().into_bytes()
    }
}

fn field(at: u8) -> String {
    FIELDS[usize::from(at) % FIELDS.len()].to_owned()
}

fn method_of(at: u8) -> &'static str {
    METHODS[usize::from(at) % METHODS.len()]
}

impl Json {
    fn value(&self) -> Value {
        let word = |at: &u8| WORDS[usize::from(*at) % WORDS.len()];
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => (*number).into(),
            Self::Fraction(number) => (*number).into(),
            Self::Word(at) => word(at).into(),
            Self::Words(words) => words.iter().map(word).collect(),
            Self::List(values) => values.iter().map(Self::value).collect(),
            Self::Object(fields) => {
                let name = |at: &u8| if at.is_multiple_of(2) { word(at).to_owned() } else { field(*at) };
                Value::Object(fields.iter().map(|(at, value)| (name(at), value.value())).collect::<Map<_, _>>())
            }
        }
    }
}
