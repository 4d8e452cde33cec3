//! A TCP balancer in front of several instances of an app.

use std::net::SocketAddr;
use std::sync::Arc;
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
/// An instance that doesn't respond to a probe in this time is dead.
const PROBE_TIME: Duration = Duration::from_secs(5);
/// A `HealthCheckResponse` with SERVING, in its frame.
const SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 1];

/// What happens to a connection that an instance refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The next instance gets it, as with HAProxy and nginx.
    TriesTheNext,
    /// It is lost, as with a Service of Kubernetes.
    Loses,
}

/// A balancer that probes the instances by gRPC's health service, and gives each connection to the next one that serves. It
/// ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// An instance, and whether it serves.
type Instance = (SocketAddr, watch::Receiver<bool>);

impl Balancer {
    /// Starts on a free port.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub async fn start(instances: impl IntoIterator<Item = SocketAddr>, refused: Refused) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut tasks = JoinSet::new();
        let instances: Arc<[Instance]> = instances.into_iter().map(|instance| probed(&mut tasks, instance)).collect();
        tasks.spawn(serve(listener, instances, refused));
        Self { address, _tasks: tasks }
    }

    /// Its address, which stands for all instances.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn probed(tasks: &mut JoinSet<()>, instance: SocketAddr) -> Instance {
    let (sender, serves) = watch::channel(true);
    tasks.spawn(async move {
        loop {
            let answer = timeout(PROBE_TIME, is_serving(instance)).await;
            sender.send_replace(answer.unwrap_or(false));
            sleep(PROBE_PAUSE).await;
        }
    });
    (instance, serves)
}

async fn is_serving(instance: SocketAddr) -> bool {
    let Ok(socket) = TcpStream::connect(instance).await else { return false };
    let Ok(mut peer) = Peer::over(socket, &Builder::new()).await else { return false };
    let request = peer::request_to("/grpc.health.v1.Health/Check").body(()).expect("a request");
    let response = peer.call_raw(request, wire::framed(&[])).await;
    response.is_ok_and(|response| response.body == SERVING)
}

async fn serve(listener: TcpListener, instances: Arc<[Instance]>, refused: Refused) {
    let (mut open, mut turn) = (JoinSet::new(), 0);
    while let Ok((client, _)) = listener.accept().await {
        turn += 1;
        let in_turn = (0..instances.len()).map(|next| &instances[(turn + next) % instances.len()]);
        let serving: Vec<_> = in_turn.filter(|(_, serves)| *serves.borrow()).map(|(instance, _)| *instance).collect();
        open.spawn(forward(client, serving, refused));
        while open.try_join_next().is_some() {}
    }
}

async fn forward(mut client: TcpStream, instances: Vec<SocketAddr>, refused: Refused) {
    let tries = if refused == Refused::TriesTheNext { instances.len() } else { 1 };
    for instance in instances.into_iter().take(tries) {
        if let Ok(mut instance) = TcpStream::connect(instance).await {
            drop((client.set_nodelay(true), instance.set_nodelay(true)));
            drop(copy_bidirectional(&mut client, &mut instance).await);
            return;
        }
    }
}
