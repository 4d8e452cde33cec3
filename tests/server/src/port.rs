//! A free port of 127.0.0.1, kept for one Centrifugo.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// A port that no other program is assigned while this exists.
///
/// Linux lets Centrifugo listen on a port to which another socket is bound, if both allow that (`SO_REUSEADDR`, which Go
/// sets) and the other doesn't listen. Elsewhere the port is free when it is chosen, and no more.
#[derive(Debug)]
pub(crate) struct Port {
    address: SocketAddr,
    _bound: Option<TcpSocket>,
}

impl Port {
    pub(crate) fn free() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { address: socket.local_addr()?, _bound: cfg!(target_os = "linux").then_some(socket) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_kept_port_is_nobodys_until_centrifugo_listens() {
        let port = Port::free().expect("a port");
        assert!(std::net::TcpStream::connect(port.address()).is_err(), "it is bound, but nobody listens");
        // Rust's listeners set SO_REUSEADDR, too, as Go's do.
        let listener = TcpListener::bind(port.address()).expect("the port is free for who names it");
        assert!(TcpListener::bind(port.address()).is_err(), "and only for one");
        drop(listener);
    }
}
