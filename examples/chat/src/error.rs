//! The chat's errors.

use std::fmt;
use std::io;
use std::path::PathBuf;

use tokio::task::JoinError;

/// The reason why the chat doesn't start, or ends.
///
/// `main` returns it, and Rust prints its `Debug` form then: that is the readable one.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The page's address is in use, or invalid.
    #[error("can't listen on `{address}`: {source}; set CHAT_ADDRESS to another address")]
    Listen {
        /// The address.
        address: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file of the JavaScript SDK can't be read.
    #[error("can't read the SDK in {}: {source}; set CHAT_SDK to npm's `dist/centrifuge.js`, or unset it", .path.display())]
    Sdk {
        /// The path.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no such engine.
    #[error("there is no engine `{0}`: set CHAT_ENGINE to `standalone` or `centrifugo`")]
    Engine(String),
    /// Centrifugo is missing, or doesn't start.
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
    fn an_error_of_main_names_what_to_install_or_set() {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        for (error, expected) in [
            (Error::from(centrifugo_server::Error::NoGo(missing())), "or set CENTRIFUGO_BIN"),
            (Error::Engine("redis".into()), "set CHAT_ENGINE"),
            (Error::Listen { address: "nowhere".into(), source: missing() }, "set CHAT_ADDRESS"),
            (Error::Sdk { path: "centrifuge.js".into(), source: missing() }, "set CHAT_SDK"),
        ] {
            let printed = format!("{error:?}");
            assert!(printed.contains(expected) && !printed.contains(" {"), "{printed}");
        }
    }
}
