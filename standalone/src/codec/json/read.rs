//! Reads messages. Keys that a message doesn't have are ignored, the last of two equal keys counts, and `null` is absence.
//!
//! Nothing here recurses as deep as a client's JSON is: payloads and ignored values are skipped by a loop, and serde_json
//! limits the depth of messages within messages.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{for_each_message, key};
use crate::proto::client;

/// Reads the message that a line consists of. Its payloads are slices of the line.
pub(in crate::codec) fn read<T: Read>(line: &Bytes) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let message = T::read(&mut json, line)?;
    json.end()?;
    Ok(message)
}

/// A value of a message. Its default is what it is when absent.
pub(in crate::codec) trait Read: Default {
    /// Reads the value out of `line`, which `json` reads.
    fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error>;

    /// Reads the value, or a `null`.
    fn read_nullable<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        json.deserialize_option(Nullable(Seed::of(line)))
    }
}

/// A message: a value with named fields.
trait Fields: Read {
    /// A field, known by its key.
    type Field;

    /// The field of a key, if the message has it.
    fn field(key: &str) -> Option<Self::Field>;

    /// Reads the value of a field.
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        field: Self::Field,
        map: &mut A,
        line: &'de Bytes,
    ) -> Result<(), A::Error>;
}

/// Reads a `T` out of a line.
struct Seed<'de, T> {
    line: &'de Bytes,
    value: PhantomData<T>,
}

impl<'de, T> Seed<'de, T> {
    fn of(line: &'de Bytes) -> Self {
        Self { line, value: PhantomData }
    }
}

impl<'de, T: Read> DeserializeSeed<'de> for Seed<'de, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<T, D::Error> {
        T::read_nullable(json, self.line)
    }
}

struct Nullable<'de, T>(Seed<'de, T>);

impl<'de, T: Read> Visitor<'de> for Nullable<'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<T, D::Error> {
        T::read(json, self.0.line)
    }
}

struct Object<'de, T>(Seed<'de, T>);

impl<'de, T: Fields> Visitor<'de> for Object<'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut message = T::default();
        while let Some(field) = map.next_key_seed(Key::<T>(PhantomData))? {
            match field {
                Some(field) => message.read_field(field, &mut map, self.0.line)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(message)
    }
}

/// Reads a key. `None`: the message has no such field.
struct Key<T>(PhantomData<T>);

impl<'de, T: Fields> DeserializeSeed<'de> for Key<T> {
    type Value = Option<T::Field>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_identifier(self)
    }
}

impl<T: Fields> Visitor<'_> for Key<T> {
    type Value = Option<T::Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(T::field(key))
    }
}

macro_rules! messages {
    ($($message:ident { $($field:ident $(= $key:literal)? $(: $always:ident)?),* $(,)? })*) => {$(
        const _: () = {
            #[allow(non_camel_case_types, reason = "named as the fields are")]
            pub(in crate::codec) enum Field { $($field),* }

            impl Fields for client::$message {
                type Field = Field;

                fn field(key: &str) -> Option<Field> {
                    match key {
                        $(key!($field $($key)?) => Some(Field::$field),)*
                        _ => None,
                    }
                }

                #[allow(unused_variables, reason = "messages without fields")]
                fn read_field<'de, A: MapAccess<'de>>(
                    &mut self,
                    field: Field,
                    map: &mut A,
                    line: &'de Bytes,
                ) -> Result<(), A::Error> {
                    match field {
                        $(Field::$field => self.$field = map.next_value_seed(Seed::of(line))?,)*
                    }
                    #[allow(unreachable_code, reason = "messages without fields")]
                    Ok(())
                }
            }

            impl Read for client::$message {
                fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
                    json.deserialize_map(Object(Seed::of(line)))
                }
            }
        };
    )*};
}

for_each_message!(messages);

macro_rules! scalars {
    ($($scalar:ty),*) => {$(
        impl Read for $scalar {
            fn read<'de, D: Deserializer<'de>>(json: D, _: &'de Bytes) -> Result<Self, D::Error> {
                Self::deserialize(json)
            }
        }
    )*};
}

scalars!(bool, u32, u64, i32, i64, String);

/// A payload: any JSON, as it is in the line. Also `null` is data.
impl Read for Bytes {
    fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        let payload = <&RawValue>::deserialize(json)?;
        Ok(line.slice_ref(payload.get().as_bytes()))
    }

    fn read_nullable<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        Self::read(json, line)
    }
}

impl<T: Read> Read for Option<T> {
    fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        T::read(json, line).map(Some)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        json.deserialize_seq(List(Seed::of(line)))
    }
}

struct List<'de, T>(Seed<'de, T>);

impl<'de, T: Read> Visitor<'de> for List<'de, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Seed::of(self.0.line))? {
            values.push(value);
        }
        Ok(values)
    }
}

impl<T: Read> Read for HashMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(json: D, line: &'de Bytes) -> Result<Self, D::Error> {
        json.deserialize_map(Map(Seed::of(line)))
    }
}

struct Map<'de, T>(Seed<'de, T>);

impl<'de, T: Read> Visitor<'de> for Map<'de, T> {
    type Value = HashMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = HashMap::new();
        while let Some(key) = map.next_key()? {
            values.insert(key, map.next_value_seed(Seed::of(self.0.line))?);
        }
        Ok(values)
    }
}
