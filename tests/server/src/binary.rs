//! Where Centrifugo is: named by the environment, in PATH, or built once from Go's module.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::build::Build;
use crate::cache;
use crate::error::Error;

/// The path of a Centrifugo: `CENTRIFUGO_BIN`; one in `PATH`, if it is a v6.9; or a built one. Looked for once in a process.
pub(crate) fn binary() -> Result<&'static Path, Error> {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    match BINARY.get() {
        Some(binary) => Ok(binary),
        None => find().map(|binary| BINARY.get_or_init(|| binary).as_path()),
    }
}

fn find() -> Result<PathBuf, Error> {
    if let Some(path) = env::var_os("CENTRIFUGO_BIN").map(PathBuf::from) {
        return match version(&path) {
            Ok(_) => Ok(path),
            Err(source) => Err(Error::Binary { path, source }),
        };
    }
    let installed = PathBuf::from("centrifugo");
    if version(&installed).is_ok_and(|version| version.contains("v6.9.")) {
        return Ok(installed);
    }
    Build::in_folder(cache::folder()?).binary()
}

/// What `centrifugo version` prints.
pub(crate) fn version(binary: &Path) -> io::Result<String> {
    let output = Command::new(binary).arg("version").stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("its command `version` fails: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
