//! The servers that scenarios play with: a name, an app, and settings.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use centrifugo::App;
use centrifugo_server::Centrifugo;
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::app;

/// A server that runs until it is dropped: `/connection/websocket` and `/api` are at its address.
pub(crate) struct RunningServer {
    pub(crate) address: SocketAddr,
    /// What stops it as an operator does. Dropping it ends the server, too.
    stop: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl RunningServer {
    fn new(address: SocketAddr, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { address, stop: Mutex::new(Some(stop.boxed())) }
    }

    /// Begins to stop the server.
    pub(crate) fn stop(&self) {
        if let Some(stop) = self.stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
            drop(tokio::spawn(stop));
        }
    }
}

/// Starts a server of one kind for an app, with the configuration that the app generates.
pub(crate) type Start = fn(App) -> BoxFuture<'static, RunningServer>;

/// The real Centrifugo, which calls the app over gRPC.
pub(crate) fn centrifugo(app: App) -> BoxFuture<'static, RunningServer> {
    async {
        let server = app.listen("127.0.0.1:0").bind().await.expect("an app that can start");
        let config = server.centrifugo_config();
        let serving = Serving(tokio::spawn(async { server.serve_until(std::future::pending()).await.expect("an app") }));
        let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
        RunningServer::new(centrifugo.address(), async {
            centrifugo.stop().await;
            drop(serving);
        })
    }
    .boxed()
}

/// The engine of the feature `standalone`, in this process.
pub(crate) fn standalone(app: App) -> BoxFuture<'static, RunningServer> {
    async {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let (address, port) = free.map(|free| (free.ip().to_string(), free.port())).expect("a free port");
        let app = app.centrifugo(json!({ "http_server": { "address": address, "port": port } }));
        let server = app.standalone().bind().await.unwrap_or_else(|error| panic!("{error}"));
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        let serving = async { server.serve_until(stopped).await.expect("an engine that goes on") };
        let mut serving = Serving(tokio::spawn(serving));
        RunningServer::new(address, async move {
            drop(stop);
            drop((&mut serving.0).await);
        })
    }
    .boxed()
}

struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One server for each file of `settings/` but `all.json`, which all of them have, by the file's name.
pub(crate) async fn start_all(start: Start) -> BTreeMap<String, RunningServer> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/scenarios/settings");
    let mut servers = BTreeMap::new();
    for file in fs::read_dir(&folder).expect("the settings").map(|entry| entry.expect("a file").path()) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name != "all" {
            let app = app::of(&name).centrifugo(settings(&folder.join("all.json"))).centrifugo(settings(&file));
            servers.insert(name, start(app).await);
        }
    }
    servers
}

fn settings(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("settings");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
