//! The client's data as a query: `{"a": {"b": 1}}` becomes `a[b]=1`, as PHP, Rails and Qs read it, and lists are written in
//! the style that the app sets.
//!
//! The data is read as text and not as a tree of values, so that numbers arrive as the client wrote them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::bounded::{BoundedText, TOO_LONG, URI_LIMIT};
use crate::reject::error_reply::ErrorReply;
use crate::reply::json::is_json;

pub(crate) const NOT_JSON: ErrorReply = ErrorReply::new(400, "the data must be JSON");
const NO_OBJECT: ErrorReply = ErrorReply::new(400, "the data of get and head must be an object, which becomes the query");

/// The limit of the data, in bytes. JSON has at most six bytes for one byte of a query (`\u0061` for `a`), so longer data
/// can't fit, or consists of whitespace and `null`s.
const DATA_LIMIT: usize = 6 * URI_LIMIT;

/// The characters that are encoded: all except RFC 3986's unreserved ones.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The style in which lists of plain values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListStyle {
    /// `tags=x&tags=y`, as HTML forms are.
    Repeated,
    /// `tags[]=x&tags[]=y`.
    Brackets,
}

/// Appends the data to the query. `null`, empty lists and empty objects are left out.
pub(crate) fn append(query: &mut BoundedText, data: &[u8], list_style: ListStyle) -> Result<(), ErrorReply> {
    if data.is_empty() {
        return Ok(());
    }
    if data.len() > DATA_LIMIT {
        return Err(TOO_LONG);
    }
    // Values are read once for each level of nesting, by recursion. `is_json` limits the levels.
    if !is_json(data) {
        return Err(NOT_JSON);
    }
    let data = str::from_utf8(data).map_err(|_| NOT_JSON)?.trim_ascii();
    match data.as_bytes() {
        b"null" => Ok(()),
        [b'{', ..] => QueryWriter { query, key: BoundedText::new(URI_LIMIT), list_style }.fields(data),
        _ => Err(NO_OBJECT),
    }
}

/// A writer of values, which keeps the current key in one buffer for all of them.
struct QueryWriter<'q> {
    query: &'q mut BoundedText,
    /// The key of the next value, percent-encoded.
    key: BoundedText,
    list_style: ListStyle,
}

impl QueryWriter<'_> {
    fn fields(&mut self, data: &str) -> Result<(), ErrorReply> {
        for (name, value) in read::<BTreeMap<String, &RawValue>>(data)? {
            self.key.truncate(0);
            self.key.encode(&name, VALUE)?;
            self.put(value)?;
        }
        Ok(())
    }

    /// Writes one value under the current key.
    fn put(&mut self, value: &RawValue) -> Result<(), ErrorReply> {
        let value = value.get();
        match value.as_bytes() {
            b"null" => Ok(()),
            [b'{', ..] => self.object(value),
            [b'[', ..] => self.list(value),
            [b'"', ..] => self.pair(&read::<String>(value)?),
            _ => self.pair(value),
        }
    }

    fn object(&mut self, value: &str) -> Result<(), ErrorReply> {
        let mut fields = read::<BTreeMap<String, &RawValue>>(value)?.into_iter();
        fields.try_for_each(|(name, value)| self.put_below(&name, value))
    }

    /// Writes a list. `a[][b]=1&a[][c]=2` could be one item or two, so lists with objects or lists in them are numbered.
    fn list(&mut self, value: &str) -> Result<(), ErrorReply> {
        let items = read::<Vec<&RawValue>>(value)?;
        let numbered = items.iter().any(|item| item.get().starts_with(['{', '[']));
        for (index, item) in items.into_iter().enumerate() {
            match self.list_style {
                _ if numbered => self.put_below(&index.to_string(), item)?,
                ListStyle::Brackets => self.put_below("", item)?,
                ListStyle::Repeated => self.put(item)?,
            }
        }
        Ok(())
    }

    /// Writes one value under the current key and a name in brackets.
    fn put_below(&mut self, name: &str, value: &RawValue) -> Result<(), ErrorReply> {
        let length = self.key.as_str().len();
        self.key.push("%5B")?;
        self.key.encode(name, VALUE)?;
        self.key.push("%5D")?;
        self.put(value)?;
        self.key.truncate(length);
        Ok(())
    }

    fn pair(&mut self, value: &str) -> Result<(), ErrorReply> {
        if !self.query.as_str().is_empty() {
            self.query.push("&")?;
        }
        self.query.push(self.key.as_str())?;
        self.query.push("=")?;
        self.query.encode(value, VALUE)
    }
}

fn read<'d, T: Deserialize<'d>>(json: &'d str) -> Result<T, ErrorReply> {
    serde_json::from_str(json).map_err(|_| NOT_JSON)
}
