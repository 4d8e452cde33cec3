//! Builds an app, and tells what that cost.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Serialize;

use crate::apps::App;
use crate::process::children_cpu;

/// What a build cost, in seconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    pub(crate) wall: f64,
    /// Of all its processes, in user and system mode.
    pub(crate) cpu: f64,
}

/// Why there is nothing to measure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file, a folder or a process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Cargo has said why.
    #[error("`{app}` doesn't build")]
    Build { app: String },
    /// It ended, or nothing answered in time.
    #[error("`{app}` doesn't start")]
    Start { app: String },
}

impl App {
    /// Downloads what it is built from, which is not to be measured.
    pub(crate) fn fetch(&self) -> Result<(), Error> {
        let status = self.cargo().args(["fetch", "--quiet"]).stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(Error::Build { app: self.title() }) }
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.dir);
        // What cargo has told this program is not meant for another one.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG") || name == "CARGO_TARGET_DIR") {
            cargo.env_remove(name);
        }
        cargo
    }

    pub(crate) fn build(&self, release: bool) -> Result<Cost, Error> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--quiet", "--offline", "--target-dir"]).arg(&self.target);
        if release {
            cargo.arg("--release");
        }
        let (began, before) = (Instant::now(), children_cpu()?);
        let status = cargo.stdin(Stdio::null()).env("RUSTFLAGS", "-Awarnings").status()?;
        if !status.success() {
            return Err(Error::Build { app: self.title() });
        }
        Ok(Cost { wall: began.elapsed().as_secs_f64(), cpu: children_cpu()? - before })
    }

    /// Forgets all that was built for release.
    pub(crate) fn clean(&self) -> io::Result<()> {
        let profile = self.target.join("release");
        if profile.exists() { fs::remove_dir_all(profile) } else { Ok(()) }
    }

    /// The size of the program in bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        Ok(fs::metadata(self.program())?.len())
    }

    /// The size without symbols.
    pub(crate) fn stripped_size(&self) -> io::Result<u64> {
        let stripped = self.target.join("stripped");
        let status = Command::new("strip").arg("-o").arg(&stripped).arg(self.program()).status()?;
        if status.success() { Ok(fs::metadata(stripped)?.len()) } else { Err(io::Error::other("`strip` failed")) }
    }

    pub(crate) fn program(&self) -> std::path::PathBuf {
        self.target.join("release").join(self.name)
    }
}
