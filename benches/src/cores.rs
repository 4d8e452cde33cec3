//! Which core a process runs on.

use std::ffi::OsStr;
use std::process::Command;

use serde::Serialize;

use crate::Result;

/// Where the server and whoever drives it run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Cores {
    /// A core for each, so that neither takes the other's time, and the server has one worker.
    Pinned,
    /// Wherever the system puts them.
    Free,
}

impl Cores {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Free => "unpinned",
        }
    }

    pub(crate) fn server(self, program: impl AsRef<OsStr>) -> Command {
        self.command("0", program)
    }

    pub(crate) fn driver(self, program: impl AsRef<OsStr>) -> Command {
        self.command("1", program)
    }

    fn command(self, core: &str, program: impl AsRef<OsStr>) -> Command {
        match self {
            Self::Free => Command::new(program),
            // It becomes the program, and keeps the process id.
            Self::Pinned => {
                let mut command = Command::new("taskset");
                command.args(["-c", core]).arg(program);
                command
            }
        }
    }

    /// Whether this machine can do that.
    pub(crate) fn check(self) -> Result<()> {
        if self == Self::Free {
            return Ok(());
        }
        if std::thread::available_parallelism()?.get() < 2 {
            return Err("pinning needs two cores, and this process may use one".into());
        }
        for mut core in [self.server("true"), self.driver("true")] {
            match core.status() {
                Ok(status) if status.success() => {}
                Ok(_) => return Err("taskset can't pin processes to the cores 0 and 1".into()),
                Err(error) => return Err(format!("pinning needs taskset, of util-linux: {error}").into()),
            }
        }
        Ok(())
    }
}
