//! The servers of a chat, which stop together.

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Error;

/// Servers that run.
#[derive(Debug)]
pub(crate) struct Servers {
    running: JoinSet<Result<(), Error>>,
    stop: watch::Sender<()>,
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { running: JoinSet::new(), stop: watch::Sender::new(()) }
    }

    /// Completes when the servers have to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move { while stop.changed().await.is_ok() {} }
    }

    /// Runs a server, which ends soon after [`stopped`](Self::stopped) does.
    pub(crate) fn spawn(&mut self, server: impl Future<Output = Result<(), Error>> + Send + 'static) {
        self.running.spawn(server);
    }

    /// Waits until a server ends.
    pub(crate) async fn ended(&mut self) -> Result<(), Error> {
        match self.running.join_next().await {
            Some(ended) => ended?,
            None => Ok(()),
        }
    }

    /// Stops all, and waits for their ends.
    pub(crate) async fn stop(self) {
        let Self { mut running, stop } = self;
        drop(stop);
        while running.join_next().await.is_some() {}
    }
}
