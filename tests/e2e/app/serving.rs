//! An app that is stopped while its peers hold calls open.

use std::net::SocketAddr;

use centrifugo::App;
use centrifugo_tests::PATIENCE;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// An app that serves until it is stopped.
pub(super) struct Serving {
    pub(super) address: SocketAddr,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) app: JoinHandle<()>,
}

impl Serving {
    pub(super) async fn start(app: App) -> Self {
        // Far more time than a test has: what delays the stop fails it.
        let server = app.listen("127.0.0.1:0").drain_timeout(4 * PATIENCE).bind().await.expect("an app");
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let app = tokio::spawn(async move { server.serve_until(async { drop(stopped.await) }).await.expect("a good end") });
        Self { address, stop, app }
    }

    pub(super) async fn stops(self) {
        self.stop.send(()).expect("an app");
        ends(self.app).await;
    }
}

pub(super) async fn ends(app: JoinHandle<()>) {
    timeout(PATIENCE, app).await.expect("an end before the drain is over").expect("no panic");
}
