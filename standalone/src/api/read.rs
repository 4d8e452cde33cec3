//! Requests as Go's `encoding/json` reads them: keys in any case, of two same ones the last counts, and `null` changes
//! nothing. So whoever calls Centrifugo calls the engine with the same bodies.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::de::Error;
use serde_json::value::RawValue;

use super::result::Fault;
use crate::go_json;

/// A value of a request. Before it is read, it is what it is when absent.
pub(super) trait Read {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()>;
}

/// A request, or an object in it.
pub(super) trait Object {
    /// The field of a key, which is in lower case.
    fn field(&mut self, key: &str) -> Option<&mut dyn Read>;
}

/// Reads the request that a body consists of.
pub(super) fn request<T: Read + Default>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).and_then(value).map_err(|error| Fault::NotJson(error.to_string()))
}

pub(super) fn value<T: Read + Default>(json: &RawValue) -> serde_json::Result<T> {
    let mut value = T::default();
    value.read(json)?;
    Ok(value)
}

/// Defines requests: structs with fields that are read, by keys of the same names.
macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($field:ident $(= $key:literal)?: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $type),*
        }

        impl $crate::api::read::Object for $name {
            fn field(&mut self, key: &str) -> Option<&mut dyn $crate::api::read::Read> {
                match key {
                    $($crate::api::read::key!($field $($key)?) => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }

        impl $crate::api::read::Read for $name {
            fn read(&mut self, json: &serde_json::value::RawValue) -> serde_json::Result<()> {
                $crate::api::read::object(self, json)
            }
        }
    )*};
}
pub(super) use requests;

/// The key of a field, as a literal.
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(super) use key;

pub(super) fn object(object: &mut dyn Object, json: &RawValue) -> serde_json::Result<()> {
    for (key, json) in go_json::entries(json.get())? {
        if let Some(field) = object.field(&key.to_ascii_lowercase()) {
            field.read(json)?;
        }
    }
    Ok(())
}

fn is_null(json: &RawValue) -> bool {
    json.get() == "null"
}

/// Raw JSON, of which also `null` is data.
impl Read for Bytes {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        *self = Self::copy_from_slice(json.get().as_bytes());
        Ok(())
    }
}

impl Read for String {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        if !is_null(json) {
            *self = go_json::text(json.get())?;
        }
        Ok(())
    }
}

macro_rules! scalars {
    ($($scalar:ty),*) => {$(
        impl Read for $scalar {
            fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
                if !is_null(json) {
                    *self = json.get().parse().map_err(Error::custom)?;
                }
                Ok(())
            }
        }
    )*};
}

scalars!(bool, i32, i64, u32, u64);

impl<T: Read + Default> Read for Option<T> {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        if is_null(json) {
            *self = None;
            return Ok(());
        }
        self.get_or_insert_default().read(json)
    }
}

impl<T: Read + Default> Read for Vec<T> {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        let items: Option<Vec<&RawValue>> = serde_json::from_str(json.get())?;
        *self = items.unwrap_or_default().into_iter().map(value).collect::<Result<_, _>>()?;
        Ok(())
    }
}

impl<T: Read + Default> Read for BTreeMap<String, T> {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        if is_null(json) {
            self.clear();
            return Ok(());
        }
        for (key, json) in go_json::entries(json.get())? {
            self.insert(key, value(json)?);
        }
        Ok(())
    }
}
