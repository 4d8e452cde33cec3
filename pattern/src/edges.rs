//! The literal texts that lead on from a place in the tree.

use crate::tree::{Branch, Leaf, Node, Source};

/// How texts are compared. Those that match in upper and lower case are kept in lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case {
    Exact,
    Folded,
}

/// Edges, found by their first bytes: there is a slot for each byte from `low` upwards.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges {
    low: u8,
    slots: Box<[Option<Box<Edge>>]>,
}

#[derive(Debug, Clone)]
struct Edge {
    /// What follows the first byte, if several patterns share it. The text of a lone one is compared with the pattern.
    more: Box<[u8]>,
    node: Node,
}

impl Edges {
    /// Where a name leads, and what is left of it then.
    pub(crate) fn follow<'r, 'n>(&'r self, first: u8, more: &'n [u8], case: Case) -> Option<(&'r Node, &'n [u8])> {
        let slot = case.fold(first).wrapping_sub(self.low);
        let edge = self.slots.get(usize::from(slot))?.as_ref()?;
        let (start, left) = more.split_at_checked(edge.more.len())?;
        (case.common(&edge.more, start) == start.len()).then_some((&edge.node, left))
    }

    /// Adds a pattern whose next text this is.
    pub(crate) fn insert(&mut self, sources: &[Source], leaf: Leaf, text: &[u8], case: Case) {
        let Some((&first, more)) = text.split_first() else { return };
        let leaf = leaf.skip(1, sources);
        match self.slot(case.fold(first)) {
            Some(edge) => edge.insert(sources, leaf, more, case),
            free => *free = Some(Box::new(Edge { more: Box::default(), node: Node::Lone(leaf) })),
        }
    }

    /// The slot of a byte, which is made if there is none.
    fn slot(&mut self, first: u8) -> &mut Option<Box<Edge>> {
        if self.slots.is_empty() {
            self.low = first;
        }
        let before = self.low.saturating_sub(first);
        self.low -= before;
        let at = usize::from(first - self.low);
        if before > 0 || at >= self.slots.len() {
            let mut slots = std::mem::take(&mut self.slots).into_vec();
            slots.splice(..0, (0..before).map(|_| None));
            slots.resize(slots.len().max(at + 1), None);
            self.slots = slots.into_boxed_slice();
        }
        &mut self.slots[at]
    }
}

impl Edge {
    fn insert(&mut self, sources: &[Source], leaf: Leaf, text: &[u8], case: Case) {
        if let Node::Lone(first) = &mut self.node {
            let other = first.text(sources);
            let shared = case.common(other, text);
            *first = first.skip(shared, sources);
            self.more = other[..shared].iter().map(|byte| case.fold(*byte)).collect();
        }
        let shared = case.common(&self.more, text);
        self.split(shared, case);
        self.node.insert(sources, leaf.skip(shared, sources));
    }

    /// Puts a branch into the edge, so that another text can go on there.
    fn split(&mut self, at: usize, case: Case) {
        let (before, after) = self.more.split_at(at);
        let Some((&first, more)) = after.split_first() else { return };
        let (before, more) = (before.into(), more.into());
        let above = Node::Branch(Box::<Branch>::default());
        let below = Self { more, node: std::mem::replace(&mut self.node, above) };
        if let Node::Branch(branch) = &mut self.node {
            *branch.edges(case).slot(first) = Some(Box::new(below));
        }
        self.more = before;
    }
}

impl Case {
    fn fold(self, byte: u8) -> u8 {
        match self {
            Self::Exact => byte,
            Self::Folded => byte.to_ascii_lowercase(),
        }
    }

    /// How many bytes two texts have in common at their starts.
    fn common(self, one: &[u8], other: &[u8]) -> usize {
        one.iter().zip(other).take_while(|(one, other)| self.fold(**one) == self.fold(**other)).count()
    }
}
