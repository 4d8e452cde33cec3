//! Values of the configuration, converted as Centrifugo converts them: a number may be written as a text, a list of one as
//! its element, and 0 or an empty text stands for the default.

use std::cmp::Reverse;
use std::time::Duration;

use centrifugo_pattern::duration;
use serde_json::Value;

use super::table::Shape;

/// A duration of the configuration. Times are in order: a longer one below zero comes before a shorter one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Time {
    /// Below zero, which switches some timers off.
    Negative(Reverse<Duration>),
    Of(Duration),
}

impl Time {
    /// Reads `1m30s` or `-1s`.
    pub(super) fn parse(text: &str) -> Result<Self, duration::Error> {
        let negated = text.strip_prefix('-');
        let length = match negated.unwrap_or(text.strip_prefix('+').unwrap_or(text)) {
            // Go's only number without a unit.
            "0" => Duration::ZERO,
            text => duration::parse(text)?,
        };
        Ok(if negated.is_some() && !length.is_zero() { Self::Negative(Reverse(length)) } else { Self::Of(length) })
    }
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) if text.is_empty() => Some(0),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// 3e2, which is a whole number for JSON.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        Value::String(one) if one.is_empty() => Some(Vec::new()),
        one => Some(vec![text(one)?]),
    }
}

pub(super) fn time(value: &Value) -> Result<Time, String> {
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) => Ok(Time::Of(Duration::ZERO)),
        Value::Number(number) => Err(format!("write a duration with its unit, such as `\"{number}s\"`")),
        Value::String(text) => Time::parse(text).map_err(|error| error.to_string()),
        _ => Err("write a duration, such as `\"30s\"`".to_owned()),
    }
}

/// Names with their texts, of an object or of a list of `{"key": .., "value": ..}`.
pub(super) fn map(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |item: &Value| Some((item.get("key")?.as_str()?.to_owned(), item.get("value")?.as_str()?.to_owned()));
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        Value::Array(pairs) => pairs.iter().map(pair).collect(),
        _ => None,
    }
}

/// Whether two entries have the same key, as only those of a list may.
fn has_twin(entries: &[(String, String)]) -> bool {
    entries.iter().enumerate().any(|(index, (key, _))| entries[..index].iter().any(|(other, _)| other == key))
}

impl Shape {
    /// What to write instead of a value of another type.
    pub(super) fn mistake(&self, value: &Value) -> Option<String> {
        let fits = match self {
            Self::Flag => flag(value).is_some(),
            Self::Number(_) => number(value).is_some(),
            Self::Text(_) => text(value).is_some(),
            Self::Time(_) => return time(value).err(),
            Self::Texts(_) => texts(value).is_some(),
            Self::Map => match map(value) {
                Some(entries) if has_twin(&entries) => return Some("write each key once".to_owned()),
                entries => entries.is_some(),
            },
            Self::Opaque | Self::Object(_) => value.is_object(),
            Self::Objects(_) => value.is_array(),
        };
        (!fits).then(|| format!("write {}", self.wanted()))
    }

    fn wanted(&self) -> &'static str {
        match self {
            Self::Flag => "`true` or `false`",
            Self::Number(_) => "a whole number",
            Self::Text(_) => "a string",
            Self::Time(_) => "a duration",
            Self::Texts(_) => "a list of strings",
            Self::Map => "an object of strings",
            Self::Opaque | Self::Object(_) => "an object",
            Self::Objects(_) => "a list of objects",
        }
    }

    /// Whether the value is Centrifugo's default, or stands for it.
    pub(super) fn is_default(&self, value: &Value) -> bool {
        match *self {
            Self::Flag => flag(value) == Some(false),
            Self::Number(default) => number(value).is_some_and(|number| number == default || number == 0),
            Self::Text(default) => text(value).is_some_and(|text| text == default || text.is_empty()),
            Self::Time(default) => {
                time(value).is_ok_and(|time| Ok(time) == Time::parse(default) || time == Time::Of(Duration::ZERO))
            }
            Self::Texts(default) => texts(value).is_some_and(|texts| texts == default || texts.is_empty()),
            Self::Map => map(value).is_some_and(|map| map.is_empty()),
            Self::Opaque | Self::Object(_) => value.as_object().is_some_and(|object| object.is_empty()),
            Self::Objects(_) => value.as_array().is_some_and(Vec::is_empty),
        }
    }
}

/// The type of a value, for messages that must not show it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
