//! The process that makes the calls, seen from the one that measures.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::de::DeserializeOwned;

use crate::Result;
use crate::cores::Cores;
use crate::drive::Order;

/// A driver with an order, until it is dropped. It works in phases: it gets ready, is let go, and tells what came of it.
pub(crate) struct Driver {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Driver {
    pub(crate) fn start(cores: Cores, order: &Order) -> Result<Self> {
        let mut command = cores.driver(env::current_exe()?);
        command.arg("drive").arg(serde_json::to_string(order)?).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| format!("can't start the driver: {error}"))?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { process, input, output: BufReader::new(output) }),
            _ => Err("the driver has no pipes".into()),
        }
    }

    /// Waits until it is ready for its next phase: nothing is called until [`go`](Self::go).
    pub(crate) fn ready(&mut self) -> Result<()> {
        self.line().map(drop)
    }

    /// Lets it go, and waits until the phase is over.
    pub(crate) fn go<T: DeserializeOwned>(&mut self) -> Result<T> {
        writeln!(self.input)?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.output.read_line(&mut line)? {
            0 => Err("the driver gave up; the reason is above".into()),
            _ => Ok(line),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
