//! JSON as Go reads it, where serde_json is stricter: keys in any case, the last of two same ones, halves of surrogate
//! pairs.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

/// Reads a value whose structs may have their keys in any case.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(json: &'de str) -> serde_json::Result<T> {
    let value: &RawValue = serde_json::from_str(json)?;
    T::deserialize(Folded(value.get()))
}

/// The content of a JSON string. Half of a surrogate pair becomes U+FFFD.
pub(crate) fn text(json: &str) -> serde_json::Result<String> {
    Text.deserialize(&mut serde_json::Deserializer::from_str(json))
}

/// The fields of an object, in their order. `null` has none.
pub(crate) fn entries(json: &str) -> serde_json::Result<Vec<(String, &RawValue)>> {
    let entries: Option<Entries<'_>> = serde_json::from_str(json)?;
    Ok(entries.map_or_else(Vec::new, |Entries(entries)| entries))
}

struct Entries<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Text)? {
            entries.push((key, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}

/// Reads the bytes of a string, which aren't UTF-8 where a surrogate is on its own.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<String, D::Error> {
        json.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        /// The first of the three bytes of a surrogate.
        const SURROGATE: [u8; 1] = [0xed];
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if chunk.invalid() == SURROGATE {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Ok(text)
    }
}

/// A value of JSON.
struct Folded<'de>(&'de str);

impl<'de> Folded<'de> {
    fn entries(&self) -> serde_json::Result<impl Iterator<Item = (String, Folded<'de>)>> {
        Ok(entries(self.0)?.into_iter().map(|(key, value)| (key, Folded(value.get()))))
    }
}

impl<'de> Deserializer<'de> for Folded<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        serde_json::Deserializer::from_str(self.0).deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> serde_json::Result<V::Value> {
        serde_json::Deserializer::from_str(self.0).deserialize_newtype_struct(name, visitor)
    }

    /// It is JSON, as all of the text.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        if self.0 == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_string(text(self.0)?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_map(MapDeserializer::new(self.entries()?))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> serde_json::Result<V::Value> {
        let folded = self.entries()?.map(|(key, value)| (key.to_ascii_lowercase(), value));
        let fields: BTreeMap<_, _> = folded.collect();
        visitor.visit_map(MapDeserializer::new(fields.into_iter()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct seq tuple tuple_struct
        enum identifier
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Folded<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{entries, from_str, text};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Outer {
        a_key: u32,
        inner: Option<Inner>,
        text: String,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        key: Option<bool>,
    }

    fn outer(json: &str) -> Option<Outer> {
        from_str(json).ok()
    }

    #[test]
    fn the_case_of_keys_does_not_matter_at_any_depth() {
        let inner = Some(Inner { key: Some(true) });
        assert_eq!(outer(r#"{"A_Key":1,"INNER":{"Key":true}}"#), Some(Outer { a_key: 1, inner, ..Outer::default() }));
    }

    #[test]
    fn unknown_keys_may_have_any_value() {
        assert_eq!(outer(r#"{"x":"\ud800","y":{"z":[1e999]}}"#), Some(Outer::default()));
    }

    #[test]
    fn the_last_of_two_same_keys_counts() {
        assert_eq!(outer(r#"{"a_key":1,"A_KEY":2}"#).map(|outer| outer.a_key), Some(2));
    }

    #[test]
    fn null_is_an_empty_struct_and_nothing_else_is() {
        assert_eq!(outer("null"), Some(Outer::default()));
        for json in ["[]", "[1]", "{", "1", r#""text""#, "{}{}", r#"{"inner":[]}"#, r#"{"inner":1}"#, r#"{"a_key":"1"}"#] {
            assert_eq!(outer(json), None, "{json}");
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_a_replacement_character() {
        let cases = [(r#""a\ud800b""#, "a\u{fffd}b"), (r#""\udc00\ud83d\ude00""#, "\u{fffd}\u{1f600}"), (r#""é\n""#, "é\n")];
        for (json, expected) in cases {
            assert_eq!(text(json).ok().as_deref(), Some(expected), "{json}");
        }
        assert_eq!(entries(r#"{"\udc00":1}"#).ok().map(|entries| entries[0].0.clone()).as_deref(), Some("\u{fffd}"));
        assert!(text("5").is_err());
    }
}
