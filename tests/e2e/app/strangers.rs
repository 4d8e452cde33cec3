//! An address that other machines reach: a warning at the start, unless the app has a secret.

use centrifugo::{App, Tls, handlers};
use centrifugo_tests::Logs;
use centrifugo_tests::tls::{Authority, Signed};

#[centrifugo::rpc("ping", collect = false)]
async fn ping() -> &'static str {
    "pong"
}

fn app() -> App {
    App::empty().handlers(handlers![ping])
}

/// The warnings of a start.
async fn warnings(app: App, address: &str) -> Vec<String> {
    let logs = Logs::keep();
    drop(app.listen(address).bind().await.expect("an app that can start"));
    logs.text().lines().filter(|line| line.contains("WARN")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_public_address_without_a_secret_is_one_warning_that_says_what_to_write() {
    let warnings = warnings(app(), ":0").await;
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    for part in
        ["whoever reaches 0.0.0.0:", "can act as any user", "`PROXY_SECRET`", "`127.0.0.1:", "`unix:///run/app.sock`"]
    {
        assert!(warning.contains(part), "{part} is not in {warning}");
    }
}

#[tokio::test]
async fn only_certificates_of_peers_make_tls_as_good_as_a_secret() {
    let ours = Authority::new("ours");
    let Signed { cert, key } = ours.sign("127.0.0.1");
    let tls = Tls::from_pem(cert, key);
    let encrypted = warnings(app().tls(tls.clone()), ":0").await;
    assert!(matches!(encrypted.as_slice(), [warning] if warning.contains("whoever reaches 0.0.0.0:")), "{encrypted:?}");
    let nothing: &[String] = &[];
    assert_eq!(warnings(app().tls(tls.client_ca(&ours.pem)), ":0").await, nothing);
}

#[tokio::test]
async fn a_secret_or_a_private_address_is_no_warning() {
    let nothing: &[String] = &[];
    assert_eq!(warnings(app().secret("x-centrifugo-secret", "open sesame"), ":0").await, nothing);
    for address in ["127.0.0.1:0", "127.0.0.2:0", "localhost:0"] {
        assert_eq!(warnings(app(), address).await, nothing, "{address}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let socket = format!("unix://{}", folder.path().join("app.sock").display());
    assert_eq!(warnings(app(), &socket).await, nothing);
}
