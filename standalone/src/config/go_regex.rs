//! Regular expressions as Go reads them. The syntax of the crate `regex` is nearly the same.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

use super::source::Source;

/// Reads the regular expression that `key` holds.
pub(super) fn read(source: &Source<'_>, key: &str) -> Option<Regex> {
    let pattern = source.text_if_any(key)?;
    match Regex::new(&translated(&pattern)) {
        Ok(regex) => Some(regex),
        Err(error) => {
            // The last line says what is wrong; those before draw the pattern.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            source.fault(key, format!("is no regular expression of Go ({reason})"), "write one without lookaround");
            None
        }
    }
}

/// The pattern in the syntax of the crate `regex`.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => escape(chars.next(), in_class, &mut chars, &mut out),
            '[' if in_class && chars.peek() != Some(&':') => out.push_str("\\["),
            '[' if in_class => posix(&mut chars, &mut out),
            '[' => in_class = open_class(&mut chars, &mut out),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // Operations on sets in the crate `regex`, plain characters in Go.
            '&' | '~' if in_class => out.extend(['\\', char]),
            other => out.push(other),
        }
    }
    out
}

/// Writes the start of a class, in which a first `]` is a plain character.
fn open_class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> bool {
    out.push('[');
    out.extend(chars.next_if_eq(&'^'));
    if chars.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    true
}

/// Copies `[:alpha:]` after its `[`.
fn posix(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    for char in chars.by_ref() {
        out.push(char);
        if char == ']' {
            return;
        }
    }
}

/// Writes what follows a backslash: the classes of Perl match ASCII alone in Go.
fn escape(char: Option<char>, in_class: bool, chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    match char {
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
        Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
        Some('b') if !in_class => out.push_str("(?-u:\\b)"),
        Some('B') if !in_class => out.push_str("(?-u:\\B)"),
        Some('Q') if !in_class => quote(chars, out),
        Some(other) => out.extend(['\\', other]),
        None => out.push('\\'),
    }
}

/// Writes the plain text between `\Q` and `\E`.
fn quote(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    let rest: String = chars.clone().collect();
    let text = rest.split("\\E").next().unwrap_or_default();
    out.push_str(&regex::escape(text));
    let skipped = text.chars().count() + if rest.len() > text.len() { 2 } else { 0 };
    for _ in 0..skipped {
        chars.next();
    }
}
