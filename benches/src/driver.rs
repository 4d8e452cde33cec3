//! The process that makes the calls, as the measuring process sees it.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::de::DeserializeOwned;

use crate::Result;
use crate::cores::Cores;
use crate::drive::Order;

/// A driver with an order, until it is dropped. In each phase it gets ready, starts at a signal, and reports the outcome.
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

    /// Waits until the driver is ready for its next phase: it makes no call before [`go`](Self::go).
    pub(crate) fn ready(&mut self) -> Result<()> {
        self.line().map(drop)
    }

    /// Starts the phase, and waits for its outcome.
    pub(crate) fn go<T: DeserializeOwned>(&mut self) -> Result<T> {
        writeln!(self.input)?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.output.read_line(&mut line)? {
            0 => Err("the driver ended early; its error is above".into()),
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
