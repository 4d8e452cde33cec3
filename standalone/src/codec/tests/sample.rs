//! Messages made of random bytes.

use std::collections::HashMap;

use bytes::Bytes;

use crate::codec::json::for_each_message;
use crate::proto::client;

/// How deep a message nests.
const DEPTH: u32 = 6;
const TEXTS: [&str; 8] = ["", "c", "a:b#1", "<&>", "\"\\\n\0", "\u{2028}é😀", "null", "r#type"];
/// Payloads that serde_json's `Value` writes as it has read them.
const PLAIN: [&str; 8] = ["", "null", "0", r#""""#, r#"{"a":[1,2]}"#, "[[[]]]", r#""a""#, "true"];
/// Payloads that only a reader keeps that doesn't look inside.
const PAYLOADS: [&str; 8] = ["", "null", "0", r#""""#, r#"{"a":[1, 2]}"#, "[[[]]]", r#""\ud800\n""#, "1e400"];

/// Bytes that decide; zeros after their end.
pub(super) struct Source<'a> {
    bytes: &'a [u8],
    depth: u32,
    payloads: [&'static str; 8],
}

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: DEPTH, payloads: PAYLOADS }
    }

    /// Only with payloads that another reader keeps as they are.
    pub(super) fn plain(bytes: &'a [u8]) -> Self {
        Self { payloads: PLAIN, ..Self::new(bytes) }
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        match self.byte() % 4 {
            0 => 0,
            1 => u64::MAX,
            2 => self.byte().into(),
            _ => (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte())),
        }
    }

    fn one_of(&mut self, choices: [&'static str; 8]) -> &'static str {
        choices[usize::from(self.byte() % 8)]
    }

    /// How many values a list has.
    fn length(&mut self) -> u8 {
        if self.depth == 0 { 0 } else { self.byte() % 3 }
    }

    /// A value one level deeper.
    fn within<T: Sample>(&mut self) -> T {
        self.depth -= 1;
        let value = T::sample(self);
        self.depth += 1;
        value
    }
}

pub(super) trait Sample {
    fn sample(source: &mut Source<'_>) -> Self;
}

macro_rules! messages {
    ($($message:ident { $($field:ident $(= $key:literal)? $(: $always:ident)?),* $(,)? })*) => {$(
        impl Sample for client::$message {
            #[allow(unused_variables, reason = "messages without fields")]
            fn sample(source: &mut Source<'_>) -> Self {
                Self { $($field: Sample::sample(source)),* }
            }
        }
    )*};
}

for_each_message!(messages);

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Sample for $number {
            fn sample(source: &mut Source<'_>) -> Self {
                source.number() as Self
            }
        }
    )*};
}

numbers!(u32, u64, i32, i64);

impl Sample for bool {
    fn sample(source: &mut Source<'_>) -> Self {
        source.byte() % 2 == 1
    }
}

impl Sample for String {
    fn sample(source: &mut Source<'_>) -> Self {
        source.one_of(TEXTS).to_owned()
    }
}

impl Sample for Bytes {
    fn sample(source: &mut Source<'_>) -> Self {
        Self::from_static(source.one_of(source.payloads).as_bytes())
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(source: &mut Source<'_>) -> Self {
        (source.length() > 0).then(|| source.within())
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(source: &mut Source<'_>) -> Self {
        (0..source.length()).map(|_| source.within()).collect()
    }
}

impl<T: Sample> Sample for HashMap<String, T> {
    fn sample(source: &mut Source<'_>) -> Self {
        (0..source.length()).map(|_| (String::sample(source), source.within())).collect()
    }
}
