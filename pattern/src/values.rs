//! The values of placeholders: which texts they may be, and where they stand in a name.

use crate::pattern::{Pattern, Segment};

/// What ends a value: the characters that structure names.
pub(crate) const DELIMITERS: [char; 5] = ['.', '/', ':', '#', ','];

/// Whether a text may be the value of a placeholder: one or more visible ASCII characters; none of `. / : # ,`, unless it is the
/// rest of a name.
pub fn is_valid_value(text: &str, rest: bool) -> bool {
    !text.is_empty() && value_length(text.as_bytes(), rest) == text.len()
}

/// The length of the value at the start of a name. Everything that may be in it is: what follows a placeholder can't be.
pub(crate) fn value_length(name: &[u8], rest: bool) -> usize {
    let may_be = |byte: &u8| byte.is_ascii_graphic() && (rest || !DELIMITERS.contains(&char::from(*byte)));
    name.iter().take_while(|byte| may_be(byte)).count()
}

/// The values of a name's placeholders, in the pattern's order; those of `<_>` are left out. It ends early where the optional tail is
/// missing.
#[derive(Debug, Clone)]
pub struct Values<'p, 'n> {
    head: std::slice::Iter<'p, Segment>,
    tail: std::slice::Iter<'p, Segment>,
    name: &'n str,
}

impl<'p, 'n> Values<'p, 'n> {
    pub(crate) fn new(pattern: &'p Pattern, with_tail: bool, name: &'n str) -> Self {
        let tail = if with_tail { pattern.tail.as_deref().unwrap_or_default() } else { &[] };
        Self { head: pattern.head.iter(), tail: tail.iter(), name }
    }

    /// Whether the name is the pattern's, from start to end.
    pub(crate) fn fits(mut self) -> bool {
        while let Some(segment) = self.head.next().or_else(|| self.tail.next()) {
            let rest = match segment {
                Segment::Literal(text) => self.name.strip_prefix(text.as_str()),
                Segment::Placeholder(placeholder) => match value_length(self.name.as_bytes(), placeholder.is_rest) {
                    0 => None,
                    length => self.name.get(length..),
                },
            };
            match rest {
                Some(rest) => self.name = rest,
                None => return false,
            }
        }
        self.name.is_empty()
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        loop {
            match self.head.next().or_else(|| self.tail.next())? {
                Segment::Literal(text) => self.name = self.name.get(text.len()..)?,
                Segment::Placeholder(placeholder) => {
                    let (value, name) = self.name.split_at(value_length(self.name.as_bytes(), placeholder.is_rest));
                    self.name = name;
                    if placeholder.name.is_some() {
                        return Some(value);
                    }
                }
            }
        }
    }
}
