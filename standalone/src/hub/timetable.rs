//! The timetable of the sweep: the channels in which something expires, by its time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::lock;

/// The channels by the time at which something in them expires. Each is in it once at most.
pub(super) struct Timetable<C>(Mutex<Entries<C>>);

struct Entries<C> {
    channels: BTreeMap<Slot, Arc<C>>,
    next: u64,
}

/// A channel's place in the timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    due: Instant,
    number: u64,
}

impl<C> Timetable<C> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Entries { channels: BTreeMap::new(), next: 0 }))
    }

    /// Moves a channel to an earlier time. One that is due later stays: the sweep moves it when it finds nothing to do,
    /// so that publishing rarely gets here.
    pub(super) fn advance(&self, channel: &Arc<C>, slot: &mut Option<Slot>, due: Instant) {
        if slot.is_none_or(|slot| due < slot.due) {
            *slot = Some(lock(&self.0).put(channel, *slot, due));
        }
    }

    pub(super) fn remove(&self, slot: Slot) {
        lock(&self.0).channels.remove(&slot);
    }

    /// Takes a channel that is due.
    pub(super) fn next_due(&self, now: Instant) -> Option<(Slot, Arc<C>)> {
        let mut entries = lock(&self.0);
        entries.channels.first_key_value().is_some_and(|(slot, _)| slot.due <= now).then(|| entries.channels.pop_first())?
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        lock(&self.0).channels.len()
    }
}

impl<C> Entries<C> {
    fn put(&mut self, channel: &Arc<C>, old: Option<Slot>, due: Instant) -> Slot {
        if let Some(old) = old {
            self.channels.remove(&old);
        }
        let slot = Slot { due, number: self.next };
        self.next += 1;
        self.channels.insert(slot, Arc::clone(channel));
        slot
    }
}
