//! The errors of an engine that doesn't start.

use crate::config::error::ConfigError;
use crate::token::KeyError;

/// The reason why the engine did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Settings of Centrifugo that the engine can't honour, or that are wrong: all of them.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key for tokens that can't be read.
    #[error("{0}")]
    Key(String),
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Key(error.to_string())
    }
}
