//! TLS between Centrifugo and the app, as a service of a tonic server: which certificates each side accepts.

use std::path::{Path, PathBuf};

use centrifugo::{App, handlers};
use centrifugo_server::Centrifugo;
use centrifugo_tests::Client;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::rustls::crypto::ring;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

use crate::shared;

/// Signs certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM.
struct Signed {
    cert: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn sign(&self, name: &str) -> Signed {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let cert = params.signed_by(&key, &self.issuer).expect("a certificate");
        Signed { cert: cert.pem(), key: key.serialize_pem() }
    }
}

/// Starts an app that requires a certificate of `clients`, and a Centrifugo with these settings of TLS.
/// Returns the error that a client receives.
async fn answered(server: &Signed, clients: &Authority, tls: Value) -> Result<(), String> {
    // Several crates of the tests bring a provider of cryptography; the first test installs this one.
    drop(ring::default_provider().install_default());
    let proxy = json!({ "grpc": { "tls": tls } });
    let settings = json!({ "client": { "proxy": { "connect": proxy } }, "rpc": { "proxy": proxy } });
    let app = App::empty().handlers(handlers![shared::connect, shared::ping]).centrifugo(settings);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("grpc://{}", listener.local_addr().expect("an address"));
    let config = app.centrifugo_config(&endpoint).expect("a configuration");
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(&server.cert, &server.key))
        .client_ca_root(Certificate::from_pem(&clients.pem));
    let server = Server::builder()
        .tls_config(tls)
        .expect("a certificate that can be served")
        .add_service(app.into_service().expect("an app that can start"))
        .serve_with_incoming(TcpIncoming::from(listener));
    let server = tokio::spawn(server);

    let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let mut client = Client::open(&centrifugo.websocket_url(), json!({})).await;
    client.call("connect", json!({})).await.expect("a client that can try");
    let first = client.event_of(&["connected", "error"], |_| true).await;
    let seen = match first["event"].as_str() {
        Some("connected") => {
            assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
            Ok(())
        }
        _ => Err(first["error"]["message"].as_str().unwrap_or_default().to_owned()),
    };
    centrifugo.stop().await;
    server.abort();
    seen
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

#[tokio::test]
async fn each_side_accepts_only_the_certificates_that_it_is_configured_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let server = ours.sign("127.0.0.1");
    let stranger = file(folder.path(), "stranger.pem", &theirs.pem);
    let credentials = |authority: &Authority, name: &str| {
        let Signed { cert, key } = authority.sign("centrifugo");
        let cert = file(folder.path(), &format!("{name}.pem"), &cert);
        (cert, file(folder.path(), &format!("{name}.key"), &key))
    };
    let (cert, key) = credentials(&ours, "centrifugo");
    let (wrong_cert, wrong_key) = credentials(&theirs, "impostor");

    // Centrifugo takes a file's name or its content.
    let tls = json!({ "enabled": true, "server_ca_pem": ours.pem, "cert_pem": cert, "key_pem": key });
    assert_eq!(answered(&server, &ours, tls.clone()).await, Ok(()));
    let refused = Err("internal server error".to_owned());
    for (change, what) in [
        (json!({ "server_ca_pem": stranger }), "an app that somebody else has signed"),
        (json!({ "cert_pem": wrong_cert, "key_pem": wrong_key }), "a Centrifugo that somebody else has signed"),
        (json!({ "cert_pem": null, "key_pem": null }), "a Centrifugo without a certificate"),
        (json!({ "server_name": "another.test" }), "an app of another name"),
        (json!({ "enabled": false }), "a Centrifugo that speaks plain text"),
    ] {
        let mut tls = tls.clone();
        for (key, value) in change.as_object().into_iter().flatten() {
            tls[key] = value.clone();
            if value.is_null() {
                tls.as_object_mut().expect("an object").remove(key);
            }
        }
        assert_eq!(answered(&server, &ours, tls).await, refused, "{what}");
    }
}
