//! A pattern as names are compared with it: its text, in which one byte stands for each placeholder.
//!
//! Such bytes are in no text, for UTF-8 has none above 0xF4. A pattern is so few bytes that among thousands, to compare a name with
//! one is to look at one place in memory.

use crate::pattern::Segment;
use crate::values::value_length;

/// The end of every code.
const END: u8 = 0xFF;
/// A placeholder, with these two bits.
const PLACEHOLDER: u8 = 0xF8;
const NAMED: u8 = 0b01;
const REST: u8 = 0b10;

/// How text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    /// In upper and lower case, of ASCII. Codes have the lower case.
    Folded,
}

/// What a byte of a code asks of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Text(u8),
    Value { is_named: bool, is_rest: bool },
    End,
}

impl Case {
    /// The byte as codes have it.
    pub(crate) fn fold(self, byte: u8) -> u8 {
        match self {
            Self::Exact => byte,
            Self::Folded => byte.to_ascii_lowercase(),
        }
    }
}

impl Op {
    pub(crate) fn of(byte: u8) -> Self {
        match byte {
            END => Self::End,
            PLACEHOLDER.. => Self::Value { is_named: byte & NAMED != 0, is_rest: byte & REST != 0 },
            text => Self::Text(text),
        }
    }
}

/// The code of these segments.
pub(crate) fn code<'s>(segments: impl Iterator<Item = &'s Segment>, case: Case) -> Vec<u8> {
    let mut code = Vec::new();
    for segment in segments {
        match segment {
            Segment::Literal(text) => code.extend(text.bytes().map(|byte| case.fold(byte))),
            Segment::Placeholder(placeholder) => {
                let named = if placeholder.name.is_some() { NAMED } else { 0 };
                code.push(PLACEHOLDER | named | if placeholder.is_rest { REST } else { 0 });
            }
        }
    }
    code.push(END);
    code
}

/// Whether the name goes through the code, from its start to its end.
pub(crate) fn fits(code: &[u8], mut name: &[u8], case: Case) -> bool {
    for byte in code {
        let length = match Op::of(*byte) {
            Op::Text(text) => usize::from(name.first().is_some_and(|first| case.fold(*first) == text)),
            Op::Value { is_rest, .. } => value_length(name, is_rest),
            Op::End => break,
        };
        if length == 0 {
            return false;
        }
        name = &name[length..];
    }
    name.is_empty()
}
