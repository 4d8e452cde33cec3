//! How others write placeholders: routers, templates, `printf`, regular expressions.

use std::ops::Range;

use crate::error::ErrorKind;
use crate::values::DELIMITERS;

/// Whether literal text that starts here is a placeholder of another notation.
pub(crate) fn literal(text: &str, at: usize) -> Option<(ErrorKind, Range<usize>)> {
    let rest = &text[at..];
    let next = rest.chars().next()?;
    let length = match next {
        '\\' => return Some((ErrorKind::Regex, at..end(text, at))),
        '^' if at == 0 => return Some((ErrorKind::Anchor, 0..1)),
        '$' if at > 0 && rest == "$" => return Some((ErrorKind::Anchor, at..at + 1)),
        '{' | '}' => braces(rest),
        '$' | '#' | '%' if rest[1..].starts_with('{') => 1 + braces(&rest[1..]),
        '*' if name(&rest[1..]) > 0 => return Some((ErrorKind::Rest, at..at + 1 + name(&rest[1..]))),
        '*' => return Some((ErrorKind::Glob, at..at + 1)),
        _ if at > 0 && !starts_part(text, at) => return None,
        '(' => rest.find(')')? + 1,
        ':' | '$' if at > 0 && name(&rest[1..]) > 0 => 1 + name(&rest[1..]),
        '%' if is_conversion(&rest[1..]) => 2,
        _ => return None,
    };
    Some((ErrorKind::Habit, at..at + length))
}

/// What is wrong with the text between `<` and `>`, where it is no name.
pub(crate) fn placeholder(inner: &str) -> Option<ErrorKind> {
    let word = inner.trim_matches(|c: char| !is_letter(c));
    let is_name = !word.is_empty() && word.chars().all(is_letter);
    match inner {
        _ if inner.contains('=') => Some(ErrorKind::Default),
        _ if !is_name => None,
        _ if inner.contains('?') => Some(ErrorKind::Optional),
        _ if inner.contains(['*', '+']) || inner.starts_with("..") => Some(ErrorKind::Rest),
        _ => None,
    }
}

/// What is wrong with an optional tail that is a placeholder or a class of characters elsewhere.
pub(crate) fn tail(text: &str, span: Range<usize>) -> Option<(ErrorKind, Range<usize>)> {
    let inner = &text[span.start + 1..span.end - 1];
    if text[span.end..].starts_with(['+', '*', '{']) || inner.starts_with('^') {
        return Some((ErrorKind::Regex, span.start..end(text, span.start)));
    }
    let is_part = starts_part(text, span.start) && name(inner) == inner.len() && !inner.is_empty();
    is_part.then_some((ErrorKind::Square, span))
}

/// What follows a placeholder as it does in a regular expression: `<id>*`, `<id>?`.
pub(crate) fn quantifier(next: char) -> Option<ErrorKind> {
    match next {
        '*' | '+' => Some(ErrorKind::Rest),
        '?' => Some(ErrorKind::Optional),
        _ => None,
    }
}

/// The placeholder that was meant.
pub(crate) fn meant(text: &str) -> String {
    // What is a regular expression says nothing of a name, unless one stands before it: `id:\d+`.
    let is_regex = text.contains('\\') || text.find('[').is_some_and(|at| at > 0);
    let text = if is_regex { text.split_once(':').map_or("", |(name, _)| name) } else { text };
    let word = text.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let is_conversion = text.starts_with('%') && is_conversion(&text[1..]);
    let word = if word.is_empty() || is_conversion { "name" } else { &word[..name(word)] };
    format!("<{word}{}>", if text.contains(['*', '+']) || text.contains("..") { ".." } else { "" })
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of the name that the text starts with.
fn name(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !is_letter(c)).unwrap_or(text.len())
}

/// Whether a part of a name starts here: after one of `. / : # ,`. `::` is one mark.
fn starts_part(text: &str, at: usize) -> bool {
    text[..at].ends_with(DELIMITERS) && !(text[..at].ends_with(':') && text[at..].starts_with(':'))
}

/// `%s` and `%d`, as a part of its own.
fn is_conversion(text: &str) -> bool {
    text.starts_with(['s', 'd', 'i', 'u', 'v', 'x']) && name(text) == 1
}

/// `{uuid}` as a whole, where it is one.
fn braces(text: &str) -> usize {
    text.find('}').map_or(1, |length| length + 1)
}

/// The end of the part that starts here.
fn end(text: &str, at: usize) -> usize {
    text[at..].char_indices().skip(1).find(|(_, c)| DELIMITERS.contains(c)).map_or(text.len(), |(length, _)| at + length)
}
