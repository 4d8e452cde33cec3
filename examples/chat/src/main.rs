//! The program: starts the chat, prints the page's address, and stops the chat at ctrl-c or SIGTERM.

use std::io::{self, Write};

use chat::{Chat, Error, Settings};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let mut chat = Chat::start(Settings::from_env()?).await?;
    // The only line on stdout, for programs that start the chat.
    writeln!(io::stdout(), "the chat is at {}", chat.url())?;
    let ended = tokio::select! {
        stopped = stopped() => stopped.map_err(Error::from),
        failed = chat.failed() => failed,
    };
    chat.stop().await;
    ended
}

/// Completes at ctrl-c, and on Unix at SIGTERM: Centrifugo must not outlive the chat.
async fn stopped() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
