//! Where Centrifugo is: named by the environment, in PATH, or built once from Go's module.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// The version that is built.
const VERSION: &str = "6.9.1";

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
    built()
}

fn version(binary: &Path) -> io::Result<String> {
    let output = Command::new(binary).arg("version").stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The build of an earlier run, or a new one. A lock keeps programs that start together from building it twice.
fn built() -> Result<PathBuf, Error> {
    let cache = cache();
    let binary = cache.join("centrifugo");
    fs::create_dir_all(&cache).map_err(Error::io("make the folder for Centrifugo"))?;
    let lock = File::create(cache.join("lock")).map_err(Error::io("make a lock for Centrifugo's build"))?;
    lock.lock().map_err(Error::io("lock Centrifugo's build"))?;
    if !binary.exists() {
        report("building Centrifugo v6.9.1 with Go; this takes about two minutes, once");
        build(&binary)?;
        report(&format!("built {}", binary.display()));
    }
    Ok(binary)
}

/// Beside the other things that are built: Cargo marks its target directory by a file, wherever it is.
pub(crate) fn cache() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    let target = target.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), Path::to_path_buf);
    target.join("centrifugo").join(VERSION)
}

fn build(binary: &Path) -> Result<(), Error> {
    // Renamed when it is whole: an interrupted build leaves nothing that looks like one.
    let unfinished = binary.with_extension("unfinished");
    let flags = format!("-s -w -X github.com/centrifugal/centrifugo/v6/internal/build.Version={VERSION}");
    let status = Command::new("go")
        .args(["build", "-trimpath", "-ldflags", &flags, "-o"])
        .arg(&unfinished)
        .arg("github.com/centrifugal/centrifugo/v6")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("GOFLAGS", "-mod=readonly")
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .map_err(Error::NoGo)?;
    if !status.success() {
        return Err(Error::Build(status.to_string()));
    }
    fs::rename(&unfinished, binary).map_err(Error::io("put Centrifugo in its place"))
}

/// A closed stderr is no reason to stop.
pub(crate) fn report(progress: &str) {
    drop(writeln!(io::stderr(), "{progress}"));
}
