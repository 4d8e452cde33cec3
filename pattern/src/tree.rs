//! The tree that names walk down, from the left.
//!
//! It branches where patterns part ways, and nowhere else: where only one pattern is left, the name is compared with its code. So a name
//! passes few places in memory, and among thousands of patterns, these are what a lookup costs.

use crate::code::{Case, Op, code, fits};
use crate::edges::Edges;
use crate::pattern::Pattern;
use crate::values::{Values, value_length};

/// Patterns, by the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    /// The codes of all patterns, one after the other.
    codes: Vec<u8>,
    patterns: u32,
    root: Option<Node>,
}

/// A pattern with or without its optional tail, and how far a way through the tree has come in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    pattern: u32,
    /// Where its code starts.
    code: u32,
    /// Where the part of its code starts that is not compared yet.
    next: u32,
    case: Case,
}

/// A place in the tree.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Lone(Leaf),
    Branch(Box<Branch>),
}

/// A place where patterns part ways.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    /// The text that all of them share before.
    shared: Box<[u8]>,
    /// How that is compared.
    case: Case,
    exact: Edges,
    folded: Edges,
    placeholder: Option<Node>,
    rest: Option<Leaf>,
    end: Option<Leaf>,
}

impl Tree {
    /// Adds a pattern whose shapes aren't there yet.
    ///
    /// # Panics
    ///
    /// If all patterns together have 4 GiB.
    pub(crate) fn insert(&mut self, pattern: &Pattern, case: Case) {
        for segments in pattern.ways() {
            let start = u32::try_from(self.codes.len()).expect("less than 4 GiB of patterns");
            self.codes.extend(code(segments, case));
            let leaf = Leaf { pattern: self.patterns, code: start, next: start, case };
            Node::insert(&mut self.root, &self.codes, leaf);
        }
        self.patterns += 1;
    }

    /// What `accept` makes of the first pattern that it takes, the most specific one first.
    pub(crate) fn find_map<'r, 'n, R>(
        &'r self,
        name: &'n str,
        mut accept: impl FnMut(usize, Values<'r, 'n>) -> Option<R>,
    ) -> Option<R> {
        self.root.as_ref()?.find_map(name.as_bytes(), &mut |leaf, left| {
            let fits = fits(&self.codes[leaf.next as usize..], left, leaf.case);
            if fits { accept(leaf.pattern as usize, Values::new(&self.codes[leaf.code as usize..], name)) } else { None }
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

    /// Adds a pattern to a place that may be free.
    pub(crate) fn insert(place: &mut Option<Self>, codes: &[u8], leaf: Leaf) {
        *place = Some(match place.take() {
            None => Self::Lone(leaf),
            Some(Self::Lone(first)) => {
                let shared = if first.case == leaf.case { shared(first.left(codes), leaf.left(codes)) } else { &[] };
                let mut branch = Branch::new(shared, leaf.case);
                branch.insert(codes, first.skip(shared.len()));
                branch.insert(codes, leaf.skip(shared.len()));
                Self::Branch(Box::new(branch))
            }
            Some(Self::Branch(below)) => {
                let shared = if below.case == leaf.case { shared(&below.shared, leaf.left(codes)).len() } else { 0 };
                let mut branch = if shared < below.shared.len() { below.split(shared) } else { below };
                branch.insert(codes, leaf.skip(shared));
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

    /// What is left of a name after the text that is shared.
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

    fn insert(&mut self, codes: &[u8], leaf: Leaf) {
        match Op::of(codes[leaf.next as usize]) {
            Op::End => self.end = Some(leaf),
            Op::Value { is_rest: true, .. } => self.rest = Some(leaf),
            Op::Value { is_rest: false, .. } => Node::insert(&mut self.placeholder, codes, leaf.skip(1)),
            Op::Text(byte) => Node::insert(self.edge(byte, leaf.case), codes, leaf.skip(1)),
        }
    }

    /// A branch above this one, where another text can go on after so many bytes of what is shared.
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
    /// What is left of its code, and all that comes after.
    fn left<'c>(&self, codes: &'c [u8]) -> &'c [u8] {
        &codes[self.next as usize..]
    }

    /// So many bytes further.
    fn skip(self, bytes: usize) -> Self {
        Self { next: self.next + bytes as u32, ..self }
    }
}

/// The text with which both codes start.
fn shared<'c>(one: &'c [u8], other: &[u8]) -> &'c [u8] {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other && matches!(Op::of(**one), Op::Text(_)));
    &one[..same.count()]
}
