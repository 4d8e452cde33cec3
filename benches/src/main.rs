//! What the framework costs, beside the same by hand: `cargo run --release -p centrifugo-benches -- --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program that prints what it measures")]

mod apps;
mod build;
mod compile;
mod spread;
mod start;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(about)]
enum Command {
    /// What it costs to compile an app.
    Compile(compile::Options),
    /// How long an app with many handlers takes until it listens.
    Start(start::Options),
}

fn main() -> ExitCode {
    let report = match Command::parse() {
        Command::Compile(options) => compile::run(&options).map(|report| report.to_string()),
        Command::Start(options) => start::run(&options).map(|report| report.to_string()),
    };
    match report {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
