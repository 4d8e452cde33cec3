//! A pattern, parsed.

use std::ops::Range;

use crate::code::{Case, code, fits};
use crate::error::Error;
use crate::parse;
use crate::rules::{self, Place};
use crate::values::Values;

/// A pattern of channels or methods: literal text, placeholders, and at most one optional tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    head: Vec<Segment>,
    tail: Option<Vec<Segment>>,
    /// The codes of all ways to read it.
    codes: Vec<Vec<u8>>,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text that stands for itself.
    Literal(String),
    /// `<name>`, `<name..>`, `<_>` or `<_..>`.
    Placeholder(Placeholder),
}

/// A piece of a name that may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    pub(crate) name: Option<String>,
    pub(crate) is_rest: bool,
    pub(crate) is_optional: bool,
    pub(crate) span: Range<usize>,
}

/// Where a pattern's names live in Centrifugo: what stands before their first `:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace<'p> {
    /// Outside of namespaces.
    None,
    /// In this one.
    Literal(&'p str),
    /// In any: a placeholder stands there.
    Open,
}

impl Placeholder {
    /// Its name; `None` for `<_>`, whose value nobody asks for.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it takes all that is left: `<name..>`.
    pub fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// Whether it stands in the optional tail.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Where it stands in the pattern, in bytes, with its brackets.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl Pattern {
    pub(crate) fn new(text: &str, head: Vec<Segment>, tail: Option<Vec<Segment>>) -> Self {
        let mut pattern = Self { text: text.to_owned(), head, tail, codes: Vec::new() };
        pattern.codes = pattern.ways().map(|segments| code(segments, Case::Exact)).collect();
        pattern
    }

    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// The first mistake in the grammar. Centrifugo's own rules are up to [`check`](Self::check).
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
        parse::pattern(text)
    }

    /// Holds the pattern against Centrifugo's rules for the names that arrive there.
    ///
    /// # Errors
    ///
    /// The first rule that is broken: no name that arrives could match, or only by a slip.
    pub fn check(&self, place: Place) -> Result<(), Error> {
        rules::check(self, place)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The pieces before the optional tail.
    pub fn head(&self) -> &[Segment] {
        &self.head
    }

    /// The pieces of the optional tail, if there is one.
    pub fn tail(&self) -> Option<&[Segment]> {
        self.tail.as_deref()
    }

    /// All placeholders, from the left.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.segments().filter_map(|segment| match segment {
            Segment::Placeholder(placeholder) => Some(placeholder),
            Segment::Literal(_) => None,
        })
    }

    /// The values in a name that the pattern matches, in upper and lower case as written.
    pub fn matches<'p, 'n>(&'p self, name: &'n str) -> Option<Values<'p, 'n>> {
        let code = self.codes.iter().rfind(|code| fits(code, name.as_bytes(), Case::Exact))?;
        Some(Values::new(code, name))
    }

    /// What the pattern matches, without its placeholders' names: with and without the optional tail. Two patterns that share a
    /// shape are for the same names.
    ///
    /// ```
    /// # use centrifugo_pattern::Pattern;
    /// let pattern = Pattern::parse("order.<id>[.items.<item>]").unwrap();
    /// assert_eq!(pattern.shapes(false), ["order.<>", "order.<>.items.<>"]);
    /// ```
    pub fn shapes(&self, ignore_case: bool) -> Vec<String> {
        self.ways().map(|segments| shape(segments, ignore_case)).collect()
    }

    /// Where the pattern's names live.
    pub fn namespace(&self) -> Namespace<'_> {
        let mut open = false;
        for segment in self.segments() {
            match segment {
                Segment::Literal(text) => match text.split_once(':') {
                    Some(_) if open => return Namespace::Open,
                    Some((name, _)) => {
                        let name = name.strip_prefix('$').unwrap_or(name);
                        return if name.is_empty() { Namespace::None } else { Namespace::Literal(name) };
                    }
                    None => {}
                },
                Segment::Placeholder(placeholder) if placeholder.is_rest => return Namespace::Open,
                Segment::Placeholder(_) => open = true,
            }
        }
        Namespace::None
    }

    /// All pieces, from the left.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.head.iter().chain(self.tail.iter().flatten())
    }

    /// The ways to read it: without the optional tail, and with it if there is one.
    pub(crate) fn ways(&self) -> impl Iterator<Item = impl Iterator<Item = &Segment>> {
        let tails = [Some(&[][..]), self.tail.as_deref()].into_iter().flatten();
        tails.map(|tail| self.head.iter().chain(tail))
    }
}

fn shape<'p>(segments: impl Iterator<Item = &'p Segment>, ignore_case: bool) -> String {
    let (mut shape, mut any_case) = (String::new(), "");
    for segment in segments {
        match segment {
            Segment::Literal(text) if ignore_case => {
                shape.push_str(&text.to_ascii_lowercase());
                // Another shape: where both match, the exact one goes before.
                any_case = " <in any case>";
            }
            Segment::Literal(text) => shape.push_str(text),
            Segment::Placeholder(placeholder) => shape.push_str(if placeholder.is_rest { "<..>" } else { "<>" }),
        }
    }
    shape + any_case
}
