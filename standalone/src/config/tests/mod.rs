//! Options of whole configurations.

mod honoured;
mod names;
mod page;
mod refused;
mod table;
mod verdicts;

use serde_json::Value;

use super::error::{ConfigError, Note};
use super::options::Options;

fn parsed(config: Value) -> Options {
    with_notes(config).0
}

fn with_notes(config: Value) -> (Options, Vec<Note>) {
    Options::parse(&config).unwrap_or_else(|error| panic!("{config}: {error}"))
}

/// The faults of a configuration, one a line.
fn faults(config: &Value) -> Vec<String> {
    match Options::parse(config) {
        Ok(_) => Vec::new(),
        Err(ConfigError { faults }) => faults.iter().map(ToString::to_string).collect(),
    }
}
