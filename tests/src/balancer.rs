//! A TCP balancer, as there is one in front of several instances of an app, or of Centrifugo's nodes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use h2::client::Builder;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{Peer, peer, wire};

/// The pause between two probes.
const PROBE_PAUSE: Duration = Duration::from_millis(100);
/// A target that doesn't respond to a probe in this time is dead.
const PROBE_TIME: Duration = Duration::from_secs(5);
/// A `HealthCheckResponse` with SERVING, in its frame.
const SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 1];

/// How a balancer chooses the target of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Probes the targets by gRPC's health service. Those that serve have their turns; if one refuses the connection, the
    /// next one gets it, as with HAProxy and nginx.
    NextThatServes,
    /// The same, but a connection that a target refuses is lost, as with a Service of Kubernetes.
    NextThatServesOrNone,
    /// The first target that accepts the connection. Nothing is probed.
    FirstThatAccepts,
}

/// A balancer that copies each connection to one of its targets. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    strategy: Strategy,
    targets: Arc<Mutex<Arc<[Target]>>>,
    _serving: JoinSet<()>,
}

/// Where a connection may go.
#[derive(Debug)]
struct Target {
    address: SocketAddr,
    serves: watch::Receiver<bool>,
    _probes: JoinSet<()>,
}

impl Balancer {
    /// Starts on a free port.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub async fn start(targets: impl IntoIterator<Item = SocketAddr>, strategy: Strategy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (shared, mut serving) = (Arc::new(Mutex::new(Arc::default())), JoinSet::new());
        serving.spawn(serve(listener, Arc::clone(&shared), strategy));
        let balancer = Self { address, strategy, targets: shared, _serving: serving };
        balancer.set(targets);
        balancer
    }

    /// Its address, which stands for all targets.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces the targets, for connections from now on.
    pub fn set(&self, targets: impl IntoIterator<Item = SocketAddr>) {
        let targets = targets.into_iter().map(|address| Target::new(address, self.strategy)).collect();
        *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = targets;
    }
}

impl Target {
    fn new(address: SocketAddr, strategy: Strategy) -> Self {
        let (sender, serves) = watch::channel(true);
        let mut probes = JoinSet::new();
        if strategy != Strategy::FirstThatAccepts {
            probes.spawn(probe(address, sender));
        }
        Self { address, serves, _probes: probes }
    }
}

async fn probe(target: SocketAddr, serves: watch::Sender<bool>) {
    loop {
        let response = timeout(PROBE_TIME, is_serving(target)).await;
        serves.send_replace(response.unwrap_or(false));
        sleep(PROBE_PAUSE).await;
    }
}

async fn is_serving(target: SocketAddr) -> bool {
    let Ok(socket) = TcpStream::connect(target).await else { return false };
    let Ok(mut peer) = Peer::over(socket, &Builder::new()).await else { return false };
    let request = peer::request_to("/grpc.health.v1.Health/Check").body(()).expect("a request");
    let response = peer.call_raw(request, wire::framed(&[])).await;
    response.is_ok_and(|response| response.body == SERVING)
}

async fn serve(listener: TcpListener, targets: Arc<Mutex<Arc<[Target]>>>, strategy: Strategy) {
    let (mut open, mut turn) = (JoinSet::new(), 0);
    while let Ok((client, _)) = listener.accept().await {
        turn += 1;
        let targets = Arc::clone(&targets.lock().unwrap_or_else(PoisonError::into_inner));
        open.spawn(forward(client, strategy.choose(&targets, turn)));
        while open.try_join_next().is_some() {}
    }
}

impl Strategy {
    /// The targets that a connection tries, one after the other.
    fn choose(self, targets: &[Target], turn: usize) -> Vec<SocketAddr> {
        let (first, most) = match self {
            Self::NextThatServes => (turn, targets.len()),
            Self::NextThatServesOrNone => (turn, 1),
            Self::FirstThatAccepts => (0, targets.len()),
        };
        let in_order = (0..targets.len()).map(|next| &targets[(first + next) % targets.len()]);
        in_order.filter(|target| *target.serves.borrow()).map(|target| target.address).take(most).collect()
    }
}

/// Copies until one side has ended. Without a target the connection is closed.
async fn forward(mut client: TcpStream, targets: Vec<SocketAddr>) {
    for target in targets {
        if let Ok(mut target) = TcpStream::connect(target).await {
            drop((client.set_nodelay(true), target.set_nodelay(true)));
            // A side that breaks off ends the other, too.
            drop(copy_bidirectional(&mut client, &mut target).await);
            return;
        }
    }
}
