//! Reads messages, as leniently as Centrifugo. Keys may be in any case, those that a message doesn't have are ignored, the
//! last of two equal keys counts, and `null` is absence. What follows the message on its line is ignored.
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
use crate::go_json;
use crate::proto::client;

/// Reads the message that a line consists of. Its payloads are slices of the line.
pub(in crate::codec) fn read<T: Read>(line: &Bytes) -> serde_json::Result<T> {
    let mut message = T::default();
    message.read_nullable(&mut serde_json::Deserializer::from_slice(line), line)?;
    Ok(message)
}

/// A value of a message. Its default is what it is when absent.
pub(in crate::codec) trait Read: Default {
    /// Reads the value out of `line`, which `json` reads. A message keeps the fields that it has already.
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error>;

    /// Reads the value, or a `null`.
    fn read_nullable<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        json.deserialize_option(Nullable(Seed { value: self, line }))
    }

    /// Takes a `null`, which leaves most values as they are.
    fn clear(&mut self) {}
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

/// Reads a value out of a line.
struct Seed<'a, 'de, T> {
    value: &'a mut T,
    line: &'de Bytes,
}

impl<'de, T: Read> DeserializeSeed<'de> for Seed<'_, 'de, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.value.read_nullable(json, self.line)
    }
}

struct Nullable<'a, 'de, T>(Seed<'a, 'de, T>);

impl<'de, T: Read> Visitor<'de> for Nullable<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.0.value.clear();
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.0.value.read(json, self.0.line)
    }
}

struct Object<'a, 'de, T>(Seed<'a, 'de, T>);

impl<'de, T: Fields> Visitor<'de> for Object<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Key::<T>(PhantomData))? {
            match field {
                Some(field) => self.0.value.read_field(field, &mut map, self.0.line)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
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
        let in_another_case = || T::field(&key.to_ascii_lowercase());
        Ok(T::field(key)
            .or_else(|| if key.bytes().any(|byte| byte.is_ascii_uppercase()) { in_another_case() } else { None }))
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
                        $(Field::$field => map.next_value_seed(Seed { value: &mut self.$field, line })?,)*
                    }
                    #[allow(unreachable_code, reason = "messages without fields")]
                    Ok(())
                }
            }

            impl Read for client::$message {
                fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
                    json.deserialize_map(Object(Seed { value: self, line }))
                }
            }
        };
    )*};
}

for_each_message!(messages);

macro_rules! scalars {
    ($($scalar:ty),*) => {$(
        impl Read for $scalar {
            fn read<'de, D: Deserializer<'de>>(&mut self, json: D, _: &'de Bytes) -> Result<(), D::Error> {
                *self = Self::deserialize(json)?;
                Ok(())
            }
        }
    )*};
}

scalars!(bool, u32, u64);

/// Numbers that may be negative: also `-0`, which serde takes for a fraction.
macro_rules! signed {
    ($($number:ty),*) => {$(
        impl Read for $number {
            fn read<'de, D: Deserializer<'de>>(&mut self, json: D, _: &'de Bytes) -> Result<(), D::Error> {
                *self = <&RawValue>::deserialize(json)?.get().parse().map_err(D::Error::custom)?;
                Ok(())
            }
        }
    )*};
}

signed!(i32, i64);

impl Read for String {
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, _: &'de Bytes) -> Result<(), D::Error> {
        *self = go_json::text(<&RawValue>::deserialize(json)?.get()).map_err(D::Error::custom)?;
        Ok(())
    }
}

/// A payload: any JSON, as it is in the line. Also `null` is data.
impl Read for Bytes {
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        let payload = <&RawValue>::deserialize(json)?;
        *self = line.slice_ref(payload.get().as_bytes());
        Ok(())
    }

    fn read_nullable<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        self.read(json, line)
    }
}

impl<T: Read> Read for Option<T> {
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        self.get_or_insert_default().read(json, line)
    }

    fn clear(&mut self) {
        *self = None;
    }
}

impl<T: Read> Read for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        self.clear();
        json.deserialize_seq(List(Seed { value: self, line }))
    }

    fn clear(&mut self) {
        Self::clear(self);
    }
}

struct List<'a, 'de, T>(Seed<'a, 'de, Vec<T>>);

impl<'de, T: Read> Visitor<'de> for List<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut value = T::default();
        while let Some(()) = list.next_element_seed(Seed { value: &mut value, line: self.0.line })? {
            self.0.value.push(std::mem::take(&mut value));
        }
        Ok(())
    }
}

impl<T: Read> Read for HashMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(&mut self, json: D, line: &'de Bytes) -> Result<(), D::Error> {
        json.deserialize_map(Map(Seed { value: self, line }))
    }

    fn clear(&mut self) {
        Self::clear(self);
    }
}

struct Map<'a, 'de, T>(Seed<'a, 'de, HashMap<String, T>>);

impl<'de, T: Read> Visitor<'de> for Map<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key()? {
            let mut value = T::default();
            map.next_value_seed(Seed { value: &mut value, line: self.0.line })?;
            self.0.value.insert(key, value);
        }
        Ok(())
    }
}
