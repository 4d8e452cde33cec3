//! The router, beside a matcher that tries everything.

use arbitrary::Arbitrary;
use centrifugo_pattern::{Pattern, Router};

/// Texts over few letters, so that names often match several patterns. The last ones are in no value.
const TEXTS: [&str; 12] = ["a", "b", "A", "ab", "aB", ".", ":", "/", ",", "é", " ", "\n"];

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    patterns: Vec<Shape<'a>>,
    name: Vec<Text<'a>>,
}

/// A pattern before it is written.
#[derive(Debug, Clone, Arbitrary)]
struct Shape<'a> {
    ignore_case: bool,
    head: Vec<Part<'a>>,
    tail: Option<Vec<Part<'a>>>,
}

#[derive(Debug, Clone, Arbitrary)]
enum Part<'a> {
    Text(Text<'a>),
    Value { is_named: bool, is_rest: bool },
}

#[derive(Debug, Clone, Arbitrary)]
enum Text<'a> {
    Known(u8),
    Any(&'a str),
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Known(at) => TEXTS[usize::from(*at) % TEXTS.len()],
            Self::Any(text) => text,
        }
    }
}

pub(crate) fn check(input: Input<'_>) {
    let mut router = Router::default();
    let mut kept: Vec<Shape<'_>> = Vec::new();
    // More patterns find nothing new, and the naive matcher takes its time.
    for shape in input.patterns.into_iter().take(16) {
        if shape.is_plain()
            && let Ok(pattern) = Pattern::parse(&shape.written())
            && router.insert(&pattern, shape.ignore_case, kept.len()).is_ok()
        {
            kept.push(shape);
        }
    }
    let name: String = input.name.iter().map(Text::as_str).collect();
    let mut found = Vec::new();
    router.find_map(&name, |found_one| {
        found.push((*found_one.value, found_one.values().map(str::to_owned).collect::<Vec<_>>()));
        None::<()>
    });
    assert_eq!(found, expected(&kept, &name), "{name:?} of {:?}", kept.iter().map(Shape::written).collect::<Vec<_>>());
}

/// The patterns that match, the most specific one first, with their values.
fn expected(shapes: &[Shape<'_>], name: &str) -> Vec<(usize, Vec<String>)> {
    let mut matches = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        for segments in shape.ways() {
            let mut ways = ways(&segments, shape.ignore_case, name);
            assert!(ways.len() <= 1, "{:?} matches {name:?} in several ways", shape.written());
            matches.extend(ways.pop().map(|way| (way.ranks, at, way.values)));
        }
    }
    matches.sort();
    matches.into_iter().map(|(_, at, values)| (at, values)).collect()
}

/// A way to read a name by a pattern.
#[derive(Debug, Default)]
struct Way {
    /// For each byte of the name, what has matched it: 0 exact text, 1 text in any case, 2 a placeholder, 3 a rest.
    ranks: Vec<u8>,
    values: Vec<String>,
}

impl Way {
    /// The same way, after a part at its front.
    fn after(mut self, rank: u8, length: usize, value: Option<&str>) -> Self {
        self.ranks.splice(0..0, vec![rank; length]);
        self.values.splice(0..0, value.map(str::to_owned));
        self
    }
}

/// All ways to read the name: each placeholder takes each length that it may have.
fn ways(parts: &[Part<'_>], ignore_case: bool, name: &str) -> Vec<Way> {
    let Some((part, parts)) = parts.split_first() else {
        return if name.is_empty() { vec![Way::default()] } else { Vec::new() };
    };
    match part {
        Part::Text(text) => {
            let Some((start, rest)) = name.split_at_checked(text.as_str().len()) else { return Vec::new() };
            let matches = if ignore_case { start.eq_ignore_ascii_case(text.as_str()) } else { start == text.as_str() };
            let ways = if matches { ways(parts, ignore_case, rest) } else { Vec::new() };
            ways.into_iter().map(|way| way.after(u8::from(ignore_case), start.len(), None)).collect()
        }
        Part::Value { is_named, is_rest } => {
            let lengths = (1..=name.len()).take_while(|length| is_value(&name.as_bytes()[..*length], *is_rest));
            let rank = if *is_rest { 3 } else { 2 };
            let one = |length: usize| {
                let (value, rest) = name.split_at(length);
                let value = is_named.then_some(value);
                ways(parts, ignore_case, rest).into_iter().map(move |way| way.after(rank, length, value))
            };
            lengths.flat_map(one).collect()
        }
    }
}

/// One or more visible ASCII characters, and none of `. / : # ,` unless it is a rest.
fn is_value(bytes: &[u8], is_rest: bool) -> bool {
    bytes.iter().all(|byte| (b'!'..=b'~').contains(byte) && (is_rest || !b"./:#,".contains(byte)))
}

impl<'a> Shape<'a> {
    /// Without the optional tail, and with it if there is one.
    fn ways(&self) -> impl Iterator<Item = Vec<Part<'a>>> {
        let with_tail = self.tail.as_ref().map(|tail| [&self.head[..], tail].concat());
        [self.head.clone()].into_iter().chain(with_tail)
    }

    /// Whether its texts are plain: brackets in them would make another pattern of it.
    fn is_plain(&self) -> bool {
        let parts = self.head.iter().chain(self.tail.iter().flatten());
        !parts.into_iter().any(|part| matches!(part, Part::Text(text) if text.as_str().contains(['<', '>', '[', ']'])))
    }

    fn written(&self) -> String {
        let mut text = String::new();
        let mut next = 0;
        let mut write = |parts: &[Part<'_>], text: &mut String| {
            for part in parts {
                *text += &part.written(&mut next);
            }
        };
        write(&self.head, &mut text);
        if let Some(tail) = &self.tail {
            text.push('[');
            write(tail, &mut text);
            text.push(']');
        }
        text
    }
}

impl Part<'_> {
    fn written(&self, next: &mut u32) -> String {
        match self {
            Self::Text(text) => text.as_str().to_owned(),
            Self::Value { is_named, is_rest } => {
                *next += 1;
                let name = if *is_named { format!("p{next}") } else { "_".to_owned() };
                format!("<{name}{}>", if *is_rest { ".." } else { "" })
            }
        }
    }
}
