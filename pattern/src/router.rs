//! The router, which finds the patterns that match a name.

use std::collections::HashMap;

use crate::compiled::{Case, Values};
use crate::pattern::Pattern;
use crate::tree::Tree;

/// A map from patterns to values, which finds by name.
///
/// The patterns share a tree whose edges are literal texts and placeholders. A name walks down it; where several edges
/// match, the most specific one takes precedence: exact text, text in any case, placeholder, rest. At any node each kind of
/// edge matches at most once, so a lookup costs the name's length times the number of ways to read it that patterns spell
/// out, however many other patterns there are. The bound holds for a name that is made to be slow, too: a lookup visits no
/// node twice, and goes no deeper than the longest pattern, however long the name is. It allocates nothing.
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

/// The patterns, numbered in the order of their insertion. They are apart from the values, so that this code isn't generic.
#[derive(Debug, Clone, Default)]
struct Patterns {
    tree: Tree,
    /// The number of the pattern that has each shape.
    shapes: HashMap<String, usize>,
}

impl Patterns {
    /// Adds the pattern with the number `at`. `Err` has the number of an earlier pattern for the same names, and their
    /// shape.
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
    /// The value that was inserted with the pattern.
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
    /// The value that was inserted with the earlier pattern.
    pub existing: &'r T,
    /// The shape that both patterns have.
    pub shape: String,
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self { patterns: Patterns::default(), values: Vec::new() }
    }
}

impl<T> Router<T> {
    /// Adds a pattern; with `ignore_case`, its literal text matches whatever the case of ASCII letters.
    ///
    /// # Errors
    ///
    /// [`Conflict`], if an earlier pattern matches the same names. Nothing is added then.
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

    /// Calls `accept` with each match of the name, the most specific one first, until it returns `Some`, and returns that.
    pub fn find_map<'r, 'n, R>(&'r self, name: &'n str, mut accept: impl FnMut(Match<'r, 'n, T>) -> Option<R>) -> Option<R> {
        self.patterns.tree.find_map(name, |at, values| accept(Match { value: &self.values[at], values }))
    }
}
