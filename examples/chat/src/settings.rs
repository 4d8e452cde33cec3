//! The chat's settings, and the variables of the environment that have them.

use std::env;
use std::path::PathBuf;
use std::str::FromStr;

use crate::Error;

/// How a chat runs.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The page's address, where port 0 is a free one; by default 127.0.0.1:3000, or a free port if that is in use.
    pub address: Option<String>,
    /// What keeps the clients' connections.
    pub engine: Engine,
    /// The JavaScript SDK, `dist/centrifuge.js` of npm's package `centrifuge`; by default the page loads it from a CDN.
    pub sdk: Option<PathBuf>,
}

/// What keeps the clients' connections, and calls the handlers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// The chat's own process.
    #[default]
    Standalone,
    /// A real Centrifugo, which the chat starts.
    Centrifugo,
}

impl Settings {
    /// The settings in `CHAT_ADDRESS`, `CHAT_ENGINE` and `CHAT_SDK`.
    ///
    /// # Errors
    ///
    /// There is no such engine.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            address: env::var("CHAT_ADDRESS").ok(),
            engine: env::var("CHAT_ENGINE").map_or(Ok(Engine::default()), |engine| engine.parse())?,
            sdk: env::var_os("CHAT_SDK").map(PathBuf::from),
        })
    }
}

impl FromStr for Engine {
    type Err = Error;

    fn from_str(engine: &str) -> Result<Self, Error> {
        match engine {
            "standalone" => Ok(Self::Standalone),
            "centrifugo" => Ok(Self::Centrifugo),
            _ => Err(Error::Engine(engine.to_owned())),
        }
    }
}
