//! TLS on the app's socket: the handshake, and the certificates that it uses.
//!
//! `pem` reads a certificate or a key, `credentials` checks them together, `certificate` finds out when one expires, and
//! `reload` follows their files.

mod certificate;
pub(crate) mod credentials;
pub(crate) mod pem;
mod reload;

use std::error::Error;
use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, InvalidMessage};
use tokio_rustls::server::TlsStream;

use crate::error::Conflict;
use crate::observe::throttle::Throttle;
use crate::reject::logged::Logged;
use crate::server::socket::Socket;
use crate::server::tls::credentials::{ALPN, Credentials, Loaded, Texts};

/// Performs TLS handshakes, with the certificates that were read last.
pub(crate) struct Acceptor {
    credentials: Arc<Credentials>,
    /// The texts at the start.
    texts: Texts,
    current: RwLock<Loaded>,
    failed: Throttle,
}

impl Acceptor {
    /// Reads the certificates, and checks that they fit together.
    pub(crate) fn new(credentials: Credentials) -> Result<Self, Conflict> {
        let texts = credentials.read()?;
        let current = RwLock::new(credentials.load(&texts)?);
        Ok(Self { credentials: Arc::new(credentials), texts, current, failed: Throttle::default() })
    }

    /// The text of the app's certificate at the start, if nobody else has signed it.
    pub(crate) fn self_signed(&self) -> Option<&str> {
        self.texts.first_certificate().filter(|_| self.current().is_self_signed())
    }

    /// Performs the handshake of a connection. `None`: it has failed, and the log has the reason.
    pub(crate) async fn accept(&self, socket: Socket) -> Option<Socket> {
        let stream = self.acceptor().accept(socket).await.and_then(with_http2);
        stream.inspect_err(|error| self.log_failed(error)).ok().map(|stream| Socket::Tls(Box::new(stream)))
    }

    fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.current().config).into()
    }

    fn current(&self) -> RwLockReadGuard<'_, Loaded> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, loaded: Loaded) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
    }

    fn log_failed(&self, error: &io::Error) {
        if is_gone(error) {
            tracing::debug!("a connection ended before its TLS handshake was complete: {}", Logged(error));
        } else if let Some(more) = self.failed.pass() {
            tracing::warn!("a TLS handshake failed: {}{}{more}", Logged(error), advice(error));
        }
    }
}

/// The stream, if its peer has agreed to speak HTTP/2. One that names no protocol at all may be a peer of another protocol,
/// which a third party has connected to the app.
fn with_http2(stream: TlsStream<Socket>) -> io::Result<TlsStream<Socket>> {
    match stream.get_ref().1.alpn_protocol() {
        Some(ALPN) => Ok(stream),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the peer doesn't name HTTP/2 (`h2`) as its protocol")),
    }
}

/// Whether the peer has just closed the connection, as probes of the port do.
fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// What an operator can do about the failure of a handshake.
fn advice(error: &io::Error) -> &'static str {
    let cause = error.get_ref().and_then(|cause| (cause as &(dyn Error + 'static)).downcast_ref());
    match cause {
        Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            " (if it is Centrifugo, its `grpc.tls` needs `enabled: true`)"
        }
        Some(rustls::Error::NoCertificatesPresented) => {
            " (if it is Centrifugo, its `grpc.tls` needs `cert_pem` and `key_pem`, a certificate that the app's client CA has \
             signed)"
        }
        Some(rustls::Error::AlertReceived(_)) => {
            " (the peer refuses the app's certificate: if it is Centrifugo, see `server_ca_pem` and `server_name` of its \
             `grpc.tls`, and its log)"
        }
        _ => "",
    }
}
