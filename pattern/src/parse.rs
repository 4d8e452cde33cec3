//! The parser, which reads a pattern from left to right and stops at the first mistake.

use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::habits;
use crate::names::DELIMITERS;
use crate::pattern::{Pattern, Placeholder, Segment};
use crate::suggest::is_name_character;

/// The words of Rust that can't name an argument, sorted.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try",
    "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

impl Pattern {
    /// Parses a pattern by the grammar alone; [`check`](Self::check) compares it with Centrifugo's rules.
    ///
    /// # Errors
    ///
    /// The first mistake in the grammar.
    ///
    /// ```
    /// use centrifugo_pattern::Pattern;
    ///
    /// let pattern = Pattern::parse("order.<id>[.items.<item>]").unwrap();
    /// let names: Vec<_> = pattern.placeholders().filter_map(|placeholder| placeholder.name()).collect();
    /// assert_eq!(names, ["id", "item"]);
    /// assert!(Pattern::parse("user.{uuid}").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser { text, at: 0, names: Vec::new() };
        let (head, tail) = parser.pattern().map_err(|(kind, span)| Error { kind, pattern: text.to_owned(), span })?;
        Ok(Self { text: text.to_owned(), head, tail, compiled: Vec::new() }.compile())
    }
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
        let tail = self.tail()?;
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

    /// The segments of an optional tail, read up to behind its `]`.
    fn tail(&mut self) -> Result<Vec<Segment>, Fault> {
        let open = self.at;
        self.at += 1;
        let tail = self.segments(true)?;
        match self.peek() {
            None => Err((ErrorKind::TailUnclosed, open..self.at)),
            Some('[') => Err((ErrorKind::TailNested, self.at..self.at + 1)),
            Some(_) => {
                self.at += 1;
                Ok(tail)
            }
        }
    }

    /// The segments up to `[`, the `]` of a tail, or the end.
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
        let span = self.at..self.placeholder_end()?;
        let inner = &self.text[span.start + 1..span.end - 1];
        let (name, is_rest) = match inner.strip_suffix("..") {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let placeholder = Placeholder { name: self.name(name, is_rest, &span)?, is_rest, is_optional, span };
        self.at = placeholder.span.end;
        self.follow(&placeholder)?;
        Ok(placeholder)
    }

    /// The end of the placeholder that starts here, behind its `>`.
    fn placeholder_end(&self) -> Result<usize, Fault> {
        let start = self.at;
        let inside = &self.text[start + 1..];
        let end = |length| start + 1 + length;
        match inside.char_indices().find(|(_, c)| matches!(c, '<' | '>' | '[' | ']')) {
            Some((length, '>')) => Ok(end(length + 1)),
            Some((0, '<')) if inside.contains(">>") => {
                Err((ErrorKind::Doubled, start..end(inside.find(">>").unwrap_or_default() + 2)))
            }
            Some((length, '<')) if inside.contains('>') => Err((ErrorKind::Nested, start..end(length + 1))),
            Some((length, _)) => Err((ErrorKind::Unclosed, start..end(length))),
            None => Err((ErrorKind::Unclosed, start..self.text.len())),
        }
    }

    /// The name between a placeholder's brackets; `None` for `_`.
    fn name(&mut self, name: &'t str, is_rest: bool, placeholder: &Range<usize>) -> Result<Option<String>, Fault> {
        if name == "_" {
            return Ok(None);
        }
        if let Some(kind) = self.notation(name, is_rest, placeholder) {
            return Err((kind, placeholder.clone()));
        }
        let start = placeholder.start + 1;
        if let Some(kind) = self.unusable(name) {
            return Err((kind, start..start + name.len()));
        }
        self.names.push(name);
        Ok(Some(name.to_owned()))
    }

    /// The mistake of a placeholder that is written in another way, or has no name.
    fn notation(&self, name: &str, is_rest: bool, placeholder: &Range<usize>) -> Option<ErrorKind> {
        let inner = &self.text[placeholder.start + 1..placeholder.end - 1];
        match name {
            _ if is_rest && name.ends_with('.') => Some(ErrorKind::Dots),
            "" if is_rest => Some(ErrorKind::UnnamedRest),
            "" => Some(ErrorKind::Unnamed),
            _ if name.contains(':') => Some(ErrorKind::Type),
            _ if !is_identifier(name) => habits::placeholder(inner),
            _ => None,
        }
    }

    /// The mistake of a name that no argument can have, or that another placeholder has.
    fn unusable(&self, name: &str) -> Option<ErrorKind> {
        if !is_identifier(name) || name.bytes().all(|byte| byte == b'_') {
            return Some(ErrorKind::Name);
        }
        if KEYWORDS.binary_search(&name).is_ok() {
            return Some(ErrorKind::Keyword);
        }
        self.names.contains(&name).then_some(ErrorKind::Duplicate)
    }

    /// Checks what follows a placeholder: the end of the pattern or of its tail, a tail, or a delimiter.
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

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_name_character)
}
