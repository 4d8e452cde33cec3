//! A chat, the main example: the handlers are in `handlers.rs`, the page in `web/`; this file starts both.
//!
//! ```text
//! cargo run -p chat
//! ```
//!
//! starts the app, and a Centrifugo with the app's configuration, and prints the page's address. Open it in two tabs.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `CHAT_ADDRESS` | the page's address | `127.0.0.1:3000`, or a free port if that is in use |
//! | `PROXY_ADDRESS` | the app's address | a free port of 127.0.0.1 |
//! | `CENTRIFUGO_BIN` | the Centrifugo to start | the one in `PATH`, or one built from its Go module |

mod error;
mod handlers;
mod page;
pub mod room;

pub use error::Error;

use std::net::SocketAddr;

use centrifugo::App;
use centrifugo_server::Centrifugo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A running chat: the page, the app, and Centrifugo between them.
#[derive(Debug)]
pub struct Chat {
    address: SocketAddr,
    centrifugo: Centrifugo,
    stop: watch::Sender<()>,
    servers: JoinSet<Result<(), Error>>,
}

impl Chat {
    /// Starts the chat, with the page at `address`; port 0 selects a free one.
    ///
    /// # Errors
    ///
    /// The address is in use, Centrifugo can't be found or built, or the SDK can't be installed.
    pub async fn start(address: &str) -> Result<Self, Error> {
        let page = TcpListener::bind(address).await.map_err(|source| {
            let address = address.to_owned();
            Error::Listen { address, source }
        })?;
        Self::with_page_on(page).await
    }

    /// Like [`start`](Self::start), with the page at `CHAT_ADDRESS`, at port 3000, or at a free port if 3000 is in use.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_from_env() -> Result<Self, Error> {
        if let Ok(address) = std::env::var("CHAT_ADDRESS") {
            return Self::start(&address).await;
        }
        match TcpListener::bind("127.0.0.1:3000").await {
            Ok(page) => Self::with_page_on(page).await,
            Err(_) => Self::start("127.0.0.1:0").await,
        }
    }

    async fn with_page_on(page: TcpListener) -> Result<Self, Error> {
        let address = page.local_addr()?;
        let sdk = page::sdk().await?;
        let app = app(address).bind().await?;
        let centrifugo = Centrifugo::start(app.centrifugo_config()).await?;

        let (stop, stopped) = watch::channel(());
        let mut servers = JoinSet::new();
        servers.spawn({
            let router = page::router(sdk, &centrifugo.websocket_url());
            let stopped = until(stopped.clone());
            async move { Ok(axum::serve(page, router).with_graceful_shutdown(stopped).await?) }
        });
        servers.spawn(async move { Ok(app.serve_until(until(stopped)).await?) });
        Ok(Self { address, centrifugo, stop, servers })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Waits until a server ends without [`stop`](Self::stop).
    ///
    /// # Errors
    ///
    /// The reason why it ended.
    pub async fn failed(&mut self) -> Result<(), Error> {
        match self.servers.join_next().await {
            Some(ended) => ended?,
            None => Ok(()),
        }
    }

    /// Stops the chat: Centrifugo first, so that it calls no app that has stopped.
    pub async fn stop(mut self) {
        self.centrifugo.stop().await;
        drop(self.stop);
        while self.servers.join_next().await.is_some() {}
    }
}

/// The app, with further settings of Centrifugo: presence, history, and the page as an allowed origin.
fn app(page: SocketAddr) -> App {
    App::new().listen("127.0.0.1:0").centrifugo(json!({
        "client": { "allowed_origins": [format!("http://{page}"), format!("http://localhost:{}", page.port())] },
        "channel": { "namespaces": [{
            "name": "chat",
            "presence": true, "join_leave": true, "force_push_join_leave": true, "allow_presence_for_subscriber": true,
            "history_size": 100, "history_ttl": "24h", "force_recovery": true, "allow_history_for_subscriber": true
        }] }
    }))
}

/// Completes when the sender is dropped.
async fn until(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}
