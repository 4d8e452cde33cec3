//! Logs for apps that have set up none.

use std::env;
use std::io::{self, IsTerminal};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Prints logs to stderr from `info` on, or as `RUST_LOG` says. Does nothing if the app has a subscriber.
pub(crate) fn install() {
    let chosen = env::var("RUST_LOG").ok().filter(|chosen| !chosen.is_empty());
    let targets = chosen.as_deref().map(str::parse::<Targets>).transpose();
    let (targets, fault) = match targets {
        Ok(targets) => (targets, None),
        Err(fault) => (None, Some(fault)),
    };
    let targets = targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_ansi(has_colors()).with_writer(io::stderr);
    drop(tracing_subscriber::registry().with(targets).with(lines).try_init());
    if let (Some(fault), Some(chosen)) = (fault, chosen) {
        tracing::warn!(
            "`RUST_LOG={chosen}` can't be read: {fault}; write a level, or levels by module: `warn,my_app=debug`"
        );
    }
}

/// Escape codes are for eyes: in a file or a collector they are noise. `NO_COLOR` is everybody's switch (<https://no-color.org>).
fn has_colors() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
