//! Packages of npm, as a folder's lock file names them.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs the packages of a folder's `package-lock.json` beside it, unless that is done already. Other test programs wait
/// for the same file's lock.
///
/// # Panics
///
/// If npm can't install them.
pub(crate) async fn install(folder: &'static Path) {
    let install = move || {
        let lock = File::open(folder.join("package-lock.json")).expect("a lock file of npm");
        lock.lock().expect("a lock");
        if !is_installed(folder) {
            run(folder);
        }
    };
    tokio::task::spawn_blocking(install).await.expect("npm's packages");
}

/// npm leaves a lock file of its own in what it has installed.
fn is_installed(folder: &Path) -> bool {
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    changed("node_modules/.package-lock.json").is_some_and(|installed| Some(installed) >= changed("package-lock.json"))
}

fn run(folder: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    let status = npm.stdin(Stdio::null()).stdout(io::stderr()).status().expect("npm, which comes with Node");
    assert!(status.success(), "`npm ci` in {}: {status}", folder.display());
}
