//! Notations of other tools for placeholders: routers, templates, `printf`, regular expressions.

use std::ops::Range;

use crate::error::ErrorKind;
use crate::names::DELIMITERS;
use crate::suggest::{is_conversion, is_name_character, name_length};

/// The mistake and the place of a placeholder in another notation, if literal text holds one at this offset.
pub(crate) fn literal(text: &str, at: usize) -> Option<(ErrorKind, Range<usize>)> {
    let rest = &text[at..];
    let next = rest.chars().next()?;
    let length = match next {
        '\\' => return Some((ErrorKind::Regex, at..end(text, at))),
        '^' if at == 0 => return Some((ErrorKind::Anchor, 0..1)),
        '$' if at > 0 && rest == "$" => return Some((ErrorKind::Anchor, at..at + 1)),
        '{' | '}' => braces(rest),
        '$' | '#' | '%' if rest[1..].starts_with('{') => 1 + braces(&rest[1..]),
        '*' if name_length(&rest[1..]) > 0 => return Some((ErrorKind::Rest, at..at + 1 + name_length(&rest[1..]))),
        '*' => return Some((ErrorKind::Glob, at..at + 1)),
        _ if at > 0 && !starts_part(text, at) => return None,
        '(' => rest.find(')')? + 1,
        ':' | '$' if at > 0 && name_length(&rest[1..]) > 0 => 1 + name_length(&rest[1..]),
        '%' if is_conversion(&rest[1..]) => 2,
        _ => return None,
    };
    Some((ErrorKind::Habit, at..at + length))
}

/// The mistake in the text between `<` and `>`, where that is no name.
pub(crate) fn placeholder(inner: &str) -> Option<ErrorKind> {
    let word = inner.trim_matches(|c: char| !is_name_character(c));
    let is_name = !word.is_empty() && word.chars().all(is_name_character);
    match inner {
        _ if inner.contains('=') => Some(ErrorKind::Default),
        _ if !is_name => None,
        _ if inner.contains('?') => Some(ErrorKind::Optional),
        _ if inner.contains(['*', '+']) || inner.starts_with("..") => Some(ErrorKind::Rest),
        _ => None,
    }
}

/// The mistake and the place of an optional tail that is a placeholder or a class of characters in another notation.
pub(crate) fn tail(text: &str, span: Range<usize>) -> Option<(ErrorKind, Range<usize>)> {
    let inner = &text[span.start + 1..span.end - 1];
    if text[span.end..].starts_with(['+', '*', '{']) || inner.starts_with('^') {
        return Some((ErrorKind::Regex, span.start..end(text, span.start)));
    }
    let is_part = starts_part(text, span.start) && name_length(inner) == inner.len() && !inner.is_empty();
    is_part.then_some((ErrorKind::Square, span))
}

/// The mistake of a character that follows a placeholder as in a regular expression: `<id>*`, `<id>?`.
pub(crate) fn quantifier(next: char) -> Option<ErrorKind> {
    match next {
        '*' | '+' => Some(ErrorKind::Rest),
        '?' => Some(ErrorKind::Optional),
        _ => None,
    }
}

/// Whether a part of a name starts at this offset: after one of `. / : # ,`. `::` is one delimiter.
fn starts_part(text: &str, at: usize) -> bool {
    text[..at].ends_with(DELIMITERS) && !(text[..at].ends_with(':') && text[at..].starts_with(':'))
}

/// The length of `{uuid}` at the start of the text; 1 where no `}` follows.
fn braces(text: &str) -> usize {
    text.find('}').map_or(1, |length| length + 1)
}

/// The end of the part that starts at this offset.
fn end(text: &str, at: usize) -> usize {
    text[at..].char_indices().skip(1).find(|(_, c)| DELIMITERS.contains(c)).map_or(text.len(), |(length, _)| at + length)
}
