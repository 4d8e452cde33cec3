//! The values of a name's placeholders, as text.

use std::fmt::Display;

use crate::names::spelling::{self, Reader};

/// The text of a name's placeholders, in the pattern's order. It ends early where the optional tail is missing.
pub struct Values<'v, 'n> {
    /// `None` for a handler without a pattern.
    texts: Option<centrifugo_pattern::Values<'v, 'n>>,
    reader: &'v dyn Reader,
}

impl<'v, 'n> Values<'v, 'n> {
    pub(crate) fn new(texts: Option<centrifugo_pattern::Values<'v, 'n>>, reader: &'v dyn Reader) -> Self {
        Self { texts, reader }
    }

    /// Whether the value writes itself as the text that it was read from.
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
