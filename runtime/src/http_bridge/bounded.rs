//! The text of a URI while it is written. Percent-encoding and repeated keys can make a client's bytes thousands of times as
//! long, so the limit is checked before each piece.

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::reject::code::ErrorReply;

pub(crate) const TOO_LONG: ErrorReply = ErrorReply::new(400, "the path and the query are too long together");

/// The longest path and query, in bytes: twice what most servers take. `http::Uri` would hold four times as much.
pub(crate) const URI_LIMIT: usize = 16 << 10;

/// Text of at most so many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded {
    text: String,
    limit: usize,
}

impl Bounded {
    pub(crate) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// Appends the text, or fails and appends nothing.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), ErrorReply> {
        if text.len() > self.limit - self.text.len() {
            return Err(TOO_LONG);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Appends the text, percent-encoded. Fails at the first piece that is too much.
    pub(crate) fn encode(&mut self, text: &str, set: &'static AsciiSet) -> Result<(), ErrorReply> {
        utf8_percent_encode(text, set).try_for_each(|piece| self.push(piece))
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::NON_ALPHANUMERIC;

    use super::*;

    #[test]
    fn what_is_too_much_is_not_written() {
        let mut text = Bounded::new(7);
        assert_eq!(text.push("abc"), Ok(()));
        assert_eq!(text.push("defgh"), Err(TOO_LONG));
        assert_eq!(text.encode("!!", NON_ALPHANUMERIC), Err(TOO_LONG));
        assert_eq!(text.as_str(), "abc%21");
        assert_eq!((text.push("x"), text.push("y")), (Ok(()), Err(TOO_LONG)));
        text.truncate(0);
        assert_eq!((text.push("1234567"), text.into_string().as_str()), (Ok(()), "1234567"));
    }
}
