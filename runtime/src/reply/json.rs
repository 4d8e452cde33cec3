//! JSON: one check of payloads, as strict as the strictest receiver, and a writer whose output passes it.

use std::fmt;
use std::io::{self, Write};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::ser::Formatter;

/// The maximum nesting, in levels. Parsers have limits of their own (serde_json's is 128, others overflow their stack), and
/// Centrifugo wraps payloads in up to seven levels more.
pub(crate) const MAX_DEPTH: usize = 100;

/// Checks that the bytes are one JSON text: UTF-8 throughout, also within strings; no unpaired surrogates; numbers that fit
/// a double; at most [`MAX_DEPTH`] levels.
///
/// Centrifugo copies payloads unchecked into the text frames of JSON subscribers. A browser closes a WebSocket for a frame
/// that isn't UTF-8, and an SDK drops the connection for one that it can't parse.
pub(crate) fn check(bytes: &[u8]) -> Result<(), serde_json::Error> {
    check_within(bytes, MAX_DEPTH)
}

fn check_within(bytes: &[u8], levels: usize) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Level { left: levels, is_number: false }.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Whether the bytes pass [`check`].
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    check(bytes).is_ok()
}

/// Whether the bytes pass for JSON in a check that ignores the contents of strings, as Centrifugo's does (Go's
/// `json.Valid`).
pub(crate) fn passes_for_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Writes a value as JSON that passes [`check`]. A value may contain JSON that is unchecked yet
/// (`serde_json::value::RawValue`), or be nested too deep.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(128);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Checked { levels: MAX_DEPTH }))?;
    Ok(json)
}

/// A formatter as compact as serde_json's own, which refuses what [`check`] refuses.
struct Checked {
    /// The levels that are left.
    levels: usize,
}

impl Checked {
    fn enter<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.levels = self.levels.checked_sub(1).ok_or_else(too_deep)?;
        writer.write_all(bracket)
    }

    fn leave<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.levels += 1;
        writer.write_all(bracket)
    }
}

fn too_deep() -> io::Error {
    io::Error::other(TooDeep)
}

/// The error of JSON that is nested too deep.
#[derive(Debug, thiserror::Error)]
#[error("it is nested more than {MAX_DEPTH} levels deep")]
struct TooDeep;

impl Formatter for Checked {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"}")
    }

    fn write_number_str<W: ?Sized + Write>(&mut self, writer: &mut W, number: &str) -> io::Result<()> {
        check_number::<serde_json::Error>(number)?;
        writer.write_all(number.as_bytes())
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        check_within(fragment.as_bytes(), self.levels)?;
        writer.write_all(fragment.as_bytes())
    }
}

/// The only key of the object as which serde_json presents a number, whose text is the value, where any crate of the program
/// has switched on its feature `arbitrary_precision`. The number may be of any size then.
const NUMBER: &str = "$serde_json::private::Number";

/// Checks that a number fits a double.
fn check_number<E: Error>(number: &str) -> Result<(), E> {
    match number.parse() {
        Ok(value) if f64::is_finite(value) => Ok(()),
        _ => Err(E::custom("number out of range")),
    }
}

/// A value with at most so many levels. It reads everything and keeps nothing; `IgnoredAny` wouldn't check strings.
#[derive(Clone, Copy)]
struct Level {
    /// The levels that are left.
    left: usize,
    /// Whether a text is that of a number.
    is_number: bool,
}

impl Level {
    fn below<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom(TooDeep))?;
        Ok(Self { left, is_number: false })
    }

    /// The value of [`NUMBER`], on the level of the object.
    fn number(self) -> Self {
        Self { is_number: true, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.is_number { check_number(text) } else { Ok(()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let below = self.below()?;
        while items.next_element_seed(below)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut key = fields.next_key_seed(IsNumber)?;
        if key == Some(true) {
            fields.next_value_seed(self.number())?;
            key = fields.next_key_seed(IsNumber)?;
            if key.is_none() {
                return Ok(());
            }
        }
        let below = self.below()?;
        while key.is_some() {
            fields.next_value_seed(below)?;
            key = fields.next_key_seed(IsNumber)?;
        }
        Ok(())
    }
}

/// A key of an object. The result states whether it is [`NUMBER`].
struct IsNumber;

impl<'de> DeserializeSeed<'de> for IsNumber {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsNumber {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == NUMBER)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::MapDeserializer;

    use super::*;

    #[test]
    fn what_every_receiver_reads_is_json() {
        for text in [
            "null",
            " {\"a\": [1, -1.5e3, true, \"\\u00e9\\ud83d\\ude00\", \"😀\", \"\\u0000\"]}\r\n",
            "123456789012345678901234567890.10",
            "\"\"",
            "[]",
            "1e308",
        ] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_one_receiver_cannot_read_is_not_json() {
        for bytes in [
            &b"\"\xff\""[..],
            b"{\"a\":\"\xc3\"}",
            b"{\"\xff\":1}",
            b"[\"\xed\xa0\x80\"]",
            b"\xff",
            b"",
            b" ",
            b"{} {}",
            b"{\"a\":",
            b"[1,]",
            b"'a'",
            b"NaN",
            b"1e999",
            b"01",
            b"\"\\ud800\"",
            b"\"\\udc00\\ud800\"",
            b"\"a\nb\"",
            b"\xef\xbb\xbf{}",
            b"{\"a\":1}\0",
        ] {
            assert!(!is_json(bytes), "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    /// A number as serde_json presents it with its feature `arbitrary_precision`, at this level.
    fn presented(number: &str, left: usize) -> bool {
        let fields = MapDeserializer::<_, serde_json::Error>::new([(NUMBER, number)].into_iter());
        Level { left, is_number: false }.deserialize(fields).is_ok()
    }

    #[test]
    fn numbers_fit_a_double_also_where_serde_json_takes_any() {
        assert!(
            ["0", "-1.5e3", "1e308", "1e-999", "123456789012345678901234567890"].iter().all(|number| presented(number, 0))
        );
        assert!(!["1e999", "-1e309", "NaN", "inf", ""].iter().any(|number| presented(number, 5)));
        let written = |number| {
            let mut json = Vec::new();
            Checked { levels: 1 }.write_number_str(&mut json, number).map(|()| json)
        };
        assert_eq!(written("1.50").unwrap(), b"1.50");
        assert!(written("1e999").is_err() && written("-1e309").is_err());
    }

    #[test]
    fn an_object_that_looks_like_a_number_is_an_object() {
        for text in [r#"{"$serde_json::private::Number":[{}],"a":1}"#, r#"{"a":1,"$serde_json::private::Number":"b"}"#] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn json_that_a_value_brings_along_is_checked_too() {
        let raw = |text: &str| to_vec(&[serde_json::value::RawValue::from_string(text.to_owned()).unwrap()]);
        assert_eq!(raw(" [1, 2.50]").unwrap(), b"[[1, 2.50]]");
        assert!(raw("\"\\ud800\"").is_err());
        assert!(raw("1e999").is_err());
        assert!(raw(&format!("{}{}", "[".repeat(MAX_DEPTH - 1), "]".repeat(MAX_DEPTH - 1))).is_ok());
        assert!(raw(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_err());
        assert!(raw(&format!("{}{}", "[".repeat(30_000), "]".repeat(30_000))).is_err());
    }

    #[test]
    fn values_are_written_as_serde_json_writes_them() {
        let value = serde_json::json!({ "a": [1, -2.5, null, true, "\u{7}\"é"], "b": {}, "c": [], "d": { "e": [[{}]] } });
        assert_eq!(to_vec(&value).unwrap(), serde_json::to_vec(&value).unwrap());
        let nested = |levels: usize| (0..levels).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
        assert!(to_vec(&nested(MAX_DEPTH)).is_ok());
        let fault = to_vec(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert!(fault.to_string().starts_with("it is nested more than 100 levels deep"), "{fault}");
    }

    #[test]
    fn nesting_ends_at_the_deepest_level() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert!(is_json(nested(MAX_DEPTH).as_bytes()));
            let deep = check(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
            assert!(deep.to_string().starts_with("it is nested more than 100 levels deep"), "{deep}");
            assert!(!is_json(nested(30_000).as_bytes()) && !is_json(open.repeat(30_000).as_bytes()));
        }
    }
}
