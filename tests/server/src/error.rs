use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why there is no Centrifugo, or no SDK for its clients.
///
/// `main` may return it: its `Debug` form, which Rust prints then, is the readable one.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `CENTRIFUGO_BIN` doesn't run.
    #[error("CENTRIFUGO_BIN is `{path}`, which can't be run: {source}")]
    Binary {
        /// Its value.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is none to be found, and no Go to build one.
    #[error("there is no Centrifugo v6.9 in PATH, and no Go to build one: install either, or set CENTRIFUGO_BIN ({0})")]
    NoGo(io::Error),
    /// There is no Go to build h2spec.
    #[error("there is no Go to build h2spec, which tests HTTP/2: install it ({0})")]
    NoGoForH2spec(io::Error),
    /// Go can't build a program.
    #[error("{program} can't be built: {status}; Go's output is above")]
    Build {
        /// The program's name.
        program: &'static str,
        /// How Go ended.
        status: ExitStatus,
    },
    /// Centrifugo refuses its configuration.
    #[error("Centrifugo refuses its configuration:\n{0}")]
    Refused(String),
    /// Centrifugo ended, or answers nobody.
    #[error("Centrifugo doesn't start: {why}\n{log}")]
    Start {
        /// What was seen.
        why: &'static str,
        /// The end of its log.
        log: String,
    },
    /// There is no npm.
    #[error("there is no npm, which installs the JavaScript SDK: install Node, with npm in PATH ({0})")]
    NoNpm(io::Error),
    /// npm can't install the packages.
    #[error("`npm ci` in {folder} failed: {status}; npm's output is above")]
    Npm {
        /// Where it was tried.
        folder: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
    /// Something of the system.
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
            (Error::NoGo(missing()), "install either, or set CENTRIFUGO_BIN"),
            (Error::NoGoForH2spec(missing()), "install it"),
            (Error::NoNpm(missing()), "install Node"),
            (Error::Binary { path: "/no/centrifugo".into(), source: missing() }, "CENTRIFUGO_BIN is `/no/centrifugo`"),
            (Error::Io { what: "start Centrifugo", source: missing() }, "can't start Centrifugo: entity not found"),
        ] {
            let printed = printed_by_main(error);
            assert!(printed.contains(expected) && !printed.contains(" {"), "{printed}");
        }
    }
}
