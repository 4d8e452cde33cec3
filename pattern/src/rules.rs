//! Centrifugo's rules for patterns: whether names that match can arrive, and whether they could be meant.

use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::names::{MAX_CHANNEL, is_namespace};
use crate::pattern::{Namespace, Pattern, Segment};

/// The place of a pattern, which decides the names that arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Channels that clients subscribe to, after all of Centrifugo's checks.
    Subscribe,
    /// Channels that clients publish to. Centrifugo checks neither their length nor a leading `$`.
    Publish,
    /// Methods that clients call: any text, also an empty one.
    Method,
}

type Fault = (ErrorKind, Range<usize>);

impl Pattern {
    /// Compares the pattern with Centrifugo's rules for the names that arrive at a place.
    ///
    /// # Errors
    ///
    /// The first broken rule: no name that arrives could match the pattern, or only one that is surely a mistake.
    pub fn check(&self, place: Place) -> Result<(), Error> {
        match fault(self, place) {
            Some((kind, span)) => Err(Error { kind, pattern: self.as_str().to_owned(), span }),
            None => Ok(()),
        }
    }
}

/// The rules of all places first, then those that Centrifugo adds for channels, then those it adds for subscriptions.
fn fault(pattern: &Pattern, place: Place) -> Option<Fault> {
    let text = pattern.as_str();
    if text.is_empty() {
        return (place != Place::Method).then_some((ErrorKind::Empty, 0..0));
    }
    let fault = control(text).or_else(|| namespace(pattern));
    match place {
        Place::Method => fault,
        Place::Publish => fault.or_else(|| characters(text)),
        Place::Subscribe => fault.or_else(|| characters(text)).or_else(|| subscription(pattern)),
    }
}

fn control(text: &str) -> Option<Fault> {
    let (at, control) = text.char_indices().find(|(_, c)| c.is_control())?;
    Some((ErrorKind::Control, at..at + control.len_utf8()))
}

fn namespace(pattern: &Pattern) -> Option<Fault> {
    let text = pattern.as_str();
    if text.starts_with(':') {
        return Some((ErrorKind::NoNamespace, 0..1));
    }
    // First: what stands before a `:` in the tail is no whole namespace.
    if let Some(open) = text.find('[').filter(|_| optional_namespace(pattern)) {
        return Some((ErrorKind::TailNamespace, open..text.len()));
    }
    if let Namespace::Literal(name) = pattern.namespace()
        && !is_namespace(name)
    {
        let start = usize::from(text.starts_with('$'));
        return Some((ErrorKind::BadNamespace, start..start + name.len()));
    }
    None
}

fn characters(text: &str) -> Option<Fault> {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
        return Some((ErrorKind::NonAscii, at..at + c.len_utf8()));
    }
    let at = text.find(' ')?;
    Some((ErrorKind::Space, at..at + 1))
}

fn subscription(pattern: &Pattern) -> Option<Fault> {
    if pattern.as_str().starts_with('$') {
        return Some((ErrorKind::Private, 0..1));
    }
    (shortest(pattern) > MAX_CHANNEL).then(|| (ErrorKind::TooLong, 0..pattern.as_str().len()))
}

/// Whether only the optional tail has the `:` that makes a namespace.
fn optional_namespace(pattern: &Pattern) -> bool {
    let has_colon = |segment: &Segment| matches!(segment, Segment::Literal(text) if text.contains(':'));
    !pattern.head().iter().any(has_colon) && pattern.tail().unwrap_or_default().iter().any(has_colon)
}

/// The length of the shortest name that all segments of the pattern match.
fn shortest(pattern: &Pattern) -> usize {
    let lengths = pattern.segments().map(|segment| match segment {
        Segment::Literal(text) => text.len(),
        Segment::Placeholder(_) => 1,
    });
    lengths.sum()
}
