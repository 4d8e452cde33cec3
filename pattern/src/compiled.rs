//! A compiled pattern holds a pattern as bytes: its text, with one byte for each placeholder.
//!
//! UTF-8 has no byte above 0xF4, so placeholders take the bytes from 0xF8. A pattern stays so small that comparing a name
//! with one of thousands reads one place in memory.

use crate::names::value_length;
use crate::pattern::{Pattern, Segment};

/// Ends each compiled pattern.
const END: u8 = 0xFF;
/// Stands for a placeholder, together with the two bits below.
const PLACEHOLDER: u8 = 0xF8;
const NAMED: u8 = 0b01;
const REST: u8 = 0b10;

/// How literal text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    /// Ignores the case of ASCII letters. Compiled patterns hold them in lower case.
    Folded,
}

/// What a byte of a compiled pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Text(u8),
    Value { is_named: bool, is_rest: bool },
    End,
}

/// The values of a name's placeholders, in the pattern's order, without those of `<_>`. The iterator ends early where the
/// name has no optional tail.
#[derive(Debug, Clone)]
pub struct Values<'p, 'n> {
    /// The part of the compiled pattern that is left.
    compiled: &'p [u8],
    name: &'n str,
    /// The offset in the name that the part left starts at.
    at: usize,
}

impl Pattern {
    /// The values in a name that the pattern matches; `None` for other names. Literal text is compared with its case.
    pub fn matches<'p, 'n>(&'p self, name: &'n str) -> Option<Values<'p, 'n>> {
        let compiled = self.compiled.iter().rfind(|compiled| fits(compiled, name.as_bytes(), Case::Exact))?;
        Some(Values::new(compiled, name))
    }

    /// The same pattern with a compiled form for each way to read it.
    pub(crate) fn compile(mut self) -> Self {
        self.compiled = self.ways().map(|segments| compile(segments, Case::Exact)).collect();
        self
    }
}

impl Case {
    /// A byte of a name as compiled patterns hold it.
    pub(crate) fn fold(self, byte: u8) -> u8 {
        match self {
            Self::Exact => byte,
            Self::Folded => byte.to_ascii_lowercase(),
        }
    }
}

impl Token {
    pub(crate) fn of(byte: u8) -> Self {
        match byte {
            END => Self::End,
            PLACEHOLDER.. => Self::Value { is_named: byte & NAMED != 0, is_rest: byte & REST != 0 },
            text => Self::Text(text),
        }
    }
}

impl<'p, 'n> Values<'p, 'n> {
    /// The values of a name that the pattern matches.
    pub(crate) fn new(compiled: &'p [u8], name: &'n str) -> Self {
        Self { compiled, name, at: 0 }
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        loop {
            let (byte, compiled) = self.compiled.split_first()?;
            match Token::of(*byte) {
                Token::Text(_) => self.at += 1,
                Token::Value { is_named, is_rest } => {
                    let name = &self.name[self.at..];
                    let length = value_length(name.as_bytes(), is_rest);
                    self.at += length;
                    if is_named {
                        self.compiled = compiled;
                        return Some(&name[..length]);
                    }
                }
                Token::End => return None,
            }
            self.compiled = compiled;
        }
    }
}

/// Compiles segments.
pub(crate) fn compile<'s>(segments: impl Iterator<Item = &'s Segment>, case: Case) -> Vec<u8> {
    let mut compiled = Vec::new();
    for segment in segments {
        match segment {
            Segment::Literal(text) => compiled.extend(text.bytes().map(|byte| case.fold(byte))),
            Segment::Placeholder(placeholder) => {
                let named = if placeholder.name.is_some() { NAMED } else { 0 };
                compiled.push(PLACEHOLDER | named | if placeholder.is_rest { REST } else { 0 });
            }
        }
    }
    compiled.push(END);
    compiled
}

/// Whether a compiled pattern, or the end of one, matches the whole name.
pub(crate) fn fits(compiled: &[u8], mut name: &[u8], case: Case) -> bool {
    for byte in compiled {
        let length = match Token::of(*byte) {
            Token::Text(text) => usize::from(name.first().is_some_and(|first| case.fold(*first) == text)),
            Token::Value { is_rest, .. } => value_length(name, is_rest),
            Token::End => break,
        };
        if length == 0 {
            return false;
        }
        name = &name[length..];
    }
    name.is_empty()
}
