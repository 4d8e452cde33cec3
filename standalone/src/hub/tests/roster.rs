use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::roster::{Numbered, Roster};

#[derive(Debug, Clone, PartialEq)]
struct Entry(u64, u32);

impl Numbered for Entry {
    fn number(&self) -> u64 {
        self.0
    }
}

proptest! {
    #[test]
    fn a_roster_is_a_map_by_number(
        steps in prop::collection::vec((0..80u64, any::<u32>(), prop::bool::weighted(0.6)), 0..400)
    ) {
        let (mut roster, mut model) = (Roster::default(), BTreeMap::new());
        for (number, value, inserts) in steps {
            if inserts {
                prop_assert_eq!(roster.insert(Entry(number, value)), model.insert(number, Entry(number, value)));
            } else {
                prop_assert_eq!(roster.remove(number), model.remove(&number));
            }
            prop_assert_eq!(roster.get(number), model.get(&number));
            prop_assert_eq!(roster.len(), model.len());
        }
        let entries: BTreeMap<u64, Entry> = roster.iter().map(|entry| (entry.0, entry.clone())).collect();
        prop_assert_eq!(entries, model);
    }
}
