//! Certificates that are replaced while the app serves.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::error::Conflict;
use crate::server::tls::Acceptor;
use crate::server::tls::credentials::Texts;

/// The time between two looks at the files.
const INTERVAL: Duration = Duration::from_secs(2);

impl Acceptor {
    /// Logs the certificates, then reads their files again and again, so that new connections use what has changed. It
    /// compares their texts, however they are replaced: Kubernetes, for one, swaps a link to their folder. Returns only if
    /// there are no files to follow.
    pub(crate) async fn follow_files(&self) {
        self.current().log("TLS with", &self.credentials);
        if !self.credentials.may_change() {
            return;
        }
        let mut seen = Ok(self.texts.clone());
        loop {
            sleep(INTERVAL).await;
            let credentials = Arc::clone(&self.credentials);
            // The file system may be slow, and the thread has calls to serve.
            let Ok(read) = spawn_blocking(move || credentials.read()).await else { continue };
            if read != seen {
                self.reload(&read);
                seen = read;
            }
        }
    }

    /// Uses new texts, or goes on with those before if they can't be used: they may be half written.
    fn reload(&self, read: &Result<Texts, Conflict>) {
        match read.as_ref().map_err(Conflict::clone).and_then(|texts| self.credentials.load(texts)) {
            Ok(loaded) => {
                loaded.log("TLS: from now on, with", &self.credentials);
                self.replace(loaded);
            }
            Err(conflict) => tracing::warn!("TLS goes on with the certificates that it has, because {conflict}"),
        }
    }
}
