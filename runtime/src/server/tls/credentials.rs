//! The app's certificate and key, and the authorities of its peers, checked together.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{Error, InconsistentKeys, RootCertStore, ServerConfig};

use crate::error::Conflict;
use crate::server::tls::certificate::Certificate;
use crate::server::tls::pem::Pem;

/// The protocol that peers must name in their handshake.
pub(super) const ALPN: &[u8] = b"h2";

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Where the app's certificate and key come from, and the authorities of its peers' certificates.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) cert: Pem,
    pub(crate) key: Pem,
    /// Without one, peers need no certificate.
    pub(crate) client_ca: Option<Pem>,
}

/// The texts of all of them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Texts {
    cert: String,
    key: String,
    client_ca: Option<String>,
}

impl Texts {
    /// The text of the app's certificate alone: the same file may have its key.
    pub(super) fn first_certificate(&self) -> Option<&str> {
        let begin = self.cert.find(BEGIN)?;
        let length = self.cert[begin..].find(END)? + END.len();
        self.cert.get(begin..begin + length)
    }
}

/// Credentials that fit together.
pub(super) struct Loaded {
    pub(super) config: Arc<ServerConfig>,
    certificate: Option<Certificate>,
}

impl Credentials {
    /// Reads the files.
    pub(super) fn read(&self) -> Result<Texts, Conflict> {
        let client_ca = self.client_ca.as_ref().map(Pem::read).transpose()?;
        Ok(Texts { cert: self.cert.read()?, key: self.key.read()?, client_ca })
    }

    /// Whether these come from files that may change: all of them from texts never do, and a pipe can be read only once.
    pub(super) fn may_change(&self) -> bool {
        let mut files =
            [&self.cert, &self.key].into_iter().chain(&self.client_ca).filter(|pem| pem.path().is_some()).peekable();
        files.peek().is_some() && files.all(Pem::is_regular_file)
    }

    /// Checks the texts, and that they fit together.
    pub(super) fn load(&self, texts: &Texts) -> Result<Loaded, Conflict> {
        // Chosen here rather than for the process, where the app or another crate may choose another one.
        let provider = Arc::new(ring::default_provider());
        let chain = certificates(&self.cert, &texts.cert)?;
        let certificate = chain.first().and_then(|leaf| Certificate::read(leaf));
        let key = self.certified_key(chain, &texts.key, &provider)?;
        let verifier = self.verifier(texts, &provider)?;
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| self.cert.refused(error.to_string()))?;
        let resolver = Arc::new(SingleCertAndKey::from(key));
        let mut config = builder.with_client_cert_verifier(verifier).with_cert_resolver(resolver);
        config.alpn_protocols = vec![ALPN.to_vec()];
        // Centrifugo resumes no session, and one that is resumed would not be checked against new authorities.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Loaded { config: Arc::new(config), certificate })
    }

    fn certified_key(
        &self,
        chain: Vec<CertificateDer<'static>>,
        text: &str,
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, Conflict> {
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| self.key.refused(no_key(text)))?;
        let key = provider.key_provider.load_private_key(key).map_err(|error| self.key.refused(unusable_key(&error)))?;
        let key = CertifiedKey::new(chain, key);
        match key.keys_match() {
            Ok(()) => Ok(key),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(self.key.refused(format!("it is not the key of the {}", self.cert)))
            }
            Err(error) => Err(self.cert.refused(error.to_string())),
        }
    }

    fn verifier(&self, texts: &Texts, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, Conflict> {
        let (Some(pem), Some(text)) = (&self.client_ca, &texts.client_ca) else { return Ok(Arc::new(NoClientAuth)) };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(pem, text)? {
            roots.add(certificate).map_err(|error| pem.refused(error.to_string()))?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let verifier = builder.build().map_err(|error| pem.refused(error.to_string()))?;
        Ok(verifier)
    }
}

/// All certificates of a text, at least one.
fn certificates(pem: &Pem, text: &str) -> Result<Vec<CertificateDer<'static>>, Conflict> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match all {
        Ok(all) if all.is_empty() => Err(pem.refused(no_certificate(text))),
        Ok(all) => Ok(all),
        Err(error) => Err(pem.refused(format!("it is not valid PEM: {error}"))),
    }
}

fn no_certificate(text: &str) -> &'static str {
    if text.contains("PRIVATE KEY-----") {
        "it has a private key, and no certificate: the two may have been mixed up"
    } else {
        "it has no certificate in PEM, which begins with `-----BEGIN CERTIFICATE-----`"
    }
}

fn no_key(text: &str) -> &'static str {
    if text.contains("ENCRYPTED") {
        "it is encrypted, and the app has no password for it: decrypt it with `openssl pkey -in encrypted.key -out app.key`, \
         and let only the app's user read that file"
    } else if text.contains(BEGIN) {
        "it has a certificate, and no private key: the two may have been mixed up"
    } else {
        "it has no valid private key in PEM, which begins with `-----BEGIN PRIVATE KEY-----`"
    }
}

fn unusable_key(error: &Error) -> String {
    format!("{error}; a key has to be of ECDSA on P-256 or P-384, of Ed25519, or of RSA with 2048 to 8192 bits")
}

impl Loaded {
    pub(super) fn is_self_signed(&self) -> bool {
        self.certificate.as_ref().is_some_and(Certificate::is_self_signed)
    }

    /// Logs the certificates that are used from now on. `what`: how the line begins.
    pub(super) fn log(&self, what: &str, credentials: &Credentials) {
        let Credentials { cert, client_ca, .. } = credentials;
        let peers = client_ca.as_ref().map(|ca| format!("; peers need one that the {ca} has signed")).unwrap_or_default();
        match &self.certificate {
            Some(certificate) if certificate.is_expired() => {
                tracing::warn!("{what} the {cert}, which has expired at {certificate}, so Centrifugo refuses it{peers}");
            }
            Some(certificate) => tracing::info!("{what} the {cert}, which expires at {certificate}{peers}"),
            None => tracing::info!("{what} the {cert}{peers}"),
        }
    }
}
