//! Faults of a configuration, and notes on its keys without effect.

use std::fmt;

/// Everything that keeps the engine from honouring a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{}", listed(faults))]
pub struct ConfigError {
    pub(crate) faults: Vec<Fault>,
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults.iter().map(Fault::to_string).collect();
    match &lines[..] {
        [one] => one.clone(),
        many => format!("the configuration has {} faults:\n- {}", many.len(), many.join("\n- ")),
    }
}

/// A key that can't be honoured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where it is: `channel.namespaces[chat].history_ttl`.
    pub(crate) path: String,
    /// A verb with what is wrong: `needs a real Centrifugo`.
    pub(crate) wrong: String,
    /// What to write instead.
    pub(crate) instead: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, wrong, instead } = self;
        write!(f, "`{path}` {wrong}: {instead}")
    }
}

/// Keys that have no effect in the engine, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// Where they are: `engine.type`.
    pub paths: Vec<String>,
    /// Why they have no effect.
    pub reason: &'static str,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.paths.len() == 1 { "has" } else { "have" };
        write!(f, "`{}` {verb} no effect standalone: {}", self.paths.join("`, `"), self.reason)
    }
}
