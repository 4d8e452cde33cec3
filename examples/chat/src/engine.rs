//! The engine that a chat runs with: its own, or Centrifugo. The app and its configuration are the same.

use axum::Router;
use centrifugo::{App, RunningStandalone};
use centrifugo_server::Centrifugo;

use crate::Error;
use crate::servers::Servers;
use crate::settings::Engine;

/// An engine that runs.
#[derive(Debug)]
pub(crate) enum Running {
    Standalone(RunningStandalone),
    Centrifugo(Centrifugo),
}

impl Running {
    /// Starts the engine. A Centrifugo calls the app at an address of its own, which is served among `servers`.
    pub(crate) async fn start(engine: Engine, app: App, servers: &mut Servers) -> Result<Self, Error> {
        match engine {
            Engine::Standalone => Ok(Self::Standalone(app.standalone().start()?)),
            Engine::Centrifugo => {
                let app = app.listen("127.0.0.1:0").bind().await?;
                let centrifugo = Centrifugo::start(app.centrifugo_config()).await?;
                let stopped = servers.stopped();
                servers.spawn(async { Ok(app.serve_until(stopped).await?) });
                Ok(Self::Centrifugo(centrifugo))
            }
        }
    }

    /// The address for the SDK: a path of the page's server, or a URL.
    pub(crate) fn endpoint(&self) -> String {
        match self {
            Self::Standalone(engine) => engine.websocket_path().to_owned(),
            Self::Centrifugo(centrifugo) => centrifugo.websocket_url(),
        }
    }

    /// The routes that the page's server has for it.
    pub(crate) fn router(&self) -> Router {
        match self {
            Self::Standalone(engine) => engine.router(),
            Self::Centrifugo(_) => Router::new(),
        }
    }

    pub(crate) async fn stop(self) {
        match self {
            Self::Standalone(engine) => engine.stop().await,
            Self::Centrifugo(centrifugo) => centrifugo.stop().await,
        }
    }
}
