//! Programs that Go builds, once, from the modules that this crate's `go.mod` pins.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// A program of a Go module.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) package: &'static str,
    /// The variable of the program that has its version, if it has one.
    pub(crate) version_variable: Option<&'static str>,
    /// The error of a machine without Go.
    pub(crate) no_go: fn(io::Error) -> Error,
}

impl Program {
    /// The build of an earlier run, or a new one. A lock keeps programs that start together from building it twice.
    pub(crate) fn built(&self) -> Result<PathBuf, Error> {
        let cache = self.cache();
        let binary = cache.join(self.name);
        fs::create_dir_all(&cache).map_err(Error::io("make a folder for what Go builds"))?;
        let lock = File::create(cache.join("lock")).map_err(Error::io("make a lock for Go's build"))?;
        lock.lock().map_err(Error::io("lock Go's build"))?;
        if !binary.exists() {
            report(&format!("building {} v{} with Go; this takes up to two minutes, once", self.name, self.version));
            self.build(&binary)?;
            report(&format!("built {}", binary.display()));
        }
        Ok(binary)
    }

    /// Beside the other things that are built: Cargo marks its target directory by a file, wherever it is.
    pub(crate) fn cache(&self) -> PathBuf {
        let program = env::current_exe().unwrap_or_default();
        let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
        let target = target.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), Path::to_path_buf);
        target.join(self.name).join(self.version)
    }

    fn build(&self, binary: &Path) -> Result<(), Error> {
        // Renamed when it is whole: an interrupted build leaves nothing that looks like one.
        let unfinished = binary.with_extension("unfinished");
        let version = self.version_variable.map(|variable| format!(" -X {variable}={}", self.version));
        let status = Command::new("go")
            .args(["build", "-trimpath", "-ldflags", &format!("-s -w{}", version.unwrap_or_default()), "-o"])
            .arg(&unfinished)
            .arg(self.package)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("GOFLAGS", "-mod=readonly")
            .env("CGO_ENABLED", "0")
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .status()
            .map_err(self.no_go)?;
        if !status.success() {
            return Err(Error::Build { program: self.name, status });
        }
        fs::rename(&unfinished, binary).map_err(Error::io("put what Go has built in its place"))
    }
}

/// A closed stderr is no reason to stop.
pub(crate) fn report(progress: &str) {
    drop(writeln!(io::stderr(), "{progress}"));
}
