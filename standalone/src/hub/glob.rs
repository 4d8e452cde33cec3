//! Patterns of channels, as the server API takes them: `*` and `?`, `[a-z]`, `[!a]`, `{one,other}` and `\` before a
//! character.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// A pattern as a regular expression. `None`: the pattern is incomplete.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let mut translation = Translation { rest: pattern.chars().peekable(), depth: 0, regex: String::from(r"(?s)\A") };
    while let Some(character) = translation.rest.next() {
        translation.add(character)?;
    }
    translation.finish()
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    /// The number of open braces.
    depth: usize,
    regex: String,
}

impl Translation<'_> {
    fn add(&mut self, character: char) -> Option<()> {
        match character {
            '*' => self.regex.push_str(".*"),
            '?' => self.regex.push('.'),
            '[' => self.class()?,
            '{' => self.open(),
            '}' if self.depth > 0 => self.close(),
            ',' if self.depth > 0 => self.regex.push('|'),
            '\\' => {
                let escaped = self.rest.next()?;
                self.literal(escaped);
            }
            _ => self.literal(character),
        }
        Some(())
    }

    fn literal(&mut self, character: char) {
        self.regex.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    fn open(&mut self) {
        self.depth += 1;
        self.regex.push_str("(?:");
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.regex.push(')');
    }

    fn class(&mut self) -> Option<()> {
        self.regex.push('[');
        if self.rest.next_if_eq(&'!').is_some() {
            self.regex.push('^');
        }
        loop {
            match self.rest.next()? {
                ']' => break,
                '-' => self.regex.push('-'),
                '\\' => {
                    let escaped = self.rest.next()?;
                    self.literal(escaped);
                }
                character => self.literal(character),
            }
        }
        self.regex.push(']');
        Some(())
    }

    fn finish(mut self) -> Option<Regex> {
        self.regex.push_str(r"\z");
        Regex::new(&self.regex).ok().filter(|_| self.depth == 0)
    }
}
