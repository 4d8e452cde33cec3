//! The socket of a connection, of TCP or of a Unix file, with or without TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

/// The most connections that wait to be accepted, unless the system allows fewer. After a failure of the network all of
/// Centrifugo's nodes connect again at once; of those beyond the 128 of tokio's listeners, each would lose a second.
pub(crate) const BACKLOG: u32 = 1024;

/// The time without a packet after which the system probes whether the peer is still there. If no probe is acknowledged
/// (Linux sends them for eleven minutes), the connection ends, and so do its streams, which would wait for ever.
const SILENCE: Duration = Duration::from_secs(60);

/// A connection's socket. An enum rather than a type parameter, because HTTP/2 would be compiled for each of them.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// TLS on one of the others.
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<Socket>>),
}

impl Socket {
    /// Sets the options of a TCP socket: writes leave at once, and the system finds out when the peer is gone without a
    /// word. The peer of a Unix socket can't be.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => {
                socket.set_nodelay(true)?;
                SockRef::from(socket).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE))
            }
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.get_ref().0.prepare(),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_read(context, read),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_read(context, read),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => Pin::new(socket).poll_read(context, read),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => Pin::new(socket).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => Pin::new(socket).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => Pin::new(socket).poll_shutdown(context),
        }
    }
}

/// A connection that waits on a listening socket, for tokio.
pub(crate) fn waiting(listener: &socket2::Socket) -> io::Result<socket2::Socket> {
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_system_probes_whether_a_silent_peer_is_still_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        let probes = |socket: &TcpStream| SockRef::from(socket).keepalive().unwrap();
        assert!(!probes(&socket));
        let socket = Socket::Tcp(socket);
        socket.prepare().unwrap();
        assert!(matches!(socket, Socket::Tcp(socket) if probes(&socket) && socket.nodelay().unwrap()));
    }
}
