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
            // At the end, it escapes nothing.
            '\\' => {
                if let Some(escaped) = self.rest.next() {
                    self.literal(escaped);
                }
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

    /// One range such as `a-z`, or else a list, in which `-` is a character.
    fn class(&mut self) -> Option<()> {
        self.regex.push('[');
        if self.rest.next_if_eq(&'!').is_some() {
            self.regex.push('^');
        }
        let mut ahead = self.rest.clone();
        let (first, second) = (ahead.next()?, ahead.next()?);
        if second == '-' {
            self.rest = ahead;
            self.range(first)?;
        } else {
            self.list()?;
        }
        self.regex.push(']');
        Some(())
    }

    fn range(&mut self, low: char) -> Option<()> {
        let high = self.rest.next()?;
        self.literal(low);
        self.regex.push('-');
        self.literal(high);
        self.rest.next_if_eq(&']').map(|_| ())
    }

    fn list(&mut self) -> Option<()> {
        let empty = self.regex.len();
        loop {
            match self.rest.next()? {
                ']' => return (self.regex.len() > empty).then_some(()),
                '\\' => {
                    let escaped = self.rest.next()?;
                    self.literal(escaped);
                }
                character => self.literal(character),
            }
        }
    }

    fn finish(mut self) -> Option<Regex> {
        self.regex.push_str(r"\z");
        Regex::new(&self.regex).ok().filter(|_| self.depth == 0)
    }
}
