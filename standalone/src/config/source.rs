//! An object of the configuration, read by the names and defaults of the table.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::Value;

use super::check::{item_path, join};
use super::error::Fault;
use super::table::{Key, ROOT, Shape};
use super::value::{self, Time};

/// The faults that reading finds. Values of wrong types aren't among them: [`check`](super::check) reports those.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: RefCell<Vec<Fault>>,
    /// The paths that were read, which the tests compare with the table.
    #[cfg(test)]
    pub(super) read: RefCell<std::collections::BTreeSet<String>>,
}

impl Faults {
    pub(super) fn add(&self, path: String, wrong: impl Into<String>, instead: impl Into<String>) {
        self.found.borrow_mut().push(Fault { path, wrong: wrong.into(), instead: instead.into() });
    }

    pub(super) fn into_inner(self) -> Vec<Fault> {
        self.found.into_inner()
    }
}

/// An object of the configuration.
#[derive(Clone)]
pub(super) struct Source<'a> {
    value: Option<&'a Value>,
    parts: &'static [&'static [Key]],
    pub(super) path: String,
    pub(super) faults: &'a Faults,
}

impl<'a> Source<'a> {
    pub(super) fn new(config: &'a Value, faults: &'a Faults) -> Self {
        Self { value: Some(config), parts: ROOT, path: String::new(), faults }
    }

    pub(super) fn object(&self, name: &str) -> Self {
        let Shape::Object(parts) = self.shape(name) else { unreachable!("`{name}` is no object") };
        Self { value: self.value(name), parts, path: join(&self.path, name), faults: self.faults }
    }

    pub(super) fn objects(&self, name: &str) -> impl Iterator<Item = Self> {
        let Shape::Objects(parts) = self.shape(name) else { unreachable!("`{name}` is no list of objects") };
        let (path, faults) = (join(&self.path, name), self.faults);
        let items = self.value(name).and_then(Value::as_array).into_iter().flatten().enumerate();
        items.map(move |(index, item)| Self { value: Some(item), parts, path: item_path(&path, index, item), faults })
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(value::flag).unwrap_or(false)
    }

    pub(super) fn number(&self, name: &str) -> i64 {
        let Shape::Number(default) = self.shape(name) else { unreachable!("`{name}` is no number") };
        self.value(name).and_then(value::number).filter(|number| *number != 0).unwrap_or(default)
    }

    /// A number that isn't below zero.
    pub(super) fn count<N: TryFrom<i64> + Default>(&self, name: &str) -> N {
        let number = self.number(name);
        number.try_into().unwrap_or_else(|_| {
            self.fault(name, format!("is {number}"), "write a number from 0 up, which fits in its type");
            N::default()
        })
    }

    /// The most of something; below zero means that there is no limit.
    pub(super) fn limit(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(usize::MAX)
    }

    /// The most of something; 0 and below mean that there is no limit.
    pub(super) fn limit_if_any<N: TryFrom<i64>>(&self, name: &str) -> Option<N> {
        // A limit that exceeds the type is none.
        N::try_from(self.number(name)).ok().filter(|_| self.number(name) > 0)
    }

    pub(super) fn text(&self, name: &str) -> String {
        let Shape::Text(default) = self.shape(name) else { unreachable!("`{name}` is no text") };
        self.value(name).and_then(value::text).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn text_if_any(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.value(name).and_then(value::texts).unwrap_or_default()
    }

    pub(super) fn map(&self, name: &str) -> Vec<(String, String)> {
        self.value(name).and_then(value::map).unwrap_or_default()
    }

    /// A duration, which may be below zero.
    pub(super) fn signed_time(&self, name: &str) -> Time {
        const ZERO: Time = Time::Of(Duration::ZERO);
        let Shape::Time(default) = self.shape(name) else { unreachable!("`{name}` is no time") };
        let written = self.value(name).and_then(|value| value::time(value).ok());
        written.filter(|time| *time != ZERO).or(Time::parse(default).ok()).unwrap_or(ZERO)
    }

    /// A duration; `None` below zero.
    pub(super) fn time_if_any(&self, name: &str) -> Option<Duration> {
        match self.signed_time(name) {
            Time::Negative(_) => None,
            Time::Of(length) => Some(length),
        }
    }

    /// A duration that isn't below zero.
    pub(super) fn time(&self, name: &str) -> Duration {
        self.time_if_any(name).unwrap_or_else(|| {
            self.fault(name, "is below zero", "write a duration such as `\"30s\"`");
            Duration::ZERO
        })
    }

    /// A duration in whole seconds.
    pub(super) fn seconds(&self, name: &str) -> Duration {
        let time = self.time(name);
        if time.subsec_nanos() != 0 {
            self.fault(name, "has a part of a second", "write whole seconds");
        }
        time
    }

    pub(super) fn fault(&self, name: &str, wrong: impl Into<String>, instead: impl Into<String>) {
        self.faults.add(join(&self.path, name), wrong, instead);
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        #[cfg(test)]
        self.faults.read.borrow_mut().insert(join(&self.path, name));
        self.value?.get(name).filter(|value| !value.is_null())
    }

    fn shape(&self, name: &str) -> Shape {
        let key = self.parts.iter().copied().flatten().find(|key| key.name == name);
        key.map_or_else(|| unreachable!("the table has no key `{name}` in `{}`", self.path), |key| key.shape)
    }
}
