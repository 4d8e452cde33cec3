//! The stand-in of `tls` in a program without the feature `tls`, where no connection has TLS.

use std::convert::Infallible;

use crate::server::socket::Socket;

/// Performs TLS handshakes: there is none.
pub(crate) struct Acceptor(Infallible);

impl Acceptor {
    pub(crate) async fn accept(&self, _: Socket) -> Option<Socket> {
        match self.0 {}
    }

    pub(crate) async fn follow_files(&self) {
        match self.0 {}
    }
}
