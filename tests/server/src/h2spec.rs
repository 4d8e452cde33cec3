//! h2spec, which tests servers of HTTP/2 by the sections of RFC 7540 and RFC 7541.

use std::path::PathBuf;

use crate::error::Error;
use crate::go::Program;
use crate::process::blocking;

const H2SPEC: Program = Program {
    name: "h2spec",
    version: "2.2.1",
    package: "github.com/summerwind/h2spec/cmd/h2spec",
    version_variable: None,
    no_go: Error::NoGoForH2spec,
};

/// The path of an h2spec, built from the Go module that this crate's `go.mod` pins.
///
/// # Errors
///
/// [`Error::NoGoForH2spec`], [`Error::Build`], and [`Error::Io`].
pub async fn h2spec() -> Result<PathBuf, Error> {
    blocking(|| H2SPEC.built()).await
}
