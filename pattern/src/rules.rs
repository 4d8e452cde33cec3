//! Centrifugo's rules: which names can arrive, and what would surely be a slip.

use crate::error::{Error, ErrorKind};
use crate::pattern::{Namespace, Pattern, Segment};

/// The longest channel that Centrifugo lets a client subscribe to (`channel.max_length`, by default).
const MAX_CHANNEL: usize = 255;

/// Which names arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Channels that clients subscribe to: all of Centrifugo's checks stand before.
    Subscribe,
    /// Channels that clients publish to: Centrifugo looks at neither length nor `$`.
    Publish,
    /// Methods that clients call: any text, even an empty one.
    Method,
}

pub(crate) fn check(pattern: &Pattern, place: Place) -> Result<(), Error> {
    let text = pattern.as_str();
    let fault = |kind, span| Err(Error { kind, pattern: text.to_owned(), span });
    if text.is_empty() {
        return if place == Place::Method { Ok(()) } else { fault(ErrorKind::Empty, 0..0) };
    }
    if let Some((at, control)) = text.char_indices().find(|(_, c)| c.is_control()) {
        return fault(ErrorKind::Control, at..at + control.len_utf8());
    }
    if text.starts_with(':') {
        return fault(ErrorKind::NoNamespace, 0..1);
    }
    if let Namespace::Literal(name) = pattern.namespace()
        && !is_namespace(name)
    {
        let start = usize::from(text.starts_with('$'));
        return fault(ErrorKind::BadNamespace, start..start + name.len());
    }
    if pattern.tail().is_some() && optional_namespace(pattern) {
        let start = text.find('[').unwrap_or_default();
        return fault(ErrorKind::TailNamespace, start..text.len());
    }
    if place == Place::Method {
        return Ok(());
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
        return fault(ErrorKind::NonAscii, at..at + c.len_utf8());
    }
    if let Some(at) = text.find(' ') {
        return fault(ErrorKind::Space, at..at + 1);
    }
    if place == Place::Publish {
        return Ok(());
    }
    if text.starts_with('$') {
        return fault(ErrorKind::Private, 0..1);
    }
    if shortest(pattern) > MAX_CHANNEL {
        return fault(ErrorKind::TooLong, 0..text.len());
    }
    Ok(())
}

/// Whether Centrifugo's configuration takes the name for a namespace: two or more of `-a-zA-Z0-9_.`.
pub fn is_namespace(name: &str) -> bool {
    name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether only the optional tail has the `:` that makes a namespace.
fn optional_namespace(pattern: &Pattern) -> bool {
    let has_colon = |segment: &Segment| matches!(segment, Segment::Literal(text) if text.contains(':'));
    !pattern.head().iter().any(has_colon) && pattern.tail().unwrap_or_default().iter().any(has_colon)
}

/// The length of the shortest name that the pattern with all of its literal text matches.
fn shortest(pattern: &Pattern) -> usize {
    let lengths = pattern.segments().map(|segment| match segment {
        Segment::Literal(text) => text.len(),
        Segment::Placeholder(_) => 1,
    });
    lengths.sum()
}
