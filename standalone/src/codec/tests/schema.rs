//! The table of messages, beside the schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::codec::json::{for_each_message, key};

/// The messages of the schema that aren't in frames: an HTTP transport's.
const OTHER_TRANSPORTS: [&str; 1] = ["EmulationRequest"];

macro_rules! table {
    ($($message:ident { $($field:ident $(= $key:literal)? $(: $always:ident)?),* $(,)? })*) => {
        [$((stringify!($message), [$(key!($field $($key)?)),*].as_slice())),*]
    };
}

/// Each message of the table with its keys.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let table: &[(&str, &[&str])] = &for_each_message!(table);
    let keys = |keys: &&[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    table.iter().map(|(message, fields)| (message.to_uppercase(), keys(fields))).collect()
}

/// Each message of the schema with the names of its fields.
fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    let mut last = String::new();
    for line in include_str!("../../../proto/client.proto").lines().map(str::trim) {
        if let Some(message) = line.strip_prefix("message ") {
            last = message.trim_end_matches(['}', '{', ' ']).to_uppercase();
            messages.insert(last.clone(), BTreeSet::new());
        } else if let Some(field) = field(line) {
            messages.get_mut(&last).map(|fields: &mut BTreeSet<_>| fields.insert(field));
        }
    }
    messages
}

/// The name of the field that a line declares.
fn field(line: &str) -> Option<String> {
    let (declaration, _) = line.split_once(" = ").filter(|_| !line.starts_with("//") && !line.starts_with("option "))?;
    declaration.split_whitespace().last().map(str::to_owned)
}

#[test]
fn the_table_has_each_message_and_field_of_the_schema() {
    let mut schema = schema();
    schema.retain(|message, _| !OTHER_TRANSPORTS.iter().any(|other| other.eq_ignore_ascii_case(message)));
    assert_eq!(table(), schema);
}
