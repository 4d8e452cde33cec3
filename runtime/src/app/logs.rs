//! Logging for apps that have set up none.

use std::io::{self, IsTerminal};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::operator::{Given, NO_COLOR, Operator, RUST_LOG};

/// Installs a `tracing` subscriber that prints to stderr, from the level `info` on or as `RUST_LOG` selects. Does nothing if
/// the app has one.
pub(crate) fn install(operator: &Operator) {
    let selected = operator.get(&RUST_LOG).map(Given::text);
    let targets = selected.map(str::parse::<Targets>).transpose();
    let (targets, fault) = match targets {
        Ok(targets) => (targets, None),
        Err(fault) => (None, Some(fault)),
    };
    let targets = targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_ansi(has_colors(operator)).with_writer(io::stderr);
    drop(tracing_subscriber::registry().with(targets).with(lines).try_init());
    if let (Some(fault), Some(selected)) = (fault, selected) {
        tracing::warn!(
            "`RUST_LOG={selected}` is not valid: {fault}; write a level, or levels by module: `warn,my_app=debug`"
        );
    }
}

/// Whether log lines have escape codes for colors, which are noise in a file or a log collector. Users of any program turn
/// them off by `NO_COLOR` (<https://no-color.org>).
fn has_colors(operator: &Operator) -> bool {
    io::stderr().is_terminal() && operator.get(&NO_COLOR).is_none()
}
