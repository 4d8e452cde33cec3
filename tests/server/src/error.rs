use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why there is no Centrifugo.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `CENTRIFUGO_BIN` doesn't run.
    #[error("CENTRIFUGO_BIN is `{path}`, which can't be run: {source}")]
    Binary {
        /// Its value.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is none to be found, and no Go to build one.
    #[error("there is no Centrifugo v6.9 in PATH, and no Go to build one: install either, or set CENTRIFUGO_BIN ({0})")]
    NoGo(io::Error),
    /// Go can't build it.
    #[error("Centrifugo can't be built: {0}; what Go says is above")]
    Build(String),
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
    #[error("can't run `npm ci`, which installs the JavaScript SDK: {0}; is Node installed?")]
    NoNpm(io::Error),
    /// npm can't install the packages.
    #[error("`npm ci` in {folder} failed: {status}; what npm says is above")]
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
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}
