//! The cores that processes run on.

use std::ffi::OsStr;
use std::process::Command;

use serde::Serialize;

use crate::Result;

/// The cores of the server and of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Cores {
    /// One core for each, so that neither takes the other's time, and the server has one worker.
    Pinned,
    /// The cores that the system selects.
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
            // `taskset` becomes the program, and keeps the process id.
            Self::Pinned => {
                let mut command = Command::new("taskset");
                command.args(["-c", core]).arg(program);
                command
            }
        }
    }

    /// Whether this machine has enough cores.
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
