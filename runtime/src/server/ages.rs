//! The memory of a connection's responses that HTTP/2 has not sent yet, by its age.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The memory of a connection's responses, by its age. Each turn makes the new memory old; what was old by then has waited
/// for at least the time between two turns. So the age of a response costs no look at the clock, and no timer.
#[derive(Debug, Default)]
pub(crate) struct Ages {
    short: [AtomicUsize; 3],
    long: [AtomicUsize; 3],
    /// New memory is odd.
    is_odd: AtomicBool,
}

/// Which memory is meant: that of short responses, which are passed to HTTP/2 without a look at the window, or of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Short,
    Long,
}

/// The age of memory. Even and odd alternate between new and old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Even,
    Odd,
    /// Its call waits for room in the window with a timer of its own, so it has no age here.
    Timed,
}

impl Ages {
    /// The age of what is new.
    pub(crate) fn new_age(&self) -> Age {
        if self.is_odd.load(Ordering::Relaxed) { Age::Odd } else { Age::Even }
    }

    /// Counts new memory, and returns its age.
    pub(crate) fn add(&self, length: Length, bytes: usize) -> Age {
        let age = self.new_age();
        self.of(length)[age as usize].fetch_add(bytes, Ordering::Relaxed);
        age
    }

    pub(crate) fn remove(&self, length: Length, age: Age, bytes: usize) {
        self.of(length)[age as usize].fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Changes the age of memory.
    pub(crate) fn change(&self, length: Length, before: Age, after: Age, bytes: usize) {
        if before != after {
            self.of(length)[after as usize].fetch_add(bytes, Ordering::Relaxed);
            self.remove(length, before, bytes);
        }
    }

    /// All memory of short responses.
    pub(crate) fn short(&self) -> usize {
        self.short.iter().map(|bytes| bytes.load(Ordering::Relaxed)).sum()
    }

    /// Begins a turn. Returns whether there was old memory.
    pub(crate) fn turn(&self) -> bool {
        let old = if self.new_age() == Age::Odd { Age::Even } else { Age::Odd };
        let is_there = |length| self.of(length)[old as usize].load(Ordering::Relaxed) > 0;
        let was_old = is_there(Length::Short) || is_there(Length::Long);
        self.is_odd.store(old == Age::Odd, Ordering::Relaxed);
        was_old
    }

    fn of(&self, length: Length) -> &[AtomicUsize; 3] {
        match length {
            Length::Short => &self.short,
            Length::Long => &self.long,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_late_at_the_second_turn_after_it_was_added() {
        for length in [Length::Short, Length::Long] {
            let ages = Ages::default();
            for _ in 0..3 {
                let age = ages.add(length, 10);
                assert!(!ages.turn());
                assert!(ages.turn());
                ages.remove(length, age, 10);
                assert!(!ages.turn());
            }
        }
    }

    #[test]
    fn memory_that_is_new_again_or_timed_is_not_late() {
        let ages = Ages::default();
        let mut age = ages.add(Length::Short, 10);
        for _ in 0..3 {
            assert!(!ages.turn());
            ages.change(Length::Short, age, ages.new_age(), 10);
            age = ages.new_age();
        }
        ages.change(Length::Short, age, Age::Timed, 10);
        assert!(!ages.turn() && !ages.turn() && !ages.turn());
        assert_eq!(ages.short(), 10);
    }
}
