//! The servers that are compared: how they are built, started and stopped.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::{Serialize, Serializer};

use crate::cores::Cores;
use crate::{Result, progress};

mod go;

/// A server that does the same work as all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// The `centrifugo` crate, as its users write an app.
    Ours,
    /// The same app, which serves metrics to Prometheus.
    OursWithMetrics,
    /// tonic by hand, with stock settings.
    Tonic,
    /// Google's gRPC for Go, with stock settings.
    GrpcGo,
    /// The `cent` crate, over HTTP/1.1.
    Cent,
    /// An app of the `centrifugo` crate whose handlers and streams also fail.
    Soak,
    /// An app with its own engine.
    Standalone,
    /// The same app for a Centrifugo, whose configuration is its second line.
    BehindCentrifugo,
}

impl Peer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OursWithMetrics => "ours, with metrics",
            Self::Tonic => "tonic",
            Self::GrpcGo => "grpc-go",
            Self::Cent => "cent, HTTP/1.1",
            Self::Soak => "soak",
            Self::Standalone => "standalone",
            Self::BehindCentrifugo => "behind Centrifugo",
        }
    }

    fn program(self) -> Result<PathBuf> {
        let beside = |name| Ok(env::current_exe()?.with_file_name(name));
        match self {
            Self::Ours | Self::OursWithMetrics => beside("peer-ours"),
            Self::Tonic => beside("peer-tonic"),
            Self::Cent => beside("peer-cent"),
            Self::Soak => beside("peer-soak"),
            Self::Standalone | Self::BehindCentrifugo => beside("peer-standalone"),
            Self::GrpcGo => Ok(go::program()),
        }
    }

    /// Starts the peer, and waits until it listens.
    pub(crate) fn start(self, cores: Cores) -> Result<Running> {
        self.run(cores.server(self.program()?))
    }

    /// Starts the peer by another program, whose last argument it is, with one worker.
    pub(crate) fn start_by(self, mut command: Command) -> Result<Running> {
        command.arg(self.program()?).env("TOKIO_WORKER_THREADS", "1").stderr(Stdio::piped());
        self.run(command)
    }

    fn run(self, mut command: Command) -> Result<Running> {
        command.env("RUST_LOG", "off").env_remove("PROXY_ADDRESS").stdin(Stdio::piped()).stdout(Stdio::piped());
        if self == Self::OursWithMetrics {
            command.env("PROXY_METRICS_ADDRESS", "127.0.0.1:0");
        }
        if self == Self::Standalone {
            command.env("PEER", "standalone");
        }
        let process = command.spawn().map_err(|error| {
            let program = command.get_program().display();
            format!("can't start the peer {} by {program}: {error}", self.name())
        })?;
        let mut running = Running { process, output: None, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        running.output = running.process.stdout.take().map(BufReader::new);
        running.address =
            running.line()?.trim().parse().map_err(|_| format!("the peer {} tells no address", self.name()))?;
        Ok(running)
    }
}

/// Finds a peer by its name.
impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A peer that listens, until it is dropped.
pub(crate) struct Running {
    process: Child,
    output: Option<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if let Some(output) = &mut self.output {
            output.read_line(&mut line)?;
        }
        Ok(line)
    }

    /// Waits until it has ended by itself, and returns its stderr, if that is piped.
    pub(crate) fn end(mut self) -> Result<String> {
        drop(self.process.stdin.take());
        let mut said = String::new();
        if let Some(mut errors) = self.process.stderr.take() {
            errors.read_to_string(&mut said)?;
        }
        let status = self.process.wait()?;
        if status.success() { Ok(said) } else { Err(format!("a peer ended by {status}:\n{said}").into()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The peers, rotated by the round, so that none always follows the same one.
pub(crate) fn in_turn<const N: usize>(peers: [Peer; N], round: usize) -> impl Iterator<Item = Peer> {
    (0..N).map(move |place| peers[(round + place) % N])
}

/// Builds all peers.
pub(crate) fn build() -> Result<()> {
    build_rust()?;
    go::build()
}

/// Builds the peers in Rust.
pub(crate) fn build_rust() -> Result<()> {
    build_binaries(&["peer-ours", "peer-tonic", "peer-cent"])
}

/// Builds the peer of `soak`.
pub(crate) fn build_soak() -> Result<()> {
    build_binaries(&["peer-soak"])
}

/// Builds the peer of `standalone`.
pub(crate) fn build_standalone() -> Result<()> {
    build_with(&["peer-standalone"], &["--features", "standalone"])
}

fn build_binaries(binaries: &[&str]) -> Result<()> {
    build_with(binaries, &[])
}

fn build_with(binaries: &[&str], arguments: &[&str]) -> Result<()> {
    progress("building the peers ..");
    if cfg!(debug_assertions) {
        progress("warning: this is no release build, and numbers from it mean nothing");
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "centrifugo-benches"]);
    cargo.args(arguments).args(binaries.iter().flat_map(|binary| ["--bin", binary]));
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    cargo.arg("--target-dir").arg(target());
    succeed(cargo.current_dir(env!("CARGO_MANIFEST_DIR")), "build the peers")
}

/// Runs a program, whose output goes to stderr.
fn succeed(command: &mut Command, what: &str) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("can't {what}: {status}; the reason is above").into()),
        Err(error) => Err(format!("can't {what}: {error}").into()),
    }
}

/// Cargo's target directory, which a file marks if cargo made it. This program is two levels below it.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let marked = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    marked.or_else(|| program.ancestors().nth(2)).unwrap_or(Path::new("target")).to_path_buf()
}
