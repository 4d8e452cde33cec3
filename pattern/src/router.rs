//! From a name to the patterns that match it.

use std::collections::HashMap;

use crate::code::Case;
use crate::pattern::Pattern;
use crate::tree::Tree;
use crate::values::Values;

/// Patterns, and what they stand for.
///
/// The patterns share a tree whose edges are literal texts and placeholders. A name walks down it; where several edges fit, the most
/// specific one goes first: exact text, text in any case, placeholder, rest. At any node each kind of edge fits
/// at most once, so the cost is the name's length times the number of ways to read it that patterns really spell out, however many
/// patterns there are beside those. That is the bound for a name which is made to be slow, too: no place in the tree is looked at
/// twice, and the walk is no deeper than the longest pattern, however long the name is. Nothing is allocated on the way.
///
/// ```
/// use centrifugo_pattern::{Pattern, Router};
///
/// let mut router = Router::default();
/// router.insert(&Pattern::parse("user.<id>").unwrap(), false, "one user").unwrap();
/// router.insert(&Pattern::parse("user.me").unwrap(), false, "me").unwrap();
/// assert_eq!(router.find_map("user.me", |found| Some(*found.value)), Some("me"));
///
/// // Not the first one that matches, but the first one that is accepted.
/// let other = router.find_map("user.me", |found| found.values().next().map(|id| (*found.value, id)));
/// assert_eq!(other, Some(("one user", "me")));
/// ```
#[derive(Debug, Clone)]
pub struct Router<T> {
    patterns: Patterns,
    values: Vec<T>,
}

/// The patterns, by the order in which they came: apart from what they stand for, so that all routers share the code.
#[derive(Debug, Clone, Default)]
struct Patterns {
    tree: Tree,
    /// What each pattern matches.
    shapes: HashMap<String, usize>,
}

impl Patterns {
    /// Adds the pattern of this number. `Err`: the earlier one for the same names, and what both of them match.
    fn insert(&mut self, pattern: &Pattern, ignore_case: bool, at: usize) -> Result<(), (usize, String)> {
        let shapes = pattern.shapes(ignore_case);
        for shape in &shapes {
            if let Some(existing) = self.shapes.get(shape) {
                return Err((*existing, shape.clone()));
            }
        }
        self.shapes.extend(shapes.into_iter().map(|shape| (shape, at)));
        self.tree.insert(pattern, if ignore_case { Case::Folded } else { Case::Exact });
        Ok(())
    }
}

/// A pattern that matches a name.
#[derive(Debug, Clone)]
pub struct Match<'r, 'n, T> {
    /// What the pattern stands for.
    pub value: &'r T,
    values: Values<'r, 'n>,
}

impl<'r, 'n, T> Match<'r, 'n, T> {
    /// The values of the pattern's placeholders.
    pub fn values(&self) -> Values<'r, 'n> {
        self.values.clone()
    }
}

/// Two patterns for the same names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict<'r, T> {
    /// What the earlier one stands for.
    pub existing: &'r T,
    /// What both of them match, without the placeholders' names.
    pub shape: String,
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self { patterns: Patterns::default(), values: Vec::new() }
    }
}

impl<T> Router<T> {
    /// Adds a pattern; with `ignore_case`, its literal text matches in upper and lower case (of ASCII).
    ///
    /// # Errors
    ///
    /// [`Conflict`], if an earlier pattern is for the same names. Nothing is added then.
    ///
    /// # Panics
    ///
    /// If all of its patterns together have 4 GiB.
    pub fn insert(&mut self, pattern: &Pattern, ignore_case: bool, value: T) -> Result<(), Conflict<'_, T>> {
        match self.patterns.insert(pattern, ignore_case, self.values.len()) {
            Ok(()) => {
                self.values.push(value);
                Ok(())
            }
            Err((existing, shape)) => Err(Conflict { existing: &self.values[existing], shape }),
        }
    }

    /// What `accept` makes of the first match that it takes: it is asked about the patterns that match the name, the most specific one
    /// first, until it answers with `Some`. Nothing is looked for after that.
    pub fn find_map<'r, 'n, R>(&'r self, name: &'n str, mut accept: impl FnMut(Match<'r, 'n, T>) -> Option<R>) -> Option<R> {
        self.patterns.tree.find_map(name, |at, values| accept(Match { value: &self.values[at], values }))
    }
}
