//! Packages of npm, as a folder's lock file names them.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::binary::CENTRIFUGO;
use crate::error::Error;
use crate::go::report;
use crate::process::blocking;

/// Installs the packages of a folder's `package-lock.json` beside it, unless that is done already.
///
/// # Errors
///
/// [`Error::NoNpm`], [`Error::Npm`], and [`Error::Io`].
pub async fn npm_ci(folder: &'static Path) -> Result<(), Error> {
    blocking(move || {
        fs::create_dir_all(CENTRIFUGO.cache()).map_err(Error::io("make a folder for npm's lock"))?;
        let lock = File::create(CENTRIFUGO.cache().join("npm.lock")).map_err(Error::io("make a lock for npm"))?;
        lock.lock().map_err(Error::io("lock npm's work"))?;
        if is_installed(folder) { Ok(()) } else { install(folder) }
    })
    .await
}

/// npm leaves a lock file of its own in what it has installed.
fn is_installed(folder: &Path) -> bool {
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    changed("node_modules/.package-lock.json").is_some_and(|installed| Some(installed) >= changed("package-lock.json"))
}

/// npm reports its progress on stderr, as a program may read stdout.
fn install(folder: &Path) -> Result<(), Error> {
    report("installing the JavaScript packages (npm ci) ..");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let status = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .map_err(Error::NoNpm)?;
    if status.success() { Ok(()) } else { Err(Error::Npm { folder: folder.to_path_buf(), status }) }
}
