//! The engine: the state that all connections and the server API share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::app::{App, AppService, Forwarded};
use crate::config::options::Options;
use crate::hub::{Hub, Limits};
use crate::throttled_log::ThrottledLog;
use crate::token::{KeyError, Verifier};

/// How often the hub drops what is due, as in Centrifugo.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// What each open connection adds to the time over which clients are closed when the engine stops.
const SPREAD: Duration = Duration::from_millis(1);

/// The longest time over which clients are closed.
const LONGEST_SPREAD: Duration = Duration::from_secs(5);

/// The process, as the server API and the connect reply show it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) uid: Uuid,
    /// `node.name`.
    pub(crate) name: String,
    pub(crate) started: Instant,
}

impl Node {
    /// Free text.
    pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " standalone");

    pub(crate) fn new(name: Option<&str>) -> Self {
        Self { uid: Uuid::new_v4(), name: name.unwrap_or("standalone").to_owned(), started: Instant::now() }
    }
}

/// The state that all connections and the server API share.
pub(crate) struct Engine {
    pub(crate) options: Options,
    pub(crate) hub: Arc<Hub>,
    pub(crate) node: Node,
    pub(super) app: App,
    pub(super) forwarded: Forwarded,
    pub(super) connection_tokens: Verifier,
    /// The verifier of subscription tokens, if it isn't that of connection tokens.
    subscription_tokens: Option<Verifier>,
    /// Whether the engine is about to stop, and still serves.
    pub(crate) leaving: AtomicBool,
    /// Cancelled when the engine begins to stop.
    pub(crate) stopping: CancellationToken,
    pub(crate) log: ThrottledLog,
    /// Whether a task sweeps the hub.
    sweeps: AtomicBool,
    /// The tasks of the connections.
    pub(crate) connections: TaskTracker,
}

impl Engine {
    pub(crate) fn new(options: Options, service: AppService) -> Result<Self, KeyError> {
        let client = &options.client;
        let hub = Hub::new(Limits {
            connection_limit: client.connection_limit,
            user_connection_limit: client.user_connection_limit,
            recovery_max_publication_limit: client.recovery_max_publication_limit,
        });
        let subscription_token = client.subscription_token.as_ref();
        let subscription_tokens =
            subscription_token.map(|options| Verifier::new("client.subscription_token", options)).transpose()?;
        Ok(Self {
            hub: Arc::new(hub),
            node: Node::new(options.node_name.as_deref()),
            app: App::new(service, client.concurrency > 1),
            forwarded: Forwarded::new(&options),
            connection_tokens: Verifier::new("client.token", &client.token)?,
            subscription_tokens,
            leaving: AtomicBool::new(false),
            stopping: CancellationToken::new(),
            connections: TaskTracker::new(),
            log: ThrottledLog::default(),
            sweeps: AtomicBool::new(false),
            options,
        })
    }

    /// Whether a balancer should send clients here.
    pub(crate) fn is_healthy(&self) -> bool {
        !self.leaving.load(Ordering::Relaxed) && !self.stopping.is_cancelled()
    }

    /// Begins to sweep the hub once a second, unless that is done already. It ends with the engine, or with this call's
    /// tokio runtime, after which another call begins it again.
    pub(crate) fn sweep_from_now(self: &Arc<Self>) {
        if self.sweeps.swap(true, Ordering::Relaxed) {
            return;
        }
        let sweeps = Sweeps(Arc::downgrade(self));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP_INTERVAL).await;
                match sweeps.0.upgrade() {
                    Some(engine) => engine.hub.sweep(),
                    None => return,
                }
            }
        });
    }

    /// The time that a client waits for its close when the engine stops: a random one, so that not all clients connect again
    /// at once. Half of `shutdown.timeout` is left for the closes themselves.
    pub(super) fn spread(&self) -> Duration {
        let connections = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        let longest = SPREAD.saturating_mul(connections).min(LONGEST_SPREAD).min(self.options.shutdown_timeout / 2);
        longest.mul_f64(fastrand::f64())
    }

    pub(super) fn subscription_tokens(&self) -> &Verifier {
        self.subscription_tokens.as_ref().unwrap_or(&self.connection_tokens)
    }
}

/// The sweeping of an engine's hub.
struct Sweeps(Weak<Engine>);

impl Drop for Sweeps {
    fn drop(&mut self) {
        if let Some(engine) = self.0.upgrade() {
            engine.sweeps.store(false, Ordering::Relaxed);
        }
    }
}
