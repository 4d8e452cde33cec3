//! Measures the `centrifugo` crate beside the alternatives. `benches/README.md` describes how to read the results.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::report::Report;

mod apps;
mod baseline;
mod build;
mod churn;
mod compile;
mod cores;
mod count;
mod drive;
mod driver;
mod load;
mod peers;
mod process;
mod report;
mod slow;
mod soak;
mod spread;
mod standalone;
mod start;
mod streams;
mod through;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// Measures the centrifugo crate beside tonic, grpc-go and cent. Without a command: everything.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where reports go: Markdown, JSON and SVG [default: benches in Cargo's target directory]
    #[arg(long, global = true)]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Calls as fast as they are answered, and at a fixed rate
    Load(load::Args),
    /// Thousands of slow calls in flight at once
    Slow(slow::Args),
    /// Memory for thousands of open streams
    Streams(streams::Args),
    /// Clients, through a real Centrifugo
    Centrifugo(through::Args),
    /// Instructions and allocations of a call
    Count(count::Args),
    /// Compares both with the committed baseline
    Baseline(baseline::Args),
    /// The cost of compiling an app
    Compile(compile::Options),
    /// The time from the start of an app with many handlers until it listens
    Start(start::Options),
    /// An app under load for minutes, whose memory and tasks must not grow
    Soak(soak::Args),
    /// The engine beside a real Centrifugo, with the same app
    Standalone(standalone::Args),
    /// Clients that come to the engine and leave it for minutes, of which nothing may be left
    Churn(churn::Args),
    /// Makes calls, in a process of its own
    #[command(hide = true)]
    Drive {
        /// The order, in JSON
        order: String,
    },
}

/// The commands that run if none is named, in this order.
fn everything() -> Vec<Command> {
    let (load, slow) = (Command::Load(load::Args::default()), Command::Slow(slow::Args::default()));
    let (streams, through) = (Command::Streams(streams::Args::default()), Command::Centrifugo(through::Args::default()));
    vec![slow, streams, through, Command::Count(count::Args::default()), load]
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let commands = cli.command.map_or_else(everything, |command| vec![command]);
    let out = cli.out.unwrap_or_else(|| peers::target().join("benches"));
    match build(&commands).and_then(|()| commands.iter().try_for_each(|command| run(command, &out))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Builds the peers that the commands need.
fn build(commands: &[Command]) -> Result<()> {
    let without = |command: &Command| matches!(command, Command::Drive { .. } | Command::Compile(_) | Command::Start(_));
    let rust = |command: &Command| matches!(command, Command::Count(_) | Command::Baseline(_));
    if commands.iter().all(without) {
        Ok(())
    } else if commands.iter().all(|command| matches!(command, Command::Standalone(_) | Command::Churn(_))) {
        peers::build_standalone()
    } else if commands.iter().all(|command| matches!(command, Command::Soak(_))) {
        peers::build_soak()
    } else if commands.iter().all(rust) {
        peers::build_rust()
    } else {
        peers::build()
    }
}

fn run(command: &Command, out: &Path) -> Result<()> {
    let report: Report = match command {
        Command::Drive { order } => return drive::execute(order),
        Command::Baseline(args) => return baseline::run(args),
        Command::Soak(args) => return soak::run(args),
        Command::Churn(args) => return churn::run(args),
        Command::Count(args) => count::run(args)?,
        Command::Compile(options) => compile::run(options)?,
        Command::Start(options) => start::run(options)?,
        Command::Load(args) => load::run(args)?,
        Command::Slow(args) => slow::run(args)?,
        Command::Streams(args) => streams::run(args)?,
        Command::Centrifugo(args) => through::run(args)?,
        Command::Standalone(args) => standalone::run(args)?,
    };
    report.save(out)?;
    Ok(writeln!(io::stdout().lock(), "{}", report.markdown())?)
}

/// Writes a line about the progress to stderr. A closed stderr is no reason to stop.
fn progress(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}
