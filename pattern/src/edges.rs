//! The edges of a node of the tree: from a byte of text to the next node.

/// A map from bytes to nodes, with a slot for each byte from `low` upwards.
#[derive(Debug, Clone)]
pub(crate) struct Edges<N> {
    low: u8,
    slots: Box<[Option<N>]>,
}

impl<N> Default for Edges<N> {
    fn default() -> Self {
        Self { low: 0, slots: Box::default() }
    }
}

impl<N> Edges<N> {
    /// The node that the byte leads to.
    pub(crate) fn get(&self, byte: u8) -> Option<&N> {
        self.slots.get(usize::from(byte.wrapping_sub(self.low)))?.as_ref()
    }

    /// The slot of a byte, added if there is none.
    pub(crate) fn slot(&mut self, byte: u8) -> &mut Option<N> {
        if self.slots.is_empty() {
            self.low = byte;
        }
        let before = self.low.saturating_sub(byte);
        self.low -= before;
        let at = usize::from(byte - self.low);
        if before > 0 || at >= self.slots.len() {
            let mut slots = std::mem::take(&mut self.slots).into_vec();
            slots.splice(..0, (0..before).map(|_| None));
            slots.resize_with(slots.len().max(at + 1), || None);
            self.slots = slots.into_boxed_slice();
        }
        &mut self.slots[at]
    }
}
