//! `cargo centrifugo`: writes new apps and handlers.

mod app;
mod handler;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::handler::Kind;

#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    /// Writes apps and handlers for the centrifugo crate.
    #[command(subcommand, version)]
    Centrifugo(Command),
}

#[derive(Subcommand)]
enum Command {
    /// Writes a new app, which serves clients by itself or behind a Centrifugo: three handlers and a test.
    New {
        /// The app's folder, which must not exist yet. Its last part is the package's name.
        path: PathBuf,
    },
    /// Writes a handler to stdout, or to the end of a file.
    Handler {
        /// The kind of handler.
        kind: Kind,
        /// The function's name (the struct's, for `channel`).
        #[arg(long)]
        name: Option<String>,
        /// The file to append it to; created if it doesn't exist.
        #[arg(long)]
        file: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let Cargo::Centrifugo(command) = Cargo::parse();
    let done = match command {
        Command::New { path } => app::create(&path),
        Command::Handler { kind, name, file } => handler::write(kind, name.as_deref(), file.as_deref()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a line to stderr, if it is open.
fn say(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// Whether a name has only ASCII letters, digits and the other characters, and starts with a letter.
fn is_name(name: &str, others: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{0}` exists already: name a folder that doesn't")]
    Exists(PathBuf),
    #[error("`{0}` can't be the name of a package: write letters, digits, `-` and `_`, starting with a letter")]
    Package(String),
    #[error("cargo refuses the package: {0}")]
    Refused(String),
    #[error("can't run cargo, which creates the package: {0}; install Rust from https://rustup.rs")]
    NoCargo(std::io::Error),
    #[error("`{0}` can't be the name of a {1}: write letters, digits and `_`, starting with a letter")]
    Name(String, &'static str),
    #[error("`{0}` is a Rust keyword, and no name of a {1}: take another one, such as `{0}_`")]
    Keyword(String, &'static str),
    #[error("can't write `{path}`: {source}")]
    Write { path: PathBuf, source: std::io::Error },
}
