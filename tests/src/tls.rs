//! Certificates, and peers that speak TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore};

/// The host that all apps of the tests have.
const HOST: &str = "127.0.0.1";

/// Signs certificates.
#[derive(Debug)]
pub struct Authority {
    /// Its own certificate.
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The certificate.
    pub cert: String,
    /// The key.
    pub key: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    ///
    /// If rcgen fails, as all functions here do.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a host.
    pub fn sign(&self, host: &str) -> Signed {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
        let cert = params.signed_by(&key, &self.issuer).expect("a certificate");
        Signed { cert: cert.pem(), key: key.serialize_pem() }
    }
}

impl Signed {
    /// A certificate for a host that nobody but itself has signed.
    pub fn by_itself(host: &str) -> Self {
        let signed = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        Self { cert: signed.cert.pem(), key: signed.signing_key.serialize_pem() }
    }
}

/// A client that trusts this authority, has this certificate, and speaks these protocols.
///
/// # Panics
///
/// If the texts can't be read.
pub fn client(authority: &str, own: Option<&Signed>, protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate")).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots);
    let mut config = match own {
        None => builder.with_no_client_auth(),
        Some(Signed { cert, key }) => {
            let cert = CertificateDer::from_pem_slice(cert.as_bytes()).expect("a certificate");
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
            builder.with_client_auth_cert(vec![cert], key).expect("a certificate and its key")
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// Connects, and performs the handshake of TLS.
///
/// # Errors
///
/// That of the handshake, or of TCP.
pub async fn connect(app: SocketAddr, client: &Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(app).await?;
    TlsConnector::from(Arc::clone(client)).connect(host(), socket).await
}

/// The first message of a handshake.
///
/// # Panics
///
/// If the client has no valid configuration.
pub fn hello(client: &Arc<ClientConfig>) -> Vec<u8> {
    let mut hello = Vec::new();
    let mut connection = ClientConnection::new(Arc::clone(client), host()).expect("a client");
    connection.write_tls(&mut hello).expect("a message");
    hello
}

fn host() -> ServerName<'static> {
    HOST.try_into().expect("a name")
}
