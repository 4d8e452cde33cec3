//! Messages of protobuf, also those that the schema doesn't have, and their frames.

use arbitrary::Arbitrary;
use prost::encoding::{WireType, encode_key, encode_varint};

/// Words that the app or the protocol knows, which a fuzzer would find late.
const WORDS: [&str; 24] = [
    "",
    "json",
    "protobuf",
    "binary",
    "chat:1",
    "chat:x.y",
    "number:7",
    "number:007",
    "board:1",
    "prices:1",
    "ticks:1",
    "mirror:1",
    "mirror:1#2",
    "echo",
    "value",
    "text",
    "depth",
    "refuse",
    "fail",
    "get:a?b=1",
    "post:/a",
    "occupied",
    "vacated",
    "bnVsbA==",
];

/// A field of a message.
#[derive(Debug, Arbitrary)]
pub(crate) struct Field<'a> {
    number: u8,
    value: Value<'a>,
}

#[derive(Debug, Arbitrary)]
enum Value<'a> {
    Word(u8),
    Text(&'a str),
    Bytes(&'a [u8]),
    Json(Json),
    Number(u64),
    Message(Vec<Field<'a>>),
    /// A length that is not that of the bytes.
    Lie(u64, &'a [u8]),
}

#[derive(Debug, Arbitrary)]
enum Json {
    Null,
    Number,
    Text,
    List,
}

impl Field<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        // The schema's numbers end at 16.
        let number = u32::from(self.number % 17).max(1);
        match &self.value {
            Value::Word(at) => write(number, WORDS[usize::from(*at) % WORDS.len()].as_bytes(), to),
            Value::Text(text) => write(number, text.as_bytes(), to),
            Value::Bytes(bytes) => write(number, bytes, to),
            Value::Json(json) => write(number, json.text().as_bytes(), to),
            Value::Message(fields) => write(number, &message(fields), to),
            Value::Number(value) => {
                encode_key(number, WireType::Varint, to);
                encode_varint(*value, to);
            }
            Value::Lie(length, bytes) => {
                encode_key(number, WireType::LengthDelimited, to);
                encode_varint(*length, to);
                to.extend_from_slice(bytes);
            }
        }
    }
}

impl Json {
    fn text(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Number => "7",
            Self::Text => "\"a\"",
            Self::List => "[1]",
        }
    }
}

fn write(number: u32, bytes: &[u8], to: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, to);
    encode_varint(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}

/// A message with these fields.
pub(crate) fn message(fields: &[Field<'_>]) -> Vec<u8> {
    let mut message = Vec::new();
    for field in fields {
        field.write(&mut message);
    }
    message
}

/// The frame of a message. Its head may lie.
pub(crate) fn frame(flag: u8, length: usize, message: &[u8]) -> Vec<u8> {
    let mut frame = vec![flag];
    frame.extend_from_slice(&(length as u32).to_be_bytes());
    frame.extend_from_slice(message);
    frame
}
