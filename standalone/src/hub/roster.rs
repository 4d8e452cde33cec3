//! A set of entries by number: small while it has few entries, quick while it has many.

use std::collections::HashMap;

/// What a roster finds its entries by.
pub(super) trait Numbered {
    fn number(&self) -> u64;
}

/// Entries in a vector. Only a long one has an index: most channels and users have few.
#[derive(Debug)]
pub(super) struct Roster<T> {
    entries: Vec<T>,
    index: Option<Box<Index>>,
}

/// The place of each number. In a box, as most rosters have none; a type of its own, as clippy refuses boxed maps.
#[derive(Debug)]
struct Index(HashMap<u64, usize>);

/// The length from which on there is an index; it goes at half of that.
const INDEXED: usize = 32;

impl<T> Default for Roster<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: None }
    }
}

impl<T: Numbered> Roster<T> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut()
    }

    pub(super) fn get(&self, number: u64) -> Option<&T> {
        self.place(number).map(|place| &self.entries[place])
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.place(number).map(|place| &mut self.entries[place])
    }

    /// Adds an entry, and returns the one of the same number that it replaces.
    pub(super) fn insert(&mut self, entry: T) -> Option<T> {
        match self.get_mut(entry.number()) {
            Some(old) => Some(std::mem::replace(old, entry)),
            None => {
                self.append(entry);
                None
            }
        }
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<T> {
        let place = self.place(number)?;
        let removed = self.entries.swap_remove(place);
        self.forget(number, place);
        self.shrink();
        Some(removed)
    }

    fn place(&self, number: u64) -> Option<usize> {
        match &self.index {
            Some(index) => index.0.get(&number).copied(),
            None => self.entries.iter().position(|entry| entry.number() == number),
        }
    }

    fn append(&mut self, entry: T) {
        if self.entries.len() < 4 {
            self.entries.reserve_exact(1);
        }
        if let Some(index) = &mut self.index {
            index.0.insert(entry.number(), self.entries.len());
        }
        self.entries.push(entry);
        if self.index.is_none() && self.entries.len() >= INDEXED {
            let places = self.entries.iter().enumerate().map(|(place, entry)| (entry.number(), place));
            self.index = Some(Box::new(Index(places.collect())));
        }
    }

    /// Removes a number from the index, after the last entry took its place.
    fn forget(&mut self, number: u64, place: usize) {
        if let Some(index) = &mut self.index {
            index.0.remove(&number);
            if let Some(moved) = self.entries.get(place) {
                index.0.insert(moved.number(), place);
            }
        }
    }

    fn shrink(&mut self) {
        if self.entries.len() < INDEXED / 2 {
            self.index = None;
        }
        if self.entries.len() * 4 < self.entries.capacity() {
            self.entries.shrink_to(self.entries.len() * 2);
            if let Some(index) = &mut self.index {
                index.0.shrink_to(self.entries.len() * 2);
            }
        }
    }
}
