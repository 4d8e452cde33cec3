//! Filters of publications by their tags (Centrifugo PRO).

use crate::wire;

/// A condition on a publication's tags. Centrifugo PRO; ignored by the open-source Centrifugo.
///
/// ```
/// use centrifugo::Filter;
///
/// let rust_or_go = Filter::any([Filter::eq("lang", "rust"), Filter::eq("lang", "go")]);
/// let not_drafts = Filter::not(Filter::exists("draft"));
/// Filter::all([rust_or_go, not_drafts]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(wire::FilterNode);

impl Filter {
    /// Matches if the tag has this value.
    pub fn eq(tag: impl Into<String>, value: impl Into<String>) -> Self {
        Self::compare(tag, "eq", value)
    }

    /// Matches if the tag has one of these values.
    pub fn one_of<V: IntoIterator<Item: Into<String>>>(tag: impl Into<String>, values: V) -> Self {
        let vals = values.into_iter().map(Into::into).collect();
        Self(wire::FilterNode { key: tag.into(), cmp: "in".into(), vals, ..Default::default() })
    }

    /// Matches if the publication has the tag.
    pub fn exists(tag: impl Into<String>) -> Self {
        Self::compare(tag, "ex", "")
    }

    /// Matches by a comparison of Centrifugo's, with its name: `eq` `neq` `sw` `ew` `ct` `lt` `lte` `gt` `gte` `ex` `nex`.
    pub fn compare(tag: impl Into<String>, comparison: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, cmp, val) = (tag.into(), comparison.into(), value.into());
        Self(wire::FilterNode { key, cmp, val, ..Default::default() })
    }

    /// Matches if all conditions match.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::combine("and", conditions)
    }

    /// Matches if at least one condition matches.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::combine("or", conditions)
    }

    /// Matches if the condition doesn't match.
    #[expect(clippy::should_implement_trait, reason = "`Filter::not(..)` reads as `all` and `any` do")]
    pub fn not(condition: Self) -> Self {
        Self::combine("not", [condition])
    }

    fn combine(op: &str, conditions: impl IntoIterator<Item = Self>) -> Self {
        let nodes = conditions.into_iter().map(|Self(node)| node).collect();
        Self(wire::FilterNode { op: op.into(), nodes, ..Default::default() })
    }

    pub(crate) fn encode(self) -> wire::FilterNode {
        self.0
    }
}
