//! The JavaScript SDK of the page: from a CDN, so that no Node is needed, or from a file.

use std::path::PathBuf;

use crate::Error;

/// The SDK's file at a CDN, which serves the files of npm's packages.
const CDN: &str = "https://cdn.jsdelivr.net/npm/centrifuge@5.7.4/dist/centrifuge.js";
/// Its hash, of the file in npm's package: a browser runs no other. `tests/e2e/clients/browser.rs` compares them.
const INTEGRITY: &str = "sha384-Iz2tPn0Bdkrz7y4HN3TY1XBlxpW+TjRqSbTJc2ENckVFOGn9tDUNezcC3CF5pO+h";

/// Where the page's SDK comes from.
#[derive(Debug, Clone)]
pub(crate) enum Sdk {
    Cdn,
    File(String),
}

impl Sdk {
    /// Reads the file, if there is one.
    pub(crate) async fn new(file: Option<PathBuf>) -> Result<Self, Error> {
        let Some(path) = file else { return Ok(Self::Cdn) };
        match tokio::fs::read_to_string(&path).await {
            Ok(script) => Ok(Self::File(script)),
            Err(source) => Err(Error::Sdk { path, source }),
        }
    }

    /// The page's element for it.
    pub(crate) fn element(&self) -> String {
        match self {
            Self::Cdn => format!(r#"<script src="{CDN}" integrity="{INTEGRITY}" crossorigin="anonymous" defer></script>"#),
            Self::File(_) => r#"<script src="/centrifuge.js" defer></script>"#.to_owned(),
        }
    }

    /// What the page says about it.
    pub(crate) fn note(&self) -> &'static str {
        match self {
            Self::Cdn => "from cdn.jsdelivr.net, which thereby sees your address; your browser checks its hash",
            Self::File(_) => "a file of this server",
        }
    }

    /// The addresses of scripts in the page's policy, besides its own.
    pub(crate) fn source(&self) -> &'static str {
        match self {
            Self::Cdn => CDN,
            Self::File(_) => "",
        }
    }
}
