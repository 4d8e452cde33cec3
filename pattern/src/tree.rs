//! The tree that names walk down, from the left.
//!
//! It branches where patterns part ways, and nowhere else: where only one pattern is left, the name is compared with that. So a name
//! passes few places in memory, and among thousands of patterns, these are what a lookup costs.

use crate::edges::{Case, Edges};
use crate::pattern::Pattern;
use crate::steps::{Step, fits};
use crate::values::{Values, value_length};

/// Patterns, by the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    sources: Vec<Source>,
    root: Branch,
}

/// What a lookup reads of a pattern: close together, because a place in memory costs more than to compare what is there.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    text: Box<str>,
    steps: Box<[Step]>,
    /// The steps before the optional tail.
    head: usize,
    ignore_case: bool,
}

/// A pattern, and how far a way through the tree has come in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    source: usize,
    with_tail: bool,
    /// The steps that are done.
    step: usize,
    /// The bytes of the next step's text that are compared.
    compared: usize,
}

/// A place in the tree.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Lone(Leaf),
    Branch(Box<Branch>),
}

/// A place where patterns part ways.
#[derive(Debug, Clone, Default)]
pub(crate) struct Branch {
    end: Option<Leaf>,
    exact: Edges,
    folded: Edges,
    placeholder: Option<Node>,
    rest: Option<Leaf>,
}

/// What comes next in a pattern.
enum Next<'p> {
    Text(&'p [u8]),
    Placeholder,
    Rest,
    End,
}

impl Tree {
    /// Adds a pattern whose shapes aren't there yet.
    pub(crate) fn insert(&mut self, pattern: &Pattern, ignore_case: bool) {
        let source = self.sources.len();
        let Pattern { text, head, steps, .. } = pattern;
        let (text, steps) = (text.as_str().into(), steps.as_slice().into());
        self.sources.push(Source { text, steps, head: head.len(), ignore_case });
        for with_tail in [false, true].into_iter().take(if pattern.tail.is_some() { 2 } else { 1 }) {
            self.root.insert(&self.sources, Leaf { source, with_tail, step: 0, compared: 0 });
        }
    }

    /// What `accept` makes of the first pattern that it takes, the most specific one first.
    pub(crate) fn find_map<'r, 'n, R>(
        &'r self,
        name: &'n str,
        mut accept: impl FnMut(usize, Values<'r, 'n>) -> Option<R>,
    ) -> Option<R> {
        self.root.find_map(name.as_bytes(), &mut |leaf, left| {
            let source = &self.sources[leaf.source];
            let steps = source.steps(leaf.with_tail);
            let fits = fits(&source.text, &steps[leaf.step..], leaf.compared, left, source.ignore_case);
            if fits { accept(leaf.source, Values::new(steps, name)) } else { None }
        })
    }
}

impl Source {
    fn steps(&self, with_tail: bool) -> &[Step] {
        if with_tail { &self.steps } else { &self.steps[..self.head] }
    }
}

impl Node {
    pub(crate) fn find_map<R>(&self, name: &[u8], accept: &mut impl FnMut(&Leaf, &[u8]) -> Option<R>) -> Option<R> {
        match self {
            Self::Lone(leaf) => accept(leaf, name),
            Self::Branch(branch) => branch.find_map(name, accept),
        }
    }

    pub(crate) fn insert(&mut self, sources: &[Source], leaf: Leaf) {
        if let Self::Lone(first) = *self {
            let mut branch = Box::<Branch>::default();
            branch.insert(sources, first);
            *self = Self::Branch(branch);
        }
        if let Self::Branch(branch) = self {
            branch.insert(sources, leaf);
        }
    }
}

impl Branch {
    fn find_map<R>(&self, name: &[u8], accept: &mut impl FnMut(&Leaf, &[u8]) -> Option<R>) -> Option<R> {
        let Some((&first, more)) = name.split_first() else { return accept(self.end.as_ref()?, name) };
        for (edges, case) in [(&self.exact, Case::Exact), (&self.folded, Case::Folded)] {
            if let Some((node, left)) = edges.follow(first, more, case)
                && let Some(found) = node.find_map(left, accept)
            {
                return Some(found);
            }
        }
        if let Some(node) = &self.placeholder
            && let length @ 1.. = value_length(name, false)
            && let Some(found) = node.find_map(&name[length..], accept)
        {
            return Some(found);
        }
        accept(self.rest.as_ref()?, name)
    }

    pub(crate) fn insert(&mut self, sources: &[Source], leaf: Leaf) {
        match leaf.next(sources) {
            Next::End => self.end = Some(leaf),
            Next::Rest => self.rest = Some(leaf),
            Next::Placeholder => {
                let leaf = Leaf { step: leaf.step + 1, ..leaf };
                match &mut self.placeholder {
                    Some(node) => node.insert(sources, leaf),
                    free => *free = Some(Node::Lone(leaf)),
                }
            }
            Next::Text(text) => {
                let case = if sources[leaf.source].ignore_case { Case::Folded } else { Case::Exact };
                self.edges(case).insert(sources, leaf, text, case);
            }
        }
    }

    pub(crate) fn edges(&mut self, case: Case) -> &mut Edges {
        match case {
            Case::Exact => &mut self.exact,
            Case::Folded => &mut self.folded,
        }
    }
}

impl Leaf {
    fn next<'s>(&self, sources: &'s [Source]) -> Next<'s> {
        let source = &sources[self.source];
        match source.steps(self.with_tail).get(self.step) {
            Some(&Step::Text { start, end }) => Next::Text(&source.text.as_bytes()[start + self.compared..end]),
            Some(Step::Value { is_rest: true, .. }) => Next::Rest,
            Some(Step::Value { is_rest: false, .. }) => Next::Placeholder,
            None => Next::End,
        }
    }

    /// The text that comes next; empty if something else does.
    pub(crate) fn text<'s>(&self, sources: &'s [Source]) -> &'s [u8] {
        if let Next::Text(text) = self.next(sources) { text } else { &[] }
    }

    /// So many bytes further in the text that comes next.
    pub(crate) fn skip(self, bytes: usize, sources: &[Source]) -> Self {
        match self.text(sources).len() {
            left if left > bytes => Self { compared: self.compared + bytes, ..self },
            0 => self,
            _ => Self { step: self.step + 1, compared: 0, ..self },
        }
    }
}
