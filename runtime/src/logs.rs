//! Logs for apps that have set up none.

use tracing_subscriber::EnvFilter;

/// Prints logs to stderr from `info` on, or as `RUST_LOG` says. Does nothing if the app has a subscriber.
pub(crate) fn install() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let taken = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    drop(taken);
}
