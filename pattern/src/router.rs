//! From a name to the patterns that match it: a tree, walked from the left.

use crate::pattern::{Pattern, Segment};
use crate::values::{Values, value_length};

/// Patterns, and what they stand for.
///
/// The patterns share a tree whose edges are literal texts and placeholders. A name walks down it; where several edges fit, the most
/// specific one goes first: exact text, text in any case, placeholder, rest. At any node each kind of edge fits
/// at most once, so the cost is the name's length times the number of ways to read it that patterns really spell out, however many
/// patterns there are beside those.
///
/// ```
/// use centrifugo_pattern::{Pattern, Router};
///
/// let mut router = Router::default();
/// router.insert(&Pattern::parse("user.<id>").unwrap(), false, "one user").unwrap();
/// router.insert(&Pattern::parse("user.me").unwrap(), false, "me").unwrap();
/// let found: Vec<_> = router.find("user.me").map(|candidate| *candidate.value).collect();
/// assert_eq!(found, ["me", "one user"]);
/// ```
#[derive(Debug, Clone)]
pub struct Router<T> {
    entries: Vec<Entry<T>>,
    root: Node,
}

#[derive(Debug, Clone)]
struct Entry<T> {
    pattern: Pattern,
    value: T,
}

/// A place in the tree, where some names may end and others go on.
#[derive(Debug, Clone, Default)]
struct Node {
    end: Option<Leaf>,
    exact: Vec<Edge>,
    /// Texts in lower case.
    folded: Vec<Edge>,
    placeholder: Option<Box<Node>>,
    rest: Option<Leaf>,
}

/// A literal text that leads on. No two edges of a node start with the same byte.
#[derive(Debug, Clone)]
struct Edge {
    text: Box<[u8]>,
    node: Node,
}

#[derive(Debug, Clone, Copy)]
struct Leaf {
    entry: usize,
    with_tail: bool,
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
        Self { entries: Vec::new(), root: Node::default() }
    }
}

impl<T> Router<T> {
    /// Adds a pattern; with `ignore_case`, its literal text matches in upper and lower case (of ASCII).
    ///
    /// # Errors
    ///
    /// [`Conflict`], if an earlier pattern is for the same names. Nothing is added then.
    pub fn insert(&mut self, pattern: &Pattern, ignore_case: bool, value: T) -> Result<(), Conflict<'_, T>> {
        let variants = if pattern.tail.is_some() { &[false, true][..] } else { &[false] };
        let taken = variants.iter().find_map(|&with_tail| {
            let leaf = *self.root.leaf(pattern, with_tail, ignore_case);
            leaf.map(|leaf| (leaf.entry, pattern.shape(with_tail, ignore_case)))
        });
        if let Some((entry, shape)) = taken {
            return Err(Conflict { existing: &self.entries[entry].value, shape });
        }
        for &with_tail in variants {
            *self.root.leaf(pattern, with_tail, ignore_case) = Some(Leaf { entry: self.entries.len(), with_tail });
        }
        self.entries.push(Entry { pattern: pattern.clone(), value });
        Ok(())
    }

    /// The patterns that match the name, the most specific one first. Each is looked for when it is asked for.
    pub fn find<'r, 'n>(&'r self, name: &'n str) -> impl Iterator<Item = Match<'r, 'n, T>> {
        let candidates = Candidates { name: name.as_bytes(), steps: vec![Step::At(&self.root, 0)] };
        candidates.map(move |Leaf { entry, with_tail }| {
            let Entry { pattern, value } = &self.entries[entry];
            Match { value, values: Values::new(pattern, with_tail, name) }
        })
    }
}

impl Node {
    /// Where a pattern ends in the tree; the way to it is made where it is missing.
    fn leaf(&mut self, pattern: &Pattern, with_tail: bool, ignore_case: bool) -> &mut Option<Leaf> {
        let mut node = self;
        for segment in pattern.segments(with_tail) {
            node = match segment {
                Segment::Literal(text) if ignore_case => node.descend(text.to_ascii_lowercase().as_bytes(), Case::Folded),
                Segment::Literal(text) => node.descend(text.as_bytes(), Case::Exact),
                // The rest is the last of a pattern.
                Segment::Placeholder(placeholder) if placeholder.is_rest => return &mut node.rest,
                Segment::Placeholder(_) => node.placeholder.get_or_insert_default(),
            };
        }
        &mut node.end
    }

    /// The node that a literal text leads to.
    fn descend(&mut self, text: &[u8], case: Case) -> &mut Self {
        let Some(first) = text.first() else { return self };
        let edges = self.edges(case);
        let at = match edges.iter().position(|edge| edge.text.first() == Some(first)) {
            Some(at) => at,
            None => {
                edges.push(Edge { text: text.into(), node: Self::default() });
                edges.len() - 1
            }
        };
        let edge = &mut edges[at];
        let common = edge.text.iter().zip(text).take_while(|(one, other)| one == other).count();
        edge.split(common, case);
        edge.node.descend(&text[common..], case)
    }

    fn edges(&mut self, case: Case) -> &mut Vec<Edge> {
        match case {
            Case::Exact => &mut self.exact,
            Case::Folded => &mut self.folded,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Case {
    Exact,
    Folded,
}

impl Edge {
    /// Puts a node into the edge, so that another text can branch off there.
    fn split(&mut self, at: usize, case: Case) {
        if at == self.text.len() {
            return;
        }
        let (before, after) = self.text.split_at(at);
        let (before, after) = (before.into(), after.into());
        let node = std::mem::take(&mut self.node);
        self.text = before;
        self.node.edges(case).push(Self { text: after, node });
    }

    /// The length of the edge's text, if the name goes on with it.
    fn follow(&self, name: &[u8], case: Case) -> Option<usize> {
        let start = name.get(..self.text.len())?;
        let fits = match case {
            Case::Exact => start == &*self.text,
            Case::Folded => start.eq_ignore_ascii_case(&self.text),
        };
        fits.then_some(self.text.len())
    }
}

/// What is still to be looked at, the next one last.
struct Candidates<'r, 'n> {
    name: &'n [u8],
    steps: Vec<Step<'r>>,
}

enum Step<'r> {
    /// The name is at this node, so many bytes in.
    At(&'r Node, usize),
    Found(Leaf),
}

impl Iterator for Candidates<'_, '_> {
    type Item = Leaf;

    fn next(&mut self) -> Option<Leaf> {
        loop {
            match self.steps.pop()? {
                Step::Found(leaf) => return Some(leaf),
                Step::At(node, start) => self.branch(node, start),
            }
        }
    }
}

impl<'r> Candidates<'r, '_> {
    /// The most general way goes onto the pile first.
    fn branch(&mut self, node: &'r Node, start: usize) {
        let name = &self.name[start..];
        if let Some(rest) = node.rest
            && !name.is_empty()
            && value_length(name, true) == name.len()
        {
            self.steps.push(Step::Found(rest));
        }
        if let Some(next) = &node.placeholder
            && let length @ 1.. = value_length(name, false)
        {
            self.steps.push(Step::At(next, start + length));
        }
        for (edges, case) in [(&node.folded, Case::Folded), (&node.exact, Case::Exact)] {
            let way = edges.iter().find_map(|edge| Some((edge, edge.follow(name, case)?)));
            self.steps.extend(way.map(|(edge, length)| Step::At(&edge.node, start + length)));
        }
        if let Some(end) = node.end
            && name.is_empty()
        {
            self.steps.push(Step::Found(end));
        }
    }
}
