//! The app's log, kept for a test to read.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::eventually;

/// A subscriber that receives nothing. While only one subscriber is alive, the subscriber of the thread that reaches a log
/// line first decides whether the line is enabled: a thread without one would disable it on all threads.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry().with(LevelFilter::OFF)));

/// The log of this thread, from its start until it is dropped. Each test runs on a thread of its own, with the app's tasks.
#[derive(Debug)]
pub struct Logs {
    text: Text,
    _guard: DefaultGuard,
}

impl Logs {
    /// Starts to keep the log, at `debug` for the app and at `warn` for everything else.
    pub fn keep() -> Self {
        LazyLock::force(&SECOND);
        let text = Text::default();
        let levels = Targets::new().with_default(LevelFilter::WARN).with_target("centrifugo", LevelFilter::DEBUG);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(text.clone());
        let subscriber = tracing_subscriber::registry().with(levels).with(lines);
        Self { text, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The log so far.
    pub fn text(&self) -> String {
        let bytes = self.text.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The first line with all of these parts; waits for it.
    ///
    /// # Panics
    ///
    /// If there is none in time.
    pub async fn line(&self, parts: &[&str]) -> String {
        let is_it = |line: &&str| parts.iter().all(|part| line.contains(part));
        eventually(
            || self.text().lines().find(is_it).map(str::to_owned),
            || format!("no line with {parts:?} in:\n{}", self.text()),
        )
        .await
    }
}

#[derive(Debug, Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl MakeWriter<'_> for Text {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
