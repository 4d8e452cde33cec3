//! A TCP balancer, as there is one in front of Centrifugo's nodes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A balancer that connects each connection with the first target that accepts it. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Balancer {
    address: SocketAddr,
    targets: Arc<Mutex<Vec<SocketAddr>>>,
    listening: JoinHandle<()>,
}

impl Balancer {
    /// Starts one without targets, on a free port of 127.0.0.1.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let targets = Arc::default();
        let listening = tokio::spawn(listen(listener, Arc::clone(&targets)));
        Self { address, targets, listening }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the targets, in the order in which a new connection tries them.
    pub(super) fn set(&self, targets: impl IntoIterator<Item = SocketAddr>) {
        *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = targets.into_iter().collect();
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, targets: Arc<Mutex<Vec<SocketAddr>>>) {
    while let Ok((connection, _)) = listener.accept().await {
        let targets = targets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(pass_on(connection, targets));
    }
}

/// Copies until one side has ended. Without a target the connection is closed.
async fn pass_on(mut connection: TcpStream, targets: Vec<SocketAddr>) {
    for target in targets {
        if let Ok(mut target) = TcpStream::connect(target).await {
            // A side that breaks off ends the other, too.
            drop(copy_bidirectional(&mut connection, &mut target).await);
            return;
        }
    }
}
