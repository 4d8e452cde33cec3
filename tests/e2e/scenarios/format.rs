//! The two formats of frames. Scenarios and transcripts are JSON; here it becomes Protobuf, and Protobuf becomes JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use centrifugo_tests::wire::{DynamicMessage, Message, Value};
use protox::prost_reflect::{DescriptorPool, Kind, MapKey, MessageDescriptor, ReflectMessage, prost};
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite;

static SCHEMA: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../standalone/proto");
    let files = protox::compile(["client.proto"], [folder]).expect("a schema");
    DescriptorPool::from_file_descriptor_set(files).expect("a schema")
});

fn descriptor(name: &str) -> MessageDescriptor {
    SCHEMA.get_message_by_name(&format!("centrifugal.centrifuge.protocol.{name}")).expect("a message of the schema")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Protobuf,
}

impl Format {
    /// The frame of these commands.
    pub(crate) fn frame(self, commands: &[String]) -> tungstenite::Message {
        match self {
            Self::Json => tungstenite::Message::text(commands.join("\n")),
            Self::Protobuf => {
                let messages = commands.iter().map(|command| encode(descriptor("Command"), command));
                let frame: Vec<u8> = messages.flat_map(|message| message.encode_length_delimited_to_vec()).collect();
                tungstenite::Message::binary(frame)
            }
        }
    }

    /// The replies in a frame, as JSON.
    pub(crate) fn replies(self, frame: Bytes) -> Vec<String> {
        match self {
            Self::Json => String::from_utf8_lossy(&frame).split('\n').map(str::to_owned).collect(),
            Self::Protobuf => split(frame).unwrap_or_else(|error| vec![format!("no Protobuf: {error}")]),
        }
    }
}

fn split(mut frame: Bytes) -> Result<Vec<String>, prost::DecodeError> {
    let mut replies = Vec::new();
    while !frame.is_empty() {
        let length = prost::decode_length_delimiter(&mut frame)?.min(frame.len());
        replies.push(decode(&DynamicMessage::decode(descriptor("Reply"), frame.split_to(length))?));
    }
    Ok(replies)
}

/// # Panics
///
/// If the JSON isn't that of such a message.
fn encode(descriptor: MessageDescriptor, json: &str) -> DynamicMessage {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json).expect("an object");
    let mut message = DynamicMessage::new(descriptor);
    for (name, raw) in fields {
        let field = message.descriptor().get_field_by_name(&name).unwrap_or_else(|| panic!("no field `{name}`"));
        let value = if field.is_map() {
            map(field.kind(), raw.get())
        } else if field.is_list() {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).expect("an array");
            Value::List(items.iter().map(|item| value(field.kind(), item.get())).collect())
        } else {
            value(field.kind(), raw.get())
        };
        message.set_field(&field, value);
    }
    message
}

fn map(kind: Kind, json: &str) -> Value {
    let entries: BTreeMap<String, &RawValue> = serde_json::from_str(json).expect("an object");
    let kind = kind.as_message().expect("the message of an entry").map_entry_value_field().kind();
    Value::Map(entries.into_iter().map(|(key, raw)| (MapKey::String(key), value(kind.clone(), raw.get()))).collect())
}

fn value(kind: Kind, json: &str) -> Value {
    let number = || json.parse::<u64>().expect("a number");
    match kind {
        Kind::Message(descriptor) => Value::Message(encode(descriptor, json)),
        Kind::Bytes => Value::Bytes(payload(json)),
        Kind::String => Value::String(serde_json::from_str(json).expect("a string")),
        Kind::Bool => Value::Bool(json == "true"),
        Kind::Uint32 => Value::U32(number().try_into().expect("32 bits")),
        Kind::Uint64 => Value::U64(number()),
        Kind::Int32 => Value::I32(json.parse().expect("a number")),
        Kind::Int64 => Value::I64(json.parse().expect("a number")),
        other => panic!("no command has a field of type {other:?}"),
    }
}

/// The JSON as it stands; bytes that are none are written `"0xff"`.
fn payload(json: &str) -> Bytes {
    let hex = json.strip_prefix("\"0x").and_then(|hex| hex.strip_suffix('"'));
    hex.map_or_else(|| Bytes::copy_from_slice(json.as_bytes()), bytes)
}

/// The bytes of a hexadecimal text, in which spaces have no meaning.
pub(crate) fn bytes(hex: &str) -> Bytes {
    let digits: Vec<u8> = hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

fn decode(message: &DynamicMessage) -> String {
    let fields = message.fields().map(|(field, value)| format!("{:?}:{}", field.name(), json(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn json(value: &Value) -> String {
    match value {
        Value::Message(message) => decode(message),
        Value::Bytes(bytes) => written(bytes),
        Value::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Bool(value) => value.to_string(),
        Value::U32(number) => number.to_string(),
        Value::U64(number) => number.to_string(),
        Value::I32(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        Value::List(values) => format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{:?}:{}", key.as_str().unwrap_or_default(), json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        other => panic!("no reply has a field such as {other:?}"),
    }
}

fn written(bytes: &[u8]) -> String {
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(raw) => raw.get().to_owned(),
        Err(_) => format!("\"0x{}\"", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    }
}
