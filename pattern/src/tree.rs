//! The tree of patterns, which a name walks down from its left end.
//!
//! The tree branches only where patterns differ: where one pattern is left, its compiled form is compared with the rest of
//! the name. So a lookup reads few places in memory, which is its cost among thousands of patterns.

use crate::compiled::{Case, Token, Values, compile, fits};
use crate::edges::Edges;
use crate::names::value_length;
use crate::pattern::Pattern;

/// The patterns, numbered in the order of their insertion.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    /// All compiled patterns, one after the other.
    compiled: Vec<u8>,
    patterns: u32,
    root: Option<Node>,
}

/// A pattern with or without its optional tail, and the part of it that the way through the tree hasn't compared yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    pattern: u32,
    /// The start of the compiled pattern.
    start: u32,
    /// The start of the part that is not compared yet.
    next: u32,
    case: Case,
}

/// A node of the tree.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Lone(Leaf),
    Branch(Box<Branch>),
}

/// A node at which patterns differ.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    /// The text before it that all of them share.
    shared: Box<[u8]>,
    /// How the shared text is compared.
    case: Case,
    exact: Edges<Node>,
    folded: Edges<Node>,
    placeholder: Option<Node>,
    rest: Option<Leaf>,
    end: Option<Leaf>,
}

impl Tree {
    /// Adds a pattern, whose shapes must be new.
    ///
    /// # Panics
    ///
    /// If all patterns together have 4 GiB.
    pub(crate) fn insert(&mut self, pattern: &Pattern, case: Case) {
        for segments in pattern.ways() {
            let start = u32::try_from(self.compiled.len()).expect("less than 4 GiB of patterns");
            self.compiled.extend(compile(segments, case));
            let leaf = Leaf { pattern: self.patterns, start, next: start, case };
            Node::insert(&mut self.root, &self.compiled, leaf);
        }
        self.patterns += 1;
    }

    /// Calls `accept` with the patterns that match, the most specific one first, and returns its first `Some`.
    pub(crate) fn find_map<'r, 'n, R>(
        &'r self,
        name: &'n str,
        mut accept: impl FnMut(usize, Values<'r, 'n>) -> Option<R>,
    ) -> Option<R> {
        self.root.as_ref()?.find_map(name.as_bytes(), &mut |leaf, left| {
            let fits = fits(&self.compiled[leaf.next as usize..], left, leaf.case);
            if fits { accept(leaf.pattern as usize, Values::new(&self.compiled[leaf.start as usize..], name)) } else { None }
        })
    }
}

impl Node {
    pub(crate) fn find_map<R>(&self, name: &[u8], accept: &mut impl FnMut(&Leaf, &[u8]) -> Option<R>) -> Option<R> {
        match self {
            Self::Lone(leaf) => accept(leaf, name),
            Self::Branch(branch) => branch.find_map(branch.strip_shared(name)?, accept),
        }
    }

    /// Adds a pattern to a slot, which may be empty.
    pub(crate) fn insert(slot: &mut Option<Self>, compiled: &[u8], leaf: Leaf) {
        *slot = Some(match slot.take() {
            None => Self::Lone(leaf),
            Some(Self::Lone(first)) => {
                let shared = if first.case == leaf.case { shared(first.left(compiled), leaf.left(compiled)) } else { &[] };
                let mut branch = Branch::new(shared, leaf.case);
                branch.insert(compiled, first.skip(shared.len()));
                branch.insert(compiled, leaf.skip(shared.len()));
                Self::Branch(Box::new(branch))
            }
            Some(Self::Branch(below)) => {
                let shared = if below.case == leaf.case { shared(&below.shared, leaf.left(compiled)).len() } else { 0 };
                let mut branch = if shared < below.shared.len() { below.split(shared) } else { below };
                branch.insert(compiled, leaf.skip(shared));
                Self::Branch(branch)
            }
        });
    }
}

impl Branch {
    fn new(shared: &[u8], case: Case) -> Self {
        let (exact, folded) = Default::default();
        Self { shared: shared.into(), case, exact, folded, placeholder: None, rest: None, end: None }
    }

    /// The rest of a name after the shared text; `None` for a name that starts in another way.
    fn strip_shared<'n>(&self, name: &'n [u8]) -> Option<&'n [u8]> {
        let (start, left) = name.split_at_checked(self.shared.len())?;
        start.iter().zip(&self.shared).all(|(byte, shared)| self.case.fold(*byte) == *shared).then_some(left)
    }

    fn find_map<R>(&self, name: &[u8], accept: &mut impl FnMut(&Leaf, &[u8]) -> Option<R>) -> Option<R> {
        let Some((first, more)) = name.split_first() else { return accept(self.end.as_ref()?, name) };
        for (edges, case) in [(&self.exact, Case::Exact), (&self.folded, Case::Folded)] {
            if let Some(node) = edges.get(case.fold(*first))
                && let Some(found) = node.find_map(more, accept)
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

    fn insert(&mut self, compiled: &[u8], leaf: Leaf) {
        match Token::of(compiled[leaf.next as usize]) {
            Token::End => self.end = Some(leaf),
            Token::Value { is_rest: true, .. } => self.rest = Some(leaf),
            Token::Value { is_rest: false, .. } => Node::insert(&mut self.placeholder, compiled, leaf.skip(1)),
            Token::Text(byte) => Node::insert(self.edge(byte, leaf.case), compiled, leaf.skip(1)),
        }
    }

    /// Puts a branch above this one, so that another pattern can differ after `at` bytes of the shared text.
    fn split(mut self: Box<Self>, at: usize) -> Box<Self> {
        let mut above = Box::new(Self::new(&self.shared[..at], self.case));
        let (first, case) = (self.shared[at], self.case);
        self.shared = self.shared[at + 1..].into();
        *above.edge(first, case) = Some(Node::Branch(self));
        above
    }

    fn edge(&mut self, byte: u8, case: Case) -> &mut Option<Node> {
        match case {
            Case::Exact => self.exact.slot(byte),
            Case::Folded => self.folded.slot(byte),
        }
    }
}

impl Leaf {
    /// The part of the compiled pattern that is not compared yet, and all that follows in the tree's bytes.
    fn left<'c>(&self, compiled: &'c [u8]) -> &'c [u8] {
        &compiled[self.next as usize..]
    }

    /// The same leaf with so many more bytes compared.
    fn skip(self, bytes: usize) -> Self {
        Self { next: self.next + bytes as u32, ..self }
    }
}

/// The text that both compiled patterns start with.
fn shared<'c>(one: &'c [u8], other: &[u8]) -> &'c [u8] {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other && matches!(Token::of(**one), Token::Text(_)));
    &one[..same.count()]
}
