//! TLS between Centrifugo and the app: which certificates each side accepts, and how they are replaced.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use centrifugo::{App, StartError, Tls, handlers};
use centrifugo_server::Centrifugo;
use centrifugo_tests::tls::{Authority, Signed, client};
use centrifugo_tests::{Client, Logs, Peer, peer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::rustls::crypto::ring;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

use crate::shared;

const HOST: &str = "127.0.0.1";

fn app() -> App {
    App::empty().handlers(handlers![shared::connect, shared::ping])
}

/// An app that serves, with TLS.
struct Running {
    address: SocketAddr,
    config: Value,
    stop: oneshot::Sender<()>,
    app: JoinHandle<Result<(), StartError>>,
}

impl Running {
    async fn start(tls: Tls, address: &str) -> Self {
        let server = app().tls(tls).listen(address).bind().await.expect("an app that can start");
        let (address, config) = (server.local_addr(), server.centrifugo_config());
        let (stop, stopped) = oneshot::channel();
        let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));
        Self { address, config, stop, app }
    }

    async fn stop(self) {
        drop(self.stop);
        self.app.await.expect("an app that doesn't panic").expect("a good end");
    }
}

async fn centrifugo(config: &Value) -> Centrifugo {
    Centrifugo::start(config.clone()).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a Centrifugo with this configuration, and calls the app. Returns the client's error.
async fn answered(config: &Value) -> Result<(), String> {
    let centrifugo = centrifugo(config).await;
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
    seen
}

fn refused() -> Result<(), String> {
    Err("internal server error".to_owned())
}

/// A folder of certificates.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    }

    /// Writes `name.pem` and `name.key`.
    fn signed(&self, name: &str, signed: &Signed) -> [String; 2] {
        [self.file(&format!("{name}.pem"), &signed.cert), self.file(&format!("{name}.key"), &signed.key)]
    }
}

#[tokio::test]
async fn each_side_accepts_only_the_certificates_that_it_is_configured_for() {
    let folder = Folder::new();
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let stranger = folder.file("stranger.pem", &theirs.pem);
    let [cert, key] = folder.signed("centrifugo", &ours.sign("centrifugo"));
    let [wrong_cert, wrong_key] = folder.signed("impostor", &theirs.sign("centrifugo"));
    let Signed { cert: app_cert, key: app_key } = ours.sign(HOST);
    // Centrifugo takes a file's name or its content.
    let tls = Tls::from_pem(app_cert, app_key).client_ca(&ours.pem);
    let tls = tls.centrifugo(json!({ "server_ca_pem": ours.pem, "cert_pem": cert, "key_pem": key }));

    let logs = Logs::keep();
    let running = Running::start(tls.clone(), "127.0.0.1:0").await;
    assert_eq!(running.config["rpc"]["proxy"]["endpoint"], format!("grpc://{}", running.address));
    assert_eq!(answered(&running.config).await, Ok(()));
    assert!(!logs.text().contains("WARN"), "{}", logs.text());
    for (change, what, line) in [
        (json!({ "server_ca_pem": stranger }), "an app that somebody else has signed", "the peer refuses the app's"),
        // It sends only certificates that the app's authority has signed.
        (
            json!({ "cert_pem": wrong_cert, "key_pem": wrong_key }),
            "a Centrifugo that somebody else has signed",
            "needs `cert_pem` and `key_pem`, a certificate that the app's client CA has signed",
        ),
        (
            json!({ "cert_pem": null, "key_pem": null }),
            "a Centrifugo without a certificate",
            "needs `cert_pem` and `key_pem`",
        ),
        (json!({ "server_name": "another.test" }), "an app of another name", "see `server_ca_pem` and `server_name`"),
        (json!({ "enabled": false }), "a Centrifugo that speaks plain text", "needs `enabled: true`"),
    ] {
        let tls = tls.clone().centrifugo(change);
        let running = Running::start(tls, "127.0.0.1:0").await;
        let logs = Logs::keep();
        assert_eq!(answered(&running.config).await, refused(), "{what}");
        logs.line(&["WARN", line]).await;
        running.stop().await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_self_signed_certificate_works_with_the_generated_configuration_as_it_is() {
    let folder = Folder::new();
    let Signed { cert, key } = Signed::by_itself(HOST);
    let both = folder.file("app.pem", &format!("{key}{cert}"));
    let logs = Logs::keep();
    let running = Running::start(Tls::from_files(&both, &both), "127.0.0.1:0").await;
    assert!(!running.config.to_string().contains("PRIVATE KEY"), "the key is in the same file");
    assert_eq!(answered(&running.config).await, Ok(()));
    let line =
        logs.line(&["INFO", "TLS with the certificate in `", "app.pem` (`Tls::from_files`), which expires at "]).await;
    assert!(line.contains(" UTC"), "{line}");
    running.stop().await;
}

#[tokio::test]
async fn tls_works_on_a_unix_socket() {
    let (folder, ours) = (Folder::new(), Authority::new("ours"));
    let Signed { cert, key } = ours.sign("localhost");
    let [centrifugo_cert, centrifugo_key] = folder.signed("centrifugo", &ours.sign("centrifugo"));
    let options = json!({ "server_ca_pem": ours.pem, "cert_pem": centrifugo_cert, "key_pem": centrifugo_key });
    let tls = Tls::from_pem(cert, key).client_ca(&ours.pem).centrifugo(options);
    let running = Running::start(tls, &format!("unix://{}", folder.path("app.sock").display())).await;
    assert_eq!(answered(&running.config).await, Ok(()));
    running.stop().await;
}

/// Calls again and again, on connections of Centrifugo that stay open.
struct Load {
    calls: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts clients that make some 100 calls a second each.
    async fn start(centrifugo: &Centrifugo, clients: usize) -> Self {
        let mut load = Self { calls: Arc::default(), ends: Arc::default(), clients: Vec::new() };
        for _ in 0..clients {
            let mut client = Client::open(&centrifugo.websocket_url(), json!({})).await;
            client.call("connect", json!({})).await.expect("a client that can try");
            client.event("connected").await;
            let (calls, ends) = (Arc::clone(&load.calls), Arc::clone(&load.ends));
            load.clients.push(tokio::spawn(async move {
                while !ends.load(Ordering::Relaxed) {
                    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
                    calls.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(8)).await;
                }
            }));
        }
        load
    }

    /// Ends it, and returns the number of calls, each of which was answered.
    async fn end(self) -> usize {
        self.ends.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.expect("a client whose calls are all answered");
        }
        self.calls.load(Ordering::Relaxed)
    }
}

/// Whether a new connection of a peer that trusts this authority is accepted.
async fn accepts(app: SocketAddr, authority: &Authority, own: Option<&Signed>) -> bool {
    let Ok(mut peer) = Peer::connect_tls(app, &client(&authority.pem, own, &["h2"])).await else { return false };
    let response = peer.call(peer::request("RPC"), &peer::rpc("ping", b"")).await;
    response.is_ok_and(|response| response.status == Some(0))
}

#[tokio::test]
async fn certificates_are_replaced_under_load_without_a_refused_call() {
    let (folder, old, new) = (Folder::new(), Authority::new("old"), Authority::new("new"));
    let [cert, key] = folder.signed("app", &old.sign(HOST));
    let [centrifugo_cert, centrifugo_key] = folder.signed("centrifugo", &old.sign("centrifugo"));
    let client_ca = folder.file("client_ca.pem", &old.pem);
    let options = json!({ "server_ca_pem": old.pem, "cert_pem": centrifugo_cert, "key_pem": centrifugo_key });
    let logs = Logs::keep();
    let tls = Tls::from_files(&cert, &key).client_ca(&client_ca).centrifugo(options);
    let running = Running::start(tls, "127.0.0.1:0").await;
    let centrifugo = centrifugo(&running.config).await;
    let load = Load::start(&centrifugo, 3).await;

    let (next, own, own_old) = (new.sign(HOST), new.sign("centrifugo"), old.sign("centrifugo"));
    // The key doesn't fit the certificate until that is there as well.
    folder.file("app.key", &next.key);
    let line = logs.line(&["WARN", "TLS goes on with the certificates that it has"]).await;
    assert!(
        line.contains("app.key` (`Tls::from_files`) can't be used: it is not the key of the certificate in `"),
        "{line}"
    );
    assert!(accepts(running.address, &old, Some(&own_old)).await, "the certificates before still serve");
    folder.file("app.pem", &next.cert);
    logs.line(&["INFO", "TLS: from now on, with the certificate in `", "which expires at "]).await;
    assert!(accepts(running.address, &new, Some(&own_old)).await);
    assert!(!accepts(running.address, &old, Some(&own_old)).await);

    fs::remove_file(folder.path("client_ca.pem")).expect("a file");
    logs.line(&["WARN", "client_ca.pem` (`Tls::client_ca`) can't be used: the file can't be read: No such file"]).await;
    folder.file("client_ca.pem", &new.pem);
    while !accepts(running.address, &new, Some(&own)).await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!accepts(running.address, &new, Some(&own_old)).await, "its authority is not trusted any more");
    let calls = load.end().await;
    assert!(calls > 200, "{calls} calls");

    let mut config = running.config.clone();
    let [centrifugo_cert, centrifugo_key] = folder.signed("centrifugo", &own);
    let next = json!({ "enabled": true, "server_ca_pem": new.pem, "cert_pem": centrifugo_cert, "key_pem": centrifugo_key });
    config["client"]["proxy"]["connect"]["grpc"]["tls"] = next.clone();
    config["rpc"]["proxy"]["grpc"]["tls"] = next;
    assert_eq!(answered(&config).await, Ok(()));
    assert_eq!(answered(&running.config).await, refused(), "a Centrifugo that trusts the authority before");
    centrifugo.stop().await;
    running.stop().await;
}

/// Kubernetes mounts a secret as links to files in a folder whose own link it swaps.
#[cfg(unix)]
#[tokio::test]
async fn certificates_behind_a_link_that_is_swapped_are_followed() {
    use std::os::unix::fs::symlink;
    let (folder, old, new) = (Folder::new(), Authority::new("old"), Authority::new("new"));
    for (name, authority) in [("..1", &old), ("..2", &new)] {
        fs::create_dir(folder.path(name)).expect("a folder");
        folder.signed(&format!("{name}/tls"), &authority.sign(HOST));
    }
    let swap = |to: &str| {
        symlink(to, folder.path("..tmp")).expect("a link");
        fs::rename(folder.path("..tmp"), folder.path("..data")).expect("a link");
    };
    swap("..1");
    for name in ["tls.pem", "tls.key"] {
        symlink(Path::new("..data").join(name), folder.path(name)).expect("a link");
    }
    let logs = Logs::keep();
    let running = Running::start(Tls::from_files(folder.path("tls.pem"), folder.path("tls.key")), "127.0.0.1:0").await;
    assert!(accepts(running.address, &old, None).await);
    swap("..2");
    logs.line(&["INFO", "TLS: from now on, with"]).await;
    assert!(accepts(running.address, &new, None).await);
    assert!(!logs.text().contains("goes on with"), "{}", logs.text());
    running.stop().await;
}

#[tokio::test]
async fn what_can_not_be_used_stops_the_start_with_its_name_and_its_fault() {
    let (folder, ours) = (Folder::new(), Authority::new("ours"));
    let (signed, other) = (ours.sign(HOST), ours.sign(HOST));
    let [cert, key] = folder.signed("app", &signed);
    let file = |name: &str, text: &str| folder.file(name, text);
    let missing = folder.path("missing").display().to_string();
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let half = &signed.cert[..signed.cert.len() / 2];
    let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    for (tls, subject, fault) in [
        (Tls::from_files(&missing, &key), "certificate in `", "the file can't be read: No such file"),
        (Tls::from_files(&cert, &missing), "key in `", "the file can't be read: No such file"),
        (Tls::from_files("", &key), "certificate in ``", "it is empty"),
        (Tls::from_files(file("a", "hello"), &key), "certificate in `", "it has no certificate in PEM"),
        (Tls::from_files(&key, &cert), "certificate in `", "it has a private key, and no certificate"),
        (Tls::from_files(file("b", half), &key), "certificate in `", "it is not valid PEM: missing section end"),
        (Tls::from_files(file("c", broken), &key), "certificate in `", "invalid peer certificate: BadEncoding"),
        (Tls::from_files(&cert, &cert), "key in `", "it has a certificate, and no private key"),
        (Tls::from_files(&cert, file("d", encrypted)), "key in `", "it is encrypted, and the app has no password for it"),
        (Tls::from_files(&cert, file("e", "hello")), "key in `", "it has no valid private key in PEM"),
        (Tls::from_files(&cert, file("f", &other.key)), "key in `", "it is not the key of the certificate in `"),
        (Tls::from_pem(&signed.cert, &other.key), "key (`Tls::from_pem`)", "it is not the key of the certificate (`"),
        (Tls::from_pem(&cert, &key), "certificate (`Tls::from_pem`)", "it has no certificate in PEM"),
        (Tls::from_files(&cert, &key).client_ca(&missing), "client CA in `", "the file can't be read: No such file"),
        (Tls::from_files(&cert, &key).client_ca(&key), "client CA in `", "it has a private key, and no certificate"),
        (Tls::from_files(&cert, &key).client_ca(broken), "client CA (`Tls::client_ca`)", "invalid peer certificate"),
    ] {
        let error = app().tls(tls).bind().await.expect_err("a refusal").to_string();
        assert!(error.starts_with(&format!("the app can't start:\n  - the {subject}")), "{error}");
        assert!(error.contains(&format!(" can't be used: {fault}")), "{error}");
    }
}

#[tokio::test]
async fn with_mutual_tls_a_peer_without_a_certificate_reaches_nothing() {
    let ours = Authority::new("ours");
    let Signed { cert, key } = ours.sign(HOST);
    let running = Running::start(Tls::from_pem(cert, key).client_ca(&ours.pem), "127.0.0.1:0").await;
    let check = async |own: Option<&Signed>| {
        let mut peer = Peer::connect_tls(running.address, &client(&ours.pem, own, &["h2"])).await.ok()?;
        let request = peer::request_to("/grpc.health.v1.Health/Check").body(()).expect("a request");
        peer.call_raw(request, vec![0; 5].into()).await.ok()?.status
    };
    assert_eq!(check(Some(&ours.sign("a probe"))).await, Some(0));
    assert_eq!(check(None).await, None, "not even the health service");
    assert!(!accepts(running.address, &ours, None).await);
    assert!(!accepts(running.address, &ours, Some(&Authority::new("theirs").sign("a probe"))).await);
    running.stop().await;
}

/// The same with a tonic server of one's own.
#[tokio::test]
async fn a_tonic_server_accepts_only_the_certificates_that_it_is_configured_for() {
    // tonic takes the process's provider of cryptography, and several crates of the tests bring one.
    drop(ring::default_provider().install_default());
    let (folder, ours, theirs) = (Folder::new(), Authority::new("ours"), Authority::new("theirs"));
    let server = ours.sign(HOST);
    for (signer, expected) in [(&ours, Ok(())), (&theirs, refused())] {
        let [cert, key] = folder.signed("centrifugo", &signer.sign("centrifugo"));
        let tls = json!({ "enabled": true, "server_ca_pem": ours.pem, "cert_pem": cert, "key_pem": key });
        let proxy = json!({ "grpc": { "tls": tls } });
        let settings = json!({ "client": { "proxy": { "connect": proxy } }, "rpc": { "proxy": proxy } });
        let app = app().centrifugo(settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("grpc://{}", listener.local_addr().expect("an address"));
        let config = app.centrifugo_config(&endpoint).expect("a configuration");
        let identity = Identity::from_pem(&server.cert, &server.key);
        let tls = ServerTlsConfig::new().identity(identity).client_ca_root(Certificate::from_pem(&ours.pem));
        let server = Server::builder()
            .tls_config(tls)
            .expect("a certificate that can be served")
            .add_service(app.into_service().expect("an app that can start"))
            .serve_with_incoming(TcpIncoming::from(listener));
        let server = tokio::spawn(server);
        assert_eq!(answered(&config).await, expected);
        server.abort();
    }
}
