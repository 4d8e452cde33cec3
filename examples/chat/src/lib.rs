//! A chat, the main example: the handlers are in `handlers.rs`, the page in `web/`; this file starts both.
//!
//! ```text
//! cargo run -p chat
//! ```
//!
//! starts the page and the app, which has its own engine (the feature `standalone`), and prints the page's address. It needs
//! neither Centrifugo nor Node. Open the page in two tabs.
//!
//! ```text
//! CHAT_ENGINE=centrifugo cargo run -p chat
//! ```
//!
//! starts a real Centrifugo beside it. The handlers and the configuration are the same.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `CHAT_ADDRESS` | the page's address | `127.0.0.1:3000`, or a free port if that is in use |
//! | `CHAT_ENGINE` | `standalone` or `centrifugo` | `standalone` |
//! | `CHAT_SDK` | the JavaScript SDK: `dist/centrifuge.js` of npm's package `centrifuge` | the page loads it from a CDN |
//! | `CENTRIFUGO_BIN` | the Centrifugo to start | the one in `PATH`, or one built from its Go module |
//!
//! The CDN is cdn.jsdelivr.net. The page has the SDK's hash, and the browser runs no other script.

mod engine;
mod error;
mod handlers;
mod page;
pub mod room;
mod sdk;
mod servers;
mod settings;

pub use error::Error;
pub use settings::{Engine, Settings};

use std::net::SocketAddr;

use centrifugo::App;
use serde_json::json;
use tokio::net::TcpListener;

use crate::engine::Running;
use crate::sdk::Sdk;
use crate::servers::Servers;

/// A running chat: the page, the app, and its engine.
#[derive(Debug)]
pub struct Chat {
    address: SocketAddr,
    engine: Running,
    servers: Servers,
}

impl Chat {
    /// Starts the chat.
    ///
    /// # Errors
    ///
    /// The address is in use, the file of the SDK can't be read, or Centrifugo can't be found or built.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let sdk = Sdk::new(settings.sdk).await?;
        let listener = listen(settings.address).await?;
        let address = listener.local_addr()?;
        let mut servers = Servers::new();
        let engine = Running::start(settings.engine, app(address), &mut servers).await?;

        // One server for the page and the clients of the chat's own engine, so that both have the same origin.
        let router = page::router(sdk, &engine.endpoint()).merge(engine.router());
        let stopped = servers.stopped();
        servers.spawn(async { Ok(axum::serve(listener, router).with_graceful_shutdown(stopped).await?) });
        Ok(Self { address, engine, servers })
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
        self.servers.ended().await
    }

    /// Stops the chat: the engine first, so that no client remains, and Centrifugo calls no app that has stopped.
    pub async fn stop(self) {
        self.engine.stop().await;
        self.servers.stop().await;
    }
}

/// Listens on the address; without one, on port 3000, or on a free port if that is in use.
async fn listen(address: Option<String>) -> Result<TcpListener, Error> {
    let address = match address {
        Some(address) => address,
        None => match TcpListener::bind("127.0.0.1:3000").await {
            Ok(listener) => return Ok(listener),
            Err(_) => "127.0.0.1:0".to_owned(),
        },
    };
    TcpListener::bind(&address).await.map_err(|source| Error::Listen { address, source })
}

/// The app, with further settings of Centrifugo: presence, history, and the page as an allowed origin, which it needs if
/// clients connect to another server than the page's.
fn app(page: SocketAddr) -> App {
    App::new().centrifugo(json!({
        "client": { "allowed_origins": [format!("http://{page}"), format!("http://localhost:{}", page.port())] },
        "channel": { "namespaces": [{
            "name": "chat",
            "presence": true, "join_leave": true, "force_push_join_leave": true, "allow_presence_for_subscriber": true,
            "history_size": 100, "history_ttl": "24h", "force_recovery": true, "allow_history_for_subscriber": true
        }] }
    }))
}
