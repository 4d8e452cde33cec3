//! Centrifugo's configuration, as the handlers need it.

mod generate;
mod merge;
pub(crate) mod subscription_type;

use std::io::{self, Write};

use serde_json::Value;

pub(crate) use self::generate::{generate, literal_namespaces};
pub(crate) use self::merge::nested;
use crate::registry::Registry;

/// What the app adds to what its handlers tell.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) http_headers: Vec<String>,
    pub(crate) emulated_headers: Vec<String>,
    pub(crate) namespaces: Vec<String>,
    /// Patterns of typed channels.
    pub(crate) channels: Vec<&'static str>,
    pub(crate) rpc_namespaces: Vec<&'static str>,
    pub(crate) custom: Vec<Value>,
    /// The name of a metadata entry, and its value.
    pub(crate) secret: Option<(String, String)>,
}

/// What the configuration follows from, for whoever asks for it.
pub(crate) struct Config {
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
}

impl Config {
    pub(crate) fn generate(&self, endpoint: &str) -> Value {
        generate(&self.registry, &self.settings, endpoint)
    }
}

impl Settings {
    /// A setting of the app's own, the last one that was given.
    pub(crate) fn custom(&self, pointer: &str) -> Option<&Value> {
        self.custom.iter().rev().find_map(|custom| custom.pointer(pointer))
    }
}

/// Prints the configuration to stdout.
pub(crate) fn print(config: &Value) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{config:#}")
}
