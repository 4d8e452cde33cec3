use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// The reason why no Centrifugo runs.
///
/// `main` or a test may return it: Rust prints its `Debug` form then, which is the readable one.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `CENTRIFUGO_BIN` names a program that can't be run, or isn't Centrifugo.
    #[error("CENTRIFUGO_BIN is `{path}`, which can't be run: {source}")]
    Binary {
        /// The variable's value.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no Centrifugo in `PATH`, and no Go to build one.
    #[error(
        "there is no Centrifugo v6.9 in PATH, and no Go to build one: install either (https://go.dev/dl), or set \
         CENTRIFUGO_BIN to the path of a Centrifugo ({0})"
    )]
    NoGo(io::Error),
    /// There is no folder in which a built Centrifugo can be kept: the program isn't in a target directory of Cargo, and the
    /// environment names no home.
    #[error("there is no folder to build Centrifugo in: set HOME, or set CENTRIFUGO_BIN to the path of a Centrifugo")]
    NoCache,
    /// Go can't build Centrifugo.
    #[error(
        "Centrifugo can't be built: {0}; Go's output is above. It needs Go 1.26, which Go 1.21 and newer download, and \
         Go's module proxy"
    )]
    Build(ExitStatus),
    /// Centrifugo refuses its configuration.
    #[error("Centrifugo refuses its configuration:\n{0}")]
    Refused(String),
    /// Centrifugo ended before it accepted a connection, or accepts none.
    #[error("Centrifugo doesn't start: {why}\n{log}")]
    Start {
        /// What was observed.
        why: String,
        /// Its log.
        log: String,
    },
    /// An error of the system.
    #[error("can't {what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The system's error.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed_by_main(error: Error) -> String {
        format!("Error: {:?}", Box::<dyn std::error::Error + Send + Sync>::from(error))
    }

    #[test]
    fn what_main_prints_says_what_to_install_or_set() {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        for (error, expected) in [
            (Error::NoGo(missing()), "install either (https://go.dev/dl), or set CENTRIFUGO_BIN"),
            (Error::NoCache, "set HOME, or set CENTRIFUGO_BIN"),
            (Error::Binary { path: "/no/centrifugo".into(), source: missing() }, "CENTRIFUGO_BIN is `/no/centrifugo`"),
            (Error::Io { what: "start Centrifugo", source: missing() }, "can't start Centrifugo: entity not found"),
        ] {
            let printed = printed_by_main(error);
            assert!(printed.contains(expected) && !printed.contains(" {"), "{printed}");
        }
    }
}
