//! Filters of publications by their tags, which clients subscribe with.

mod decimal;

use std::cmp::Ordering;
use std::collections::HashMap;

use self::decimal::Decimal;
use crate::codec::ErrorCode;
use crate::proto::client::FilterNode;

/// The most conditions of a filter, with those that join others. Centrifugo has no limit. A subscription keeps its filter,
/// and looks through all of it under the channel's lock, for each publication.
const MOST_CONDITIONS: usize = 100;

/// The most values that the conditions of a filter are compared with, one after the other.
const MOST_VALUES: usize = 1_000;

/// A valid filter: it lets publications through by their tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Tag { key: String, test: Test },
}

/// What a tag's value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    Equal(String),
    NotEqual(String),
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    NotExists,
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// `None`: the filter's value is no number, and nothing matches.
    Number(Comparison, Option<Decimal>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

type Tags = HashMap<String, String>;

impl Filter {
    /// Checks a filter as a client sent it: error 107 for what means nothing, or is too large.
    pub(crate) fn new(node: FilterNode) -> Result<Self, ErrorCode> {
        Self::is_small(&node).then(|| Self::parse(node)).flatten().ok_or(ErrorCode::BAD_REQUEST)
    }

    /// Whether a filter has few enough conditions and values to be kept.
    pub(crate) fn is_small(node: &FilterNode) -> bool {
        let (conditions, values) = size(node);
        conditions <= MOST_CONDITIONS && values <= MOST_VALUES
    }

    fn parse(node: FilterNode) -> Option<Self> {
        match node.op.as_str() {
            "" => Self::tag(node),
            "and" => Self::children(node.nodes).map(Self::And),
            "or" => Self::children(node.nodes).map(Self::Or),
            "not" => Self::only_child(node.nodes).map(|child| Self::Not(Box::new(child))),
            _ => None,
        }
    }

    fn tag(node: FilterNode) -> Option<Self> {
        let test = Test::new(&node.cmp, node.val, node.vals)?;
        let needs_key = !matches!(test, Test::Exists | Test::NotExists);
        (!needs_key || !node.key.is_empty()).then_some(Self::Tag { key: node.key, test })
    }

    fn children(nodes: Vec<FilterNode>) -> Option<Vec<Self>> {
        if nodes.is_empty() {
            return None;
        }
        nodes.into_iter().map(Self::parse).collect()
    }

    fn only_child(nodes: Vec<FilterNode>) -> Option<Self> {
        let [node] = <[FilterNode; 1]>::try_from(nodes).ok()?;
        Self::parse(node)
    }

    /// Whether a publication with these tags passes.
    pub(crate) fn matches(&self, tags: &Tags) -> bool {
        match self {
            Self::And(filters) => filters.iter().all(|filter| filter.matches(tags)),
            Self::Or(filters) => filters.iter().any(|filter| filter.matches(tags)),
            Self::Not(filter) => !filter.matches(tags),
            Self::Tag { key, test } => test.holds(tags.get(key).map(String::as_str)),
        }
    }
}

/// The number of conditions and of values. A message of a client is at most 128 levels deep.
fn size(node: &FilterNode) -> (usize, usize) {
    let of_nodes = node.nodes.iter().map(size);
    of_nodes.fold((1, node.vals.len()), |(conditions, values), of| (conditions + of.0, values + of.1))
}

impl Test {
    fn new(comparison: &str, value: String, values: Vec<String>) -> Option<Self> {
        match (value.is_empty(), values.is_empty()) {
            (false, true) => Self::of_value(comparison, value),
            (true, false) => Self::of_values(comparison, values),
            (true, true) => Self::of_nothing(comparison),
            (false, false) => None,
        }
    }

    fn of_value(comparison: &str, value: String) -> Option<Self> {
        Some(match comparison {
            "eq" => Self::Equal(value),
            "neq" => Self::NotEqual(value),
            "sw" => Self::StartsWith(value),
            "ew" => Self::EndsWith(value),
            "ct" => Self::Contains(value),
            _ => Self::Number(Comparison::new(comparison)?, Decimal::parse(&value)),
        })
    }

    fn of_values(comparison: &str, values: Vec<String>) -> Option<Self> {
        match comparison {
            "in" => Some(Self::In(values)),
            "nin" => Some(Self::NotIn(values)),
            _ => None,
        }
    }

    fn of_nothing(comparison: &str) -> Option<Self> {
        match comparison {
            "ex" => Some(Self::Exists),
            "nex" => Some(Self::NotExists),
            _ => None,
        }
    }

    fn holds(&self, tag: Option<&str>) -> bool {
        match self {
            Self::Equal(value) => tag == Some(value),
            Self::NotEqual(value) => tag != Some(value),
            // A missing tag counts as an empty one here, as in Centrifugo.
            Self::In(values) => has(values, tag.unwrap_or_default()),
            Self::NotIn(values) => !has(values, tag.unwrap_or_default()),
            Self::Exists => tag.is_some(),
            Self::NotExists => tag.is_none(),
            Self::StartsWith(value) => tag.is_some_and(|tag| tag.starts_with(value)),
            Self::EndsWith(value) => tag.is_some_and(|tag| tag.ends_with(value)),
            Self::Contains(value) => tag.is_some_and(|tag| tag.contains(value)),
            Self::Number(comparison, value) => comparison.holds(tag.and_then(Decimal::parse), value.as_ref()),
        }
    }
}

fn has(values: &[String], tag: &str) -> bool {
    values.iter().any(|value| value == tag)
}

impl Comparison {
    fn new(name: &str) -> Option<Self> {
        match name {
            "lt" => Some(Self::Less),
            "lte" => Some(Self::LessOrEqual),
            "gt" => Some(Self::Greater),
            "gte" => Some(Self::GreaterOrEqual),
            _ => None,
        }
    }

    fn holds(self, tag: Option<Decimal>, value: Option<&Decimal>) -> bool {
        let (Some(tag), Some(value)) = (tag, value) else { return false };
        match self {
            Self::Less => tag.cmp(value) == Ordering::Less,
            Self::LessOrEqual => tag.cmp(value) != Ordering::Greater,
            Self::Greater => tag.cmp(value) == Ordering::Greater,
            Self::GreaterOrEqual => tag.cmp(value) != Ordering::Less,
        }
    }
}
