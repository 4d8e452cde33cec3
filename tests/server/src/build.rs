//! A Centrifugo that Go builds, once, from the module that this crate's `go.mod` pins.

use std::env::consts::EXE_SUFFIX;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::VERSION;
use crate::binary::version;
use crate::error::Error;

const PACKAGE: &str = "github.com/centrifugal/centrifugo/v6";
/// Centrifugo, and all that it depends on, with checksums. Written beside the build: nobody has this crate's folder at run
/// time.
const MODULE: [(&str, &str); 2] = [("go.mod", include_str!("../go.mod")), ("go.sum", include_str!("../go.sum"))];

/// A build in a folder of its own.
pub(crate) struct Build {
    folder: PathBuf,
    go: PathBuf,
}

impl Build {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder, go: "go".into() }
    }

    /// The path of an earlier build, or of a new one. A lock keeps programs that start together from building it twice.
    pub(crate) fn binary(&self) -> Result<PathBuf, Error> {
        fs::create_dir_all(&self.folder).map_err(Error::io("make a folder for Centrifugo"))?;
        let lock = File::create(self.folder.join("lock")).map_err(Error::io("make a lock for Go's build"))?;
        lock.lock().map_err(Error::io("lock Go's build"))?;
        let binary = self.folder.join(format!("centrifugo{EXE_SUFFIX}"));
        // A container may share its target directory with a host whose programs it can't run.
        if version(&binary).is_err() {
            report(&format!("building Centrifugo v{VERSION} with Go; this takes up to two minutes, once"));
            self.build(lock, &binary)?;
            report(&format!("built {}", binary.display()));
        }
        Ok(binary)
    }

    /// Go's stdin is the lock, which stays locked until Go ends, even if this process is killed before.
    fn build(&self, lock: File, binary: &Path) -> Result<(), Error> {
        for (name, content) in MODULE {
            fs::write(self.folder.join(name), content).map_err(Error::io("write Go's module of Centrifugo"))?;
        }
        // Renamed when it is whole: an interrupted build leaves nothing that looks like one.
        let unfinished = self.folder.join("centrifugo.unfinished");
        let stdin = lock.try_clone().map_err(Error::io("share the lock of Go's build"))?;
        let status = self.command(&unfinished).stdin(stdin).status().map_err(Error::NoGo)?;
        if !status.success() {
            return Err(Error::Build(status));
        }
        fs::rename(&unfinished, binary).map_err(Error::io("put what Go has built in its place"))
    }

    /// The user's own settings of Go may be for another system, or another module.
    fn command(&self, output: &Path) -> Command {
        let mut go = Command::new(&self.go);
        go.args(["build", "-trimpath", "-ldflags", &format!("-s -w -X {PACKAGE}/internal/build.Version={VERSION}"), "-o"])
            .arg(output)
            .arg(PACKAGE)
            .current_dir(&self.folder)
            .envs([("GOFLAGS", "-mod=readonly"), ("GOWORK", "off"), ("CGO_ENABLED", "0")])
            .env_remove("GOOS")
            .env_remove("GOARCH")
            .stdout(io::stderr());
        go
    }
}

/// A closed stderr is no reason to stop.
fn report(progress: &str) {
    drop(writeln!(io::stderr(), "{progress}"));
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_version_that_is_reported_is_the_one_that_the_module_pins() {
        let required = format!("{PACKAGE} v{VERSION}");
        assert!(MODULE[0].1.lines().any(|line| line.trim().starts_with(&required)), "go.mod doesn't require {required}");
    }

    #[test]
    fn without_go_the_error_names_what_to_install_or_set() {
        let folder = tempfile::tempdir().expect("a folder");
        let build = Build { folder: folder.path().into(), go: folder.path().join("no-go") };
        let error = build.binary().expect_err("a build without Go");
        assert!(matches!(error, Error::NoGo(_)) && error.to_string().contains("set CENTRIFUGO_BIN"), "{error}");
    }

    /// A Go whose builds run this script, in which `$6` is the path of what it builds.
    #[cfg(unix)]
    fn go(folder: &Path, script: &str) -> Build {
        let go = folder.join("go");
        // Written by another process: one that this process has open for writing can't be run by any of its threads.
        let write = "printf '#!/bin/sh\\necho built >> builds\\n%s\\n' \"$1\" > \"$0\" && chmod +x \"$0\"";
        let status = Command::new("sh").args(["-c", write]).arg(&go).arg(script).status().expect("a shell");
        assert!(status.success());
        Build { folder: folder.join("cache"), go }
    }

    #[cfg(unix)]
    #[test]
    fn programs_that_start_together_build_it_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "sleep 0.3; printf '#!/bin/sh\\necho v6.9.1\\n' > \"$6\"; chmod +x \"$6\"";
        let build = go(folder.path(), script);
        thread::scope(|threads| {
            let started: Vec<_> = (0..4).map(|_| threads.spawn(|| build.binary().expect("a build"))).collect();
            for thread in started {
                assert_eq!(thread.join().expect("a build"), build.folder.join("centrifugo"));
            }
        });
        assert_eq!(fs::read_to_string(build.folder.join("builds")).expect("a count"), "built\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_build_is_no_build_and_the_next_one_succeeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let build = go(folder.path(), "printf half > \"$6\"; exit 1");
        let error = build.binary().expect_err("a build that fails");
        assert!(matches!(error, Error::Build(status) if status.code() == Some(1)), "{error}");
        assert!(!build.folder.join("centrifugo").exists());

        let build = go(folder.path(), "printf '#!/bin/sh\\necho v6.9.1\\n' > \"$6\"; chmod +x \"$6\"");
        build.binary().expect("a build");
    }

    #[cfg(unix)]
    #[test]
    fn what_does_not_run_here_is_built_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let build = go(folder.path(), "printf '#!/bin/sh\\necho v6.9.1\\n' > \"$6\"; chmod +x \"$6\"");
        fs::create_dir(&build.folder).expect("a folder");
        fs::write(build.folder.join("centrifugo"), "a program of another system").expect("a file");
        build.binary().expect("a build");
        build.binary().expect("the same build");
        assert_eq!(fs::read_to_string(build.folder.join("builds")).expect("a count"), "built\n");
    }
}
