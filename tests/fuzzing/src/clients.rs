//! Clients of the app's own engine: commands in both formats, frames that are none, filters, and tokens.

use std::collections::HashSet;

use arbitrary::Arbitrary;
use prost::Message;
use serde_json::{Value, json};

use crate::engine::client::{Client, Received, masked};
use crate::engine::command::{self, Command};
use crate::engine::reply::{of_json, of_protobuf};
use crate::engine::{engine, run, schema, settled};
use crate::json::is_valid_in_go;
use crate::server_api::call;
use crate::{filters, tokens};

/// The most commands of a script: a target has to be quick.
const COMMANDS: usize = 40;

#[derive(Debug, Arbitrary)]
pub(crate) enum Input<'a> {
    Script(Vec<Step>),
    Garbage { is_protobuf: bool, pieces: Vec<Piece<'a>> },
    Filter(filters::Input),
    Token(tokens::Input<'a>),
}

#[derive(Debug, Arbitrary)]
pub(crate) enum Step {
    Frame(Vec<Command>),
    /// A publication by the server API.
    Publish {
        channel: u8,
        tag: u8,
    },
}

#[derive(Debug, Arbitrary)]
pub(crate) enum Piece<'a> {
    Commands(Vec<Command>),
    /// A frame of the protocol, with any payload.
    Payload(&'a [u8]),
    /// A frame of WebSocket, with any first byte.
    Frame(u8, &'a [u8]),
    Bytes(&'a [u8]),
}

pub(crate) fn check(input: Input<'_>) {
    match input {
        Input::Script(steps) => check_script(&steps),
        Input::Garbage { is_protobuf, pieces } => run(check_garbage(is_protobuf, &pieces)),
        Input::Filter(input) => run(filters::check(&input)),
        Input::Token(input) => run(tokens::check(&input)),
    }
}

/// Both formats have the same replies, and each command has one.
fn check_script(steps: &[Step]) {
    let (json, json_close) = play(steps, false);
    let (protobuf, protobuf_close) = play(steps, true);
    assert_eq!(json, protobuf, "JSON and Protobuf differ");
    assert_eq!(json_close, protobuf_close);
    assert!(matches!(json_close, Some(1005 | 3000..=3999)), "a close with {json_close:?}");
    let mut ids = HashSet::new();
    for id in json.iter().filter_map(|message| message["id"].as_u64()) {
        assert!(ids.insert(id), "two replies to {id}: {json:?}");
    }
    let commands = steps.iter().map(|step| if let Step::Frame(commands) = step { commands.len() } else { 0 });
    let is_connected = json.iter().any(|message| message["connect"].is_object());
    if is_connected && json_close == Some(1005) {
        assert_eq!(ids.len(), commands.sum::<usize>().min(COMMANDS), "a command without a reply: {json:?}");
    }
}

/// What a client receives, in one of the formats.
fn play(steps: &[Step], is_protobuf: bool) -> (Vec<Value>, Option<u16>) {
    let Received { messages, close } = run(async {
        let engine = engine();
        let mut client = Client::open(&engine, is_protobuf).await;
        let mut ids = 1..=COMMANDS;
        for step in steps {
            match step {
                Step::Frame(commands) => {
                    let commands = commands.iter().zip(&mut ids);
                    let commands: Vec<_> = commands.map(|(command, id)| command.with_id(id as u32)).collect();
                    if !commands.is_empty() {
                        client.send(&command::frame(&commands, is_protobuf)).await;
                    }
                }
                Step::Publish { channel, tag } => {
                    let channel = ["a", "cache:a", "app:a"][usize::from(*channel % 3)];
                    let tags = json!({"k": tag.to_string()});
                    call(&engine, "publish", &json!({"channel": channel, "data": [tag], "tags": tags})).await;
                }
            }
            settled().await;
        }
        client.end().await
    });
    let read = if is_protobuf { of_protobuf } else { of_json };
    let mut messages: Vec<Value> = messages.iter().map(|message| read(message)).collect();
    let me = messages.iter().find_map(|message| message["connect"]["client"].as_str()).unwrap_or("nobody").to_owned();
    messages.iter_mut().for_each(|message| make_equal(message, &me));
    (messages, close)
}

/// Replaces what differs between any two connections: the client's id, and epochs.
fn make_equal(value: &mut Value, me: &str) {
    match value {
        Value::String(text) if text == me => *text = "me".to_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| make_equal(value, me)),
        Value::Object(fields) => {
            if let Some(Value::String(epoch)) = fields.get_mut("epoch") {
                epoch.truncate(0);
            }
            if let Some(info) = fields.remove(me) {
                fields.insert("me".to_owned(), info);
            }
            fields.values_mut().for_each(|value| make_equal(value, me));
        }
        _ => {}
    }
}

/// Whatever a client sends, it receives whole messages of its format, leaves nothing behind, and harms no other client.
async fn check_garbage(is_protobuf: bool, pieces: &[Piece<'_>]) {
    let engine = engine();
    let mut client = Client::open(&engine, is_protobuf).await;
    let mut ids = 1..=COMMANDS as u32;
    for piece in pieces {
        let commands =
            |commands: &[Command], ids| commands.iter().zip(ids).map(|(command, id)| command.with_id(id)).collect();
        match piece {
            Piece::Commands(of) => {
                let commands: Vec<schema::Command> = commands(of, &mut ids);
                client.send(&command::frame(&commands, is_protobuf)).await;
            }
            Piece::Payload(payload) => client.send(payload).await,
            Piece::Frame(first, payload) => client.write(&masked(*first, payload)).await,
            Piece::Bytes(bytes) => client.write(bytes).await,
        }
    }
    for message in client.end().await.messages {
        let is_whole = if is_protobuf { schema::Reply::decode(&message[..]).is_ok() } else { is_valid_in_go(&message) };
        assert!(is_whole, "{:?}", String::from_utf8_lossy(&message));
    }
    settled().await;
    let info = call(&engine, "info", &json!({})).await;
    assert_eq!([&info["nodes"][0]["num_clients"], &info["nodes"][0]["num_subs"]], [0, 0], "{info}");
    let mut other = Client::open(&engine, false).await;
    other.send(br#"{"id":1,"connect":{}}"#).await;
    settled().await;
    let received = other.end().await.messages;
    assert!(received.first().is_some_and(|reply| of_json(reply)["connect"].is_object()), "{received:?}");
}
