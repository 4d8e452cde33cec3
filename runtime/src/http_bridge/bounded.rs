//! Text of limited length, for URIs that are built from a client's data. Percent-encoding and repeated keys can make the
//! data thousands of times as long, so the limit is checked before each piece is appended.

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::reject::error_reply::ErrorReply;

pub(crate) const TOO_LONG: ErrorReply = ErrorReply::new(400, "the path and the query are too long together");

/// The limit of a path and its query together, in bytes: twice what most servers accept, a quarter of what `http::Uri`
/// holds.
pub(crate) const URI_LIMIT: usize = 16 << 10;

/// A text that never becomes longer than its limit in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoundedText {
    text: String,
    limit: usize,
}

impl BoundedText {
    pub(crate) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// Appends the text, or fails without appending anything.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), ErrorReply> {
        if text.len() > self.limit - self.text.len() {
            return Err(TOO_LONG);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Appends the text, percent-encoded. Fails at the first piece that exceeds the limit.
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
    fn text_beyond_the_limit_is_not_appended() {
        let mut text = BoundedText::new(7);
        assert_eq!(text.push("abc"), Ok(()));
        assert_eq!(text.push("defgh"), Err(TOO_LONG));
        assert_eq!(text.encode("!!", NON_ALPHANUMERIC), Err(TOO_LONG));
        assert_eq!(text.as_str(), "abc%21");
        assert_eq!((text.push("x"), text.push("y")), (Ok(()), Err(TOO_LONG)));
        text.truncate(0);
        assert_eq!((text.push("1234567"), text.into_string().as_str()), (Ok(()), "1234567"));
    }
}
