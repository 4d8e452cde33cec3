//! Where Centrifugo is: named by the environment, in PATH, or built once from Go's module.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::go::Program;

/// The version that is built.
pub(crate) const CENTRIFUGO: Program = Program {
    name: "centrifugo",
    version: "6.9.1",
    package: "github.com/centrifugal/centrifugo/v6",
    version_variable: Some("github.com/centrifugal/centrifugo/v6/internal/build.Version"),
    no_go: Error::NoGo,
};

/// The path of a Centrifugo: `CENTRIFUGO_BIN`; one in `PATH`, if it is a v6.9; or one built from the Go module that this
/// crate's `go.mod` pins. Building takes about two minutes once; a line on stderr announces it.
///
/// # Errors
///
/// [`Error`], with what to do about it.
pub(crate) fn binary() -> Result<PathBuf, Error> {
    if let Some(path) = env::var_os("CENTRIFUGO_BIN").map(PathBuf::from) {
        return match version(&path) {
            Ok(_) => Ok(path),
            Err(source) => Err(Error::Binary { path, source }),
        };
    }
    let known = PathBuf::from("centrifugo");
    if version(&known).is_ok_and(|version| version.contains("v6.9.")) {
        return Ok(known);
    }
    CENTRIFUGO.built()
}

fn version(binary: &Path) -> io::Result<String> {
    let output = Command::new(binary).arg("version").stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
