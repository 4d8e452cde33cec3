//! Builds an app, and returns the cost.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Serialize;

use crate::apps::App;
use crate::count::instructions;
use crate::process::children_cpu;

/// The cost of a build, in seconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    pub(crate) wall: f64,
    /// The CPU time of all its processes, in user and system mode.
    pub(crate) cpu: f64,
}

/// The reason why there is no measurement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file, a folder or a process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Cargo failed, and has printed why.
    #[error("`{app}` doesn't build")]
    Build { app: String },
    /// Valgrind printed no result.
    #[error("the compiler's instructions for `{app}` can't be counted")]
    Count { app: String },
    /// The app ended, or didn't listen in time.
    #[error("`{app}` doesn't start")]
    Start { app: String },
}

/// Cargo calls it with the compiler and its arguments, in the app's folder.
const COUNTING: &str = "#!/bin/sh
exec valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --log-file=counted/%p \"$@\"
";

impl App {
    /// Downloads the dependencies, which is not to be measured.
    pub(crate) fn fetch(&self) -> Result<(), Error> {
        self.run(self.cargo().args(["fetch", "--quiet"]))
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.dir);
        // The variables that cargo has set for this program are not meant for another one.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG") || name == "CARGO_TARGET_DIR") {
            cargo.env_remove(name);
        }
        cargo
    }

    pub(crate) fn build(&self, release: bool) -> Result<Cost, Error> {
        let mut cargo = self.cargo_build(release);
        let (began, before) = (Instant::now(), children_cpu()?);
        self.run(&mut cargo)?;
        Ok(Cost { wall: began.elapsed().as_secs_f64(), cpu: children_cpu()? - before })
    }

    /// Builds the app, and returns the compiler's instructions for the app's own code, in user space and without the linker.
    /// Valgrind counts them, so they are the same on a busy machine.
    pub(crate) fn build_counted(&self, release: bool) -> Result<f64, Error> {
        let logs = self.dir.join("counted");
        if logs.exists() {
            fs::remove_dir_all(&logs)?;
        }
        fs::create_dir_all(&logs)?;
        let counting = self.dir.join("counting");
        fs::write(&counting, COUNTING)?;
        fs::set_permissions(&counting, Permissions::from_mode(0o755))?;
        self.run(self.cargo_build(release).env("RUSTC_WRAPPER", &counting))?;
        let compiled = format!("--crate-name {} ", self.name);
        for log in fs::read_dir(&logs)? {
            let said = fs::read_to_string(log?.path())?;
            // Cargo asks the compiler for its version, too, and the compiler forks to start the linker.
            if said.contains(&compiled)
                && let Ok(count) = instructions(&said)
            {
                return Ok(count);
            }
        }
        Err(Error::Count { app: self.title() })
    }

    fn cargo_build(&self, release: bool) -> Command {
        let mut cargo = self.cargo();
        cargo.args(["build", "--quiet", "--offline", "--target-dir"]).arg(&self.target).env("RUSTFLAGS", "-Awarnings");
        if release {
            cargo.arg("--release");
        }
        cargo
    }

    fn run(&self, cargo: &mut Command) -> Result<(), Error> {
        let status = cargo.stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(Error::Build { app: self.title() }) }
    }

    /// Removes all that was built for release.
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
