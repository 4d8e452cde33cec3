//! The map of channels, in parts with a lock each.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard};

use super::channel::{Channel, State};
use super::epochs::Epochs;
use super::timetable::Timetable;
use super::{lock, now, shrink};

const SHARDS: usize = 64;

/// Channels by name. A channel is here as long as it has something to remember.
pub(super) struct Channels {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    epochs: Epochs,
    timetable: Timetable<Channel>,
}

type Shard = HashMap<Arc<str>, Arc<Channel>>;

impl Channels {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new(), epochs: Epochs::new(), timetable: Timetable::new() }
    }

    /// Does something under the lock of a channel, which is made if it isn't there.
    pub(super) fn with<R>(&self, name: &str, action: impl FnOnce(&mut State) -> R) -> R {
        loop {
            let channel = self.find_or_make(name);
            if let Some(state) = enter(&channel) {
                return self.act(&channel, state, action);
            }
        }
    }

    /// Does something under the lock of a channel, if it is there.
    pub(super) fn with_existing<R>(&self, name: &str, action: impl FnOnce(&mut State) -> R) -> Option<R> {
        loop {
            let channel = self.find(name)?;
            if let Some(state) = enter(&channel) {
                return Some(self.act(&channel, state, action));
            }
        }
    }

    /// Drops what is due, in every channel.
    pub(super) fn sweep(&self) {
        let now = now();
        while let Some((slot, channel)) = self.timetable.next_due(now) {
            if let Some(mut state) = enter(&channel) {
                state.slot.take_if(|own| *own == slot);
                self.act(&channel, state, |_| ());
            }
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Arc<Channel>> {
        self.shards.iter().flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>())
    }

    fn act<R>(&self, channel: &Arc<Channel>, mut state: MutexGuard<'_, State>, action: impl FnOnce(&mut State) -> R) -> R {
        if state.needs_another_seed() {
            state.begin_anew(self.epochs.advance(self.hash(&channel.name)));
        }
        let result = action(&mut state);
        let is_idle = state.is_idle();
        if !is_idle && let Some(due) = state.due() {
            self.timetable.advance(channel, &mut state.slot, due);
        }
        drop(state);
        if is_idle {
            self.remove_idle(channel);
        }
        result
    }

    /// Removes a channel unless someone has come meanwhile.
    fn remove_idle(&self, channel: &Channel) {
        let mut shard = lock(self.shard(self.hash(&channel.name)));
        let mut state = lock(&channel.state);
        if state.is_idle() && !state.is_removed {
            state.is_removed = true;
            if let Some(slot) = state.slot.take() {
                self.timetable.remove(slot);
            }
            shard.remove(&channel.name);
            shrink(&mut shard);
        }
    }

    fn find(&self, name: &str) -> Option<Arc<Channel>> {
        lock(self.shard(self.hash(name))).get(name).cloned()
    }

    fn find_or_make(&self, name: &str) -> Arc<Channel> {
        let hash = self.hash(name);
        let mut shard = lock(self.shard(hash));
        if let Some(channel) = shard.get(name) {
            return Arc::clone(channel);
        }
        let channel = Arc::new(Channel::new(name, self.epochs.seed(hash)));
        shard.insert(Arc::clone(&channel.name), Arc::clone(&channel));
        channel
    }

    fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
    }

    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        &self.shards[hash as usize % SHARDS]
    }

    #[cfg(test)]
    pub(super) fn scheduled(&self) -> usize {
        self.timetable.len()
    }
}

/// Locks a channel and drops what is due in it. `None`: it has been removed from the map.
fn enter(channel: &Channel) -> Option<MutexGuard<'_, State>> {
    let mut state = lock(&channel.state);
    if state.is_removed {
        return None;
    }
    state.expire(now());
    Some(state)
}
