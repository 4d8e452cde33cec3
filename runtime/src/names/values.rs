//! The values of a name's placeholders, as strings.

use std::fmt::Display;

use crate::names::spelling::{self, Reader};

/// The values of a name's placeholders, in the pattern's order. It ends early if the name lacks the pattern's optional tail.
pub struct Values<'v, 'n> {
    /// `None` for a handler without a pattern.
    texts: Option<centrifugo_pattern::Values<'v, 'n>>,
    reader: &'v dyn Reader,
}

impl<'v, 'n> Values<'v, 'n> {
    pub(crate) fn new(texts: Option<centrifugo_pattern::Values<'v, 'n>>, reader: &'v dyn Reader) -> Self {
        Self { texts, reader }
    }

    /// Whether the value's `Display` writes the text that the value was read from; if not, logs that.
    pub(crate) fn is_written(&self, value: &dyn Display, text: &str) -> bool {
        let is_written = spelling::is_written(value, text);
        if !is_written {
            spelling::differs(self.reader, text, value);
        }
        is_written
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        self.texts.as_mut()?.next()
    }
}
