//! The listening socket, of TCP or of a Unix file.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
#[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
use tokio::net::TcpSocket;
use tokio::net::{TcpListener, TcpStream, lookup_host};

use crate::server::endpoint;
use crate::server::socket::{Socket, waiting};
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
        let socket = if reuse_port { bind_shared(address).await? } else { TcpListener::bind(address).await? };
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

/// Listens on the first of the host's addresses where that is possible, beside other processes that listen there the same
/// way.
async fn bind_shared(address: &str) -> io::Result<TcpListener> {
    let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in lookup_host(address).await? {
        match listen_shared(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

#[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
fn listen_shared(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    // As many may wait as on a listener that tokio binds.
    socket.listen(1024)
}

#[cfg(not(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin")))))]
fn listen_shared(_address: SocketAddr) -> io::Result<TcpListener> {
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
