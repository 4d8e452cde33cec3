//! A pattern as names are compared with it: what a name has to go through, in few bytes.

use crate::pattern::Segment;
use crate::values::value_length;

/// A segment, without what only messages need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// This part of the pattern's text.
    Text {
        start: usize,
        end: usize,
    },
    Value {
        is_rest: bool,
        is_named: bool,
    },
}

/// The steps of segments whose text starts there.
pub(crate) fn steps(segments: &[Segment], mut start: usize) -> impl Iterator<Item = Step> {
    segments.iter().map(move |segment| match segment {
        Segment::Literal(text) => {
            let end = start + text.len();
            Step::Text { start: std::mem::replace(&mut start, end), end }
        }
        Segment::Placeholder(placeholder) => {
            start = placeholder.span.end;
            Step::Value { is_rest: placeholder.is_rest, is_named: placeholder.name.is_some() }
        }
    })
}

/// Whether the steps match the name, from its start to its end. So many bytes of the first one's text have been compared already.
pub(crate) fn fits(text: &str, steps: &[Step], mut compared: usize, mut name: &[u8], ignore_case: bool) -> bool {
    for step in steps {
        let length = match *step {
            Step::Text { start, end } => {
                let text = &text.as_bytes()[start + std::mem::take(&mut compared)..end];
                match name.get(..text.len()) {
                    Some(same) if same == text => text.len(),
                    Some(other) if ignore_case && other.eq_ignore_ascii_case(text) => text.len(),
                    _ => return false,
                }
            }
            Step::Value { is_rest, .. } => match value_length(name, is_rest) {
                0 => return false,
                length => length,
            },
        };
        name = &name[length..];
    }
    name.is_empty()
}
