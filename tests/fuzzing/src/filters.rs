//! Filters of tags: a subscriber receives what a naive reading of its filter lets through.

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use centrifugo_standalone::Standalone;
use serde_json::{Map, Value, json};

use crate::engine::client::Client;
use crate::engine::command::{self, Filter, KEYS, VALUES, word};
use crate::engine::reply::{of_json, of_protobuf};
use crate::engine::schema::{self, FilterNode};
use crate::engine::{engine, settled};
use crate::server_api::call;

#[derive(Debug, Arbitrary)]
pub(crate) struct Input {
    is_protobuf: bool,
    filter: Filter,
    /// The tags of each publication: keys and values.
    publications: Vec<Vec<(u8, u8)>>,
}

pub(crate) async fn check(input: &Input) {
    let (engine, node) = (engine(), input.filter.node());
    let mut client = Client::open(&engine, input.is_protobuf).await;
    client.send(&command::frame(&commands(&node), input.is_protobuf)).await;
    settled().await;
    let expected = publish(&engine, input, &node).await;
    settled().await;
    let read = if input.is_protobuf { of_protobuf } else { of_json };
    let messages: Vec<Value> = client.end().await.messages.iter().map(|message| read(message)).collect();
    let is_subscribed = messages.iter().any(|message| message["subscribe"].is_object());
    assert_eq!(is_subscribed, is_valid(&node), "{node:?}: {messages:?}");
    let received = messages.iter().filter_map(|message| message["push"]["pub"]["data"].as_u64());
    assert_eq!(received.collect::<Vec<_>>(), if is_subscribed { expected } else { Vec::new() }, "{node:?}");
}

fn commands(node: &FilterNode) -> [schema::Command; 2] {
    let connect = schema::ConnectRequest { data: "{}".into(), ..Default::default() };
    let (channel, tf) = ("a".to_owned(), Some(node.clone()));
    let subscribe = schema::SubscribeRequest { channel, data: "{}".into(), tf, ..Default::default() };
    [
        schema::Command { id: 1, connect: Some(connect), ..Default::default() },
        schema::Command { id: 2, subscribe: Some(subscribe), ..Default::default() },
    ]
}

/// Publishes all of the input, and returns what the subscriber has to receive.
async fn publish(engine: &Standalone, input: &Input, node: &FilterNode) -> Vec<u64> {
    let mut expected = Vec::new();
    for (at, tags) in (0..).zip(&input.publications) {
        let tags = tags.iter().map(|(key, value)| (word(&KEYS, *key), word(&VALUES, *value)));
        // Of two same keys, the last one counts.
        let tags: BTreeMap<_, _> = tags.collect();
        let object: Map<_, _> = tags.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect();
        call(engine, "publish", &json!({"channel": "a", "data": at, "tags": object})).await;
        if is_valid(node) && passes(node, &tags) {
            expected.push(at);
        }
    }
    expected
}

/// Whether a filter means anything.
fn is_valid(node: &FilterNode) -> bool {
    let FilterNode { op, key, cmp, val, vals, nodes } = node;
    match op.as_str() {
        "and" | "or" => !nodes.is_empty() && nodes.iter().all(is_valid),
        "not" => nodes.len() == 1 && is_valid(&nodes[0]),
        "" => match cmp.as_str() {
            "ex" | "nex" => val.is_empty() && vals.is_empty(),
            "in" | "nin" => !key.is_empty() && val.is_empty() && !vals.is_empty(),
            "eq" | "neq" | "sw" | "ew" | "ct" | "lt" | "lte" | "gt" | "gte" => {
                !key.is_empty() && !val.is_empty() && vals.is_empty()
            }
            _ => false,
        },
        _ => false,
    }
}

fn passes(node: &FilterNode, tags: &BTreeMap<String, String>) -> bool {
    let tag = tags.get(&node.key).map(String::as_str);
    let (value, values) = (node.val.as_str(), &node.vals);
    let has = |tag: &str| values.iter().any(|value| value == tag);
    let numbers = || Some((number(tag?)?, number(value)?));
    match (node.op.as_str(), node.cmp.as_str()) {
        ("and", _) => node.nodes.iter().all(|node| passes(node, tags)),
        ("or", _) => node.nodes.iter().any(|node| passes(node, tags)),
        ("not", _) => !passes(&node.nodes[0], tags),
        (_, "eq") => tag == Some(value),
        (_, "neq") => tag != Some(value),
        (_, "in") => has(tag.unwrap_or_default()),
        (_, "nin") => !has(tag.unwrap_or_default()),
        (_, "ex") => tag.is_some(),
        (_, "nex") => tag.is_none(),
        (_, "sw") => tag.is_some_and(|tag| tag.starts_with(value)),
        (_, "ew") => tag.is_some_and(|tag| tag.ends_with(value)),
        (_, "ct") => tag.is_some_and(|tag| tag.contains(value)),
        (_, "lt") => numbers().is_some_and(|(tag, value)| tag < value),
        (_, "lte") => numbers().is_some_and(|(tag, value)| tag <= value),
        (_, "gt") => numbers().is_some_and(|(tag, value)| tag > value),
        _ => numbers().is_some_and(|(tag, value)| tag >= value),
    }
}

/// A decimal number, in parts of 10^-10: as many as the values of filters have. `None`: it is none.
fn number(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.trim_start_matches(['+', '-']);
    if digits.is_empty() || !digits.chars().chain(fraction.chars()).all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let size: i128 = format!("{digits}{fraction:0<10}").parse().ok()?;
    Some(if whole.starts_with('-') { -size } else { size })
}
