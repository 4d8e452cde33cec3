//! Writes messages, as Centrifugo does: without the fields whose value is zero, and with payloads spliced in.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::{for_each_message, key};
use crate::codec::format::NotJson;
use crate::proto::client;

/// Room for the keys of a usual message, beyond the values.
const KEYS: usize = 96;
/// Hexadecimal digits, of which the first ten are the decimal ones.
const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// Writes a message whose values take about `size` bytes.
pub(in crate::codec) fn write(message: &impl Write, size: usize) -> Result<Bytes, NotJson> {
    let mut json = Json { text: Vec::with_capacity(size + KEYS), invalid_payload: false };
    message.write(&mut json);
    if json.invalid_payload { Err(NotJson) } else { Ok(json.text.into()) }
}

/// A value of a message.
pub(in crate::codec) trait Write {
    /// Whether the value is left out. A message isn't, however empty: only its absence is zero.
    fn is_zero(&self) -> bool {
        false
    }

    /// Appends the value.
    fn write(&self, json: &mut Json);
}

/// The text of a message, as far as it is written.
#[derive(Debug)]
pub(in crate::codec) struct Json {
    text: Vec<u8>,
    /// Whether a payload isn't JSON, and so the text isn't either.
    invalid_payload: bool,
}

impl Json {
    fn raw(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Appends a field, unless its value is zero and may be left out. `key` has its quotes and colon.
    #[inline]
    fn field(&mut self, first: &mut bool, key: &'static str, value: &impl Write, always: bool) {
        if always || !value.is_zero() {
            self.separate(first);
            self.raw(key);
            value.write(self);
        }
    }

    /// Appends a comma, but for the first time.
    fn separate(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.text.push(b',');
        }
    }

    fn unsigned(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = DIGITS[(number % 10) as usize];
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.text.extend_from_slice(&digits[start..]);
    }

    fn signed(&mut self, number: i64) {
        if number < 0 {
            self.text.push(b'-');
        }
        self.unsigned(number.unsigned_abs());
    }

    /// Appends a string. Like Go's encoder, it escapes what HTML and JavaScript would take for their own.
    fn string(&mut self, mut text: &str) {
        self.text.push(b'"');
        while let Some((at, character)) = text.char_indices().find(|(_, character)| is_escaped(*character)) {
            self.raw(&text[..at]);
            self.escape(character);
            text = &text[at + character.len_utf8()..];
        }
        self.raw(text);
        self.text.push(b'"');
    }

    fn escape(&mut self, character: char) {
        match character {
            '\n' => self.raw("\\n"),
            '\r' => self.raw("\\r"),
            '\t' => self.raw("\\t"),
            '"' => self.raw("\\\""),
            '\\' => self.raw("\\\\"),
            other => {
                self.raw("\\u");
                let digits = [12, 8, 4, 0].map(|shift| DIGITS[(other as usize >> shift) & 0xf]);
                self.text.extend_from_slice(&digits);
            }
        }
    }

    /// Appends a payload as it is, but for line breaks, which end a message.
    fn payload(&mut self, payload: &[u8]) {
        let start = self.text.len();
        if payload.contains(&b'\n') {
            self.text.extend(payload.iter().filter(|byte| **byte != b'\n'));
        } else {
            self.text.extend_from_slice(payload);
        }
        // As in Centrifugo, whose encoder writes what is empty as null.
        if self.text.len() == start && !payload.is_empty() {
            self.raw("null");
        }
        // Checked each for itself: together with its surroundings, `1},"x":{"a":2` would be JSON. Checked without line
        // breaks, as Centrifugo does: between tokens they are white space, and in a string they are lost.
        self.invalid_payload |= serde_json::from_slice::<&RawValue>(&self.text[start..]).is_err();
    }
}

fn is_escaped(character: char) -> bool {
    matches!(character, '\0'..='\x1f' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}

macro_rules! messages {
    ($($message:ident { $($field:ident $(= $key:literal)? $(: $always:ident)?),* $(,)? })*) => {$(
        impl Write for client::$message {
            #[allow(unused_mut, unused_variables, reason = "messages without fields")]
            fn write(&self, json: &mut Json) {
                json.text.push(b'{');
                let mut first = true;
                $(
                    let key = concat!("\"", key!($field $($key)?), "\":");
                    json.field(&mut first, key, &self.$field, always!($($always)?));
                )*
                json.text.push(b'}');
            }
        }
    )*};
}

macro_rules! always {
    () => {
        false
    };
    (always) => {
        true
    };
}

for_each_message!(messages);

macro_rules! numbers {
    ($($number:ty: $write:ident),*) => {$(
        impl Write for $number {
            fn is_zero(&self) -> bool {
                *self == 0
            }

            fn write(&self, json: &mut Json) {
                json.$write((*self).into());
            }
        }
    )*};
}

numbers!(u32: unsigned, u64: unsigned, i32: signed, i64: signed);

impl Write for bool {
    fn is_zero(&self) -> bool {
        !self
    }

    fn write(&self, json: &mut Json) {
        json.raw(if *self { "true" } else { "false" });
    }
}

impl Write for String {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }

    fn write(&self, json: &mut Json) {
        json.string(self);
    }
}

/// Bytes are payloads; the protocol has no others.
impl Write for Bytes {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }

    fn write(&self, json: &mut Json) {
        json.payload(self);
    }
}

impl<T: Write> Write for Option<T> {
    fn is_zero(&self) -> bool {
        self.is_none()
    }

    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.raw("null"),
        }
    }
}

impl<T: Write> Write for Vec<T> {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }

    fn write(&self, json: &mut Json) {
        json.text.push(b'[');
        let mut first = true;
        for value in self {
            json.separate(&mut first);
            value.write(json);
        }
        json.text.push(b']');
    }
}

impl<T: Write> Write for HashMap<String, T> {
    fn is_zero(&self) -> bool {
        self.is_empty()
    }

    fn write(&self, json: &mut Json) {
        json.text.push(b'{');
        let mut first = true;
        for (key, value) in self {
            json.separate(&mut first);
            json.string(key);
            json.text.push(b':');
            value.write(json);
        }
        json.text.push(b'}');
    }
}
