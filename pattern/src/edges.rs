//! The places that lie one byte of text further in the tree.

use crate::tree::Node;

/// Places, found by the byte that leads there: there is a slot for each byte from `low` upwards.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges {
    low: u8,
    slots: Box<[Option<Node>]>,
}

impl Edges {
    /// Where the byte leads.
    pub(crate) fn get(&self, byte: u8) -> Option<&Node> {
        self.slots.get(usize::from(byte.wrapping_sub(self.low)))?.as_ref()
    }

    /// The slot of a byte, which is made if there is none.
    pub(crate) fn slot(&mut self, byte: u8) -> &mut Option<Node> {
        if self.slots.is_empty() {
            self.low = byte;
        }
        let before = self.low.saturating_sub(byte);
        self.low -= before;
        let at = usize::from(byte - self.low);
        if before > 0 || at >= self.slots.len() {
            let mut slots = std::mem::take(&mut self.slots).into_vec();
            slots.splice(..0, (0..before).map(|_| None));
            slots.resize(slots.len().max(at + 1), None);
            self.slots = slots.into_boxed_slice();
        }
        &mut self.slots[at]
    }
}
