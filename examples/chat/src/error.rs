//! Why the chat doesn't run.

use std::fmt;
use std::io;
use std::path::PathBuf;

use tokio::task::JoinError;

/// What keeps the chat from starting, or ends it.
///
/// `main` returns it: its `Debug` form, which Rust prints then, is the readable one.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The page's address is taken, or is none.
    #[error("can't listen on `{address}`: {source}; set CHAT_ADDRESS to another address")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The JavaScript SDK isn't where npm installs it.
    #[error("can't read {}: {source}; remove `node_modules` beside it, and start again", .path.display())]
    Sdk {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no Centrifugo, or no npm.
    #[error(transparent)]
    Centrifugo(#[from] centrifugo_server::Error),
    /// The app doesn't start, or has stopped.
    #[error(transparent)]
    App(#[from] centrifugo::StartError),
    /// The page's server, standard output, or signals.
    #[error("the chat stopped: {0}")]
    Io(#[from] io::Error),
    /// A server panicked.
    #[error("a server of the chat failed: {0}")]
    Server(#[from] JoinError),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_prints_says_what_to_install_or_set() {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        for (error, expected) in [
            (Error::from(centrifugo_server::Error::NoGo(missing())), "install either, or set CENTRIFUGO_BIN"),
            (Error::from(centrifugo_server::Error::NoNpm(missing())), "install Node"),
            (Error::Listen { address: "nowhere".into(), source: missing() }, "set CHAT_ADDRESS"),
            (Error::Sdk { path: "node_modules/centrifuge.js".into(), source: missing() }, "remove `node_modules`"),
        ] {
            let printed = format!("{error:?}");
            assert!(printed.contains(expected) && !printed.contains(" {"), "{printed}");
        }
    }
}
