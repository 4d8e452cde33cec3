//! The listening socket, of TCP or of a Unix file.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

use crate::server::endpoint;
use crate::server::socket::{BACKLOG, Socket, waiting};
#[cfg(unix)]
use crate::server::unix::UnixSocket;

/// A listening socket, and its address.
pub(crate) enum Listener {
    /// Port 0 has become the port that the system picked.
    Tcp { socket: TcpListener, address: SocketAddr },
    #[cfg(unix)]
    Unix(UnixSocket),
}

impl Listener {
    pub(crate) async fn tcp(address: &str, reuse_port: bool) -> io::Result<Self> {
        let socket = bind(address, reuse_port).await?;
        socket.local_addr().map(|address| Self::Tcp { socket, address })
    }

    #[cfg(unix)]
    pub(crate) async fn unix(path: &str) -> io::Result<Self> {
        UnixSocket::listen(path).await.map(Self::Unix)
    }

    #[cfg(not(unix))]
    pub(crate) async fn unix(_path: &str) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no Unix sockets: write `host:port`"))
    }

    pub(crate) async fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp { socket, .. } => socket.accept().await.map(|(socket, _)| Socket::Tcp(socket)),
            #[cfg(unix)]
            Self::Unix(socket) => socket.accept().await.map(Socket::Unix),
        }
    }

    /// Accepts a connection that waits already; `WouldBlock` if none does. [`accept`](Self::accept) may not know of it yet,
    /// because tokio asks the system only now and then.
    pub(crate) fn accept_waiting(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp { socket, .. } => {
                waiting(&SockRef::from(socket)).and_then(|socket| TcpStream::from_std(socket.into())).map(Socket::Tcp)
            }
            #[cfg(unix)]
            Self::Unix(socket) => socket.accept_waiting().map(Socket::Unix),
        }
    }

    /// The IP address and port; `None` for a Unix socket.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp { address, .. } => Some(*address),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        match self {
            Self::Tcp { address, .. } => endpoint::tcp(&address.to_string()),
            #[cfg(unix)]
            Self::Unix(socket) => socket.endpoint(),
        }
    }
}

/// Listens on the first of the host's addresses where that is possible. `is_shared`: beside other processes that listen
/// there the same way.
async fn bind(address: &str, is_shared: bool) -> io::Result<TcpListener> {
    let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in lookup_host(address).await? {
        match listen(address, is_shared) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Listens as tokio does, with room for more connections that come at once.
fn listen(address: SocketAddr, is_shared: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    if is_shared {
        share(&socket)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
fn share(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

#[cfg(not(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin")))))]
fn share(_socket: &TcpSocket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system can't share a port: remove `App::reuse_port`"))
}

/// Shows where it listens: all interfaces as such, unlike the endpoint.
impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { address, .. } => address.fmt(f),
            #[cfg(unix)]
            Self::Unix(socket) => f.write_str(&socket.endpoint()),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn more_connections_wait_to_be_accepted_than_on_a_listener_of_tokio() {
        let listener = Listener::tcp("127.0.0.1:0", false).await.expect("a free port");
        let address = listener.address().expect("an address");
        let mut waiting = Vec::new();
        for number in 0..500 {
            // One for which there is no room is tried again by the system after a second.
            let connected = timeout(Duration::from_millis(900), TcpStream::connect(address)).await;
            waiting.push(connected.unwrap_or_else(|_| panic!("no room for connection {number}")).expect("a connection"));
        }
    }
}
