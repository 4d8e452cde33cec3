//! A parsed pattern: its segments, its shapes and its namespace.

use std::ops::Range;

/// A pattern of channels or methods: literal text, placeholders, and at most one optional tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub(crate) text: String,
    pub(crate) head: Vec<Segment>,
    pub(crate) tail: Option<Vec<Segment>>,
    /// The compiled form of each way to read the pattern.
    pub(crate) compiled: Vec<Vec<u8>>,
}

/// A segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text that matches itself.
    Literal(String),
    /// `<name>`, `<name..>`, `<_>` or `<_..>`.
    Placeholder(Placeholder),
}

/// A placeholder, which matches any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    pub(crate) name: Option<String>,
    pub(crate) is_rest: bool,
    pub(crate) is_optional: bool,
    pub(crate) span: Range<usize>,
}

/// The namespace that a pattern's names belong to in Centrifugo: the text before their first `:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace<'p> {
    /// No namespace.
    None,
    /// This namespace.
    Literal(&'p str),
    /// Any namespace: a placeholder stands before the `:`.
    Open,
}

impl Placeholder {
    /// The name; `None` for `<_>`, whose value is left out of [`Values`](crate::Values).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the placeholder matches all that follows: `<name..>`.
    pub fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// Whether the placeholder stands in the optional tail.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// The place in the pattern, in bytes, with the brackets.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl Pattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The segments before the optional tail.
    pub fn head(&self) -> &[Segment] {
        &self.head
    }

    /// The segments of the optional tail, if there is one.
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

    /// The shapes: the pattern without its placeholders' names, once without and once with the optional tail. Two patterns
    /// that share a shape match the same names.
    ///
    /// ```
    /// # use centrifugo_pattern::Pattern;
    /// let pattern = Pattern::parse("order.<id>[.items.<item>]").unwrap();
    /// assert_eq!(pattern.shapes(false), ["order.<>", "order.<>.items.<>"]);
    /// ```
    pub fn shapes(&self, ignore_case: bool) -> Vec<String> {
        self.ways().map(|segments| shape(segments, ignore_case)).collect()
    }

    /// The namespace of the names that the pattern matches.
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

    /// All segments, from the left.
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
                // A shape of its own, because an exact pattern may stand beside it and takes precedence.
                any_case = " <in any case>";
            }
            Segment::Literal(text) => shape.push_str(text),
            Segment::Placeholder(placeholder) => shape.push_str(if placeholder.is_rest { "<..>" } else { "<>" }),
        }
    }
    shape + any_case
}
