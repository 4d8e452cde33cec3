//! The listening socket, of TCP or of a Unix file.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::server::endpoint;
use crate::server::socket::Socket;
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
    pub(crate) async fn tcp(address: &str) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
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
