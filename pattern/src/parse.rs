//! The grammar, read from left to right. The first mistake ends it.

use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::habits;
use crate::pattern::{Pattern, Placeholder, Segment};
use crate::values::DELIMITERS;

/// Words that can't name an argument.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try",
    "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

pub(crate) fn pattern(text: &str) -> Result<Pattern, Error> {
    let mut parser = Parser { text, at: 0, names: Vec::new() };
    let (head, tail) = parser.pattern().map_err(|(kind, span)| Error { kind, pattern: text.to_owned(), span })?;
    Ok(Pattern::new(text, head, tail))
}

type Fault = (ErrorKind, Range<usize>);

struct Parser<'t> {
    text: &'t str,
    at: usize,
    names: Vec<&'t str>,
}

impl<'t> Parser<'t> {
    fn pattern(&mut self) -> Result<(Vec<Segment>, Option<Vec<Segment>>), Fault> {
        let head = self.segments(false)?;
        if self.peek() != Some('[') {
            return Ok((head, None));
        }
        let open = self.at;
        self.at += 1;
        let tail = self.segments(true)?;
        match self.peek() {
            None => return Err((ErrorKind::TailUnclosed, open..self.at)),
            Some('[') => return Err((ErrorKind::TailNested, self.at..self.at + 1)),
            Some(_) => self.at += 1,
        }
        let span = open..self.at;
        if let Some(fault) = habits::tail(self.text, span.clone()) {
            return Err(fault);
        }
        if self.at < self.text.len() {
            return Err((ErrorKind::TailNotLast, self.at..self.text.len()));
        }
        if tail.is_empty() {
            return Err((ErrorKind::TailEmpty, span));
        }
        if head.is_empty() {
            return Err((ErrorKind::TailAlone, span));
        }
        Ok((head, Some(tail)))
    }

    /// Up to `[`, `]` of a tail, or the end.
    fn segments(&mut self, in_tail: bool) -> Result<Vec<Segment>, Fault> {
        let mut segments = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                '[' => break,
                ']' if in_tail => break,
                '<' => segments.push(Segment::Placeholder(self.placeholder(in_tail)?)),
                _ => segments.push(Segment::Literal(self.literal()?)),
            }
        }
        Ok(segments)
    }

    fn literal(&mut self) -> Result<String, Fault> {
        let start = self.at;
        while let Some(next) = self.peek() {
            match next {
                '<' | '[' => break,
                ']' if self.text[..self.at].contains('[') => break,
                '>' | ']' => return Err((ErrorKind::Stray, self.at..self.at + 1)),
                other => match habits::literal(self.text, self.at) {
                    Some(fault) => return Err(fault),
                    None => self.at += other.len_utf8(),
                },
            }
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn placeholder(&mut self, is_optional: bool) -> Result<Placeholder, Fault> {
        let start = self.at;
        let inside = &self.text[start + 1..];
        let (length, end) = match inside.char_indices().find(|(_, c)| matches!(c, '<' | '>' | '[' | ']')) {
            Some((length, '>')) => (length, start + 1 + length + 1),
            Some((0, '<')) if inside.contains(">>") => {
                let length = inside.find(">>").unwrap_or_default();
                return Err((ErrorKind::Doubled, start..start + 1 + length + 2));
            }
            Some((length, '<')) if inside.contains('>') => {
                return Err((ErrorKind::Nested, start..start + 1 + length + 1));
            }
            Some((length, _)) => return Err((ErrorKind::Unclosed, start..start + 1 + length)),
            None => return Err((ErrorKind::Unclosed, start..self.text.len())),
        };
        let span = start..end;
        let inner = &inside[..length];
        let (name, is_rest) = match inner.strip_suffix("..") {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let placeholder = Placeholder { name: self.name(name, is_rest, start + 1, &span)?, is_rest, is_optional, span };
        self.at = end;
        self.follow(&placeholder)?;
        Ok(placeholder)
    }

    /// The name within a placeholder's brackets; `None` for `_`.
    fn name(
        &mut self,
        name: &'t str,
        is_rest: bool,
        start: usize,
        placeholder: &Range<usize>,
    ) -> Result<Option<String>, Fault> {
        let span = start..start + name.len();
        if name.ends_with('.') && is_rest {
            return Err((ErrorKind::Dots, placeholder.clone()));
        }
        if name.is_empty() {
            let kind = if is_rest { ErrorKind::UnnamedRest } else { ErrorKind::Unnamed };
            return Err((kind, placeholder.clone()));
        }
        if name == "_" {
            return Ok(None);
        }
        if name.contains(':') {
            return Err((ErrorKind::Type, placeholder.clone()));
        }
        let is_identifier =
            !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if let (false, Some(kind)) =
            (is_identifier, habits::placeholder(&self.text[placeholder.start + 1..placeholder.end - 1]))
        {
            return Err((kind, placeholder.clone()));
        }
        if !is_identifier || name.bytes().all(|byte| byte == b'_') {
            return Err((ErrorKind::Name, span));
        }
        if KEYWORDS.binary_search(&name).is_ok() {
            return Err((ErrorKind::Keyword, span));
        }
        if self.names.contains(&name) {
            return Err((ErrorKind::Duplicate, span));
        }
        self.names.push(name);
        Ok(Some(name.to_owned()))
    }

    /// What may follow a placeholder: the end of the pattern or of its tail, a tail, or a delimiter.
    fn follow(&self, placeholder: &Placeholder) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        let next = rest.chars().next();
        let ends = next.is_none() || (placeholder.is_optional && next == Some(']'));
        if ends {
            return Ok(());
        }
        if let Some(kind) = next.and_then(habits::quantifier) {
            return Err((kind, placeholder.span.start..self.at + 1));
        }
        if placeholder.is_rest {
            return Err((ErrorKind::RestNotLast, placeholder.span()));
        }
        let next = if next == Some('[') { rest.chars().nth(1) } else { next };
        match next {
            Some(next) if DELIMITERS.contains(&next) => Ok(()),
            // These have messages of their own.
            None | Some(']' | '>' | '{' | '\\') => Ok(()),
            Some(_) => Err((ErrorKind::NoDelimiter, placeholder.span())),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}
