//! Mutual TLS between Centrifugo and the app: each side has a certificate, and accepts only those that the same authority
//! has signed.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `TLS_FOLDER` | the folder with `ca.pem`, and with certificates that it has signed, and their keys: `app.pem` and `app.key`, `centrifugo.pem` and `centrifugo.key` | the working directory |
//! | `PROXY_TLS_CERT_PEM`, `PROXY_TLS_KEY_PEM`, `PROXY_TLS_CLIENT_CA_PEM` | take the place of `app.pem`, `app.key` and `ca.pem`: other files, or texts in PEM | none |
//!
//! Replace a file while the app runs: the log has a line for it. Try: `{"id": 1, "connect": {}}`, and
//! `{"id": 2, "rpc": {"method": "ping"}}`: `"pong"`.

use std::env;
use std::path::PathBuf;

use centrifugo::{App, Connected, StartError, Tls, rpc};
use serde_json::json;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

fn tls() -> Tls {
    let folder = env::var_os("TLS_FOLDER").map(PathBuf::from).unwrap_or_default();
    let file = |name| folder.join(name).display().to_string();
    // The names of files on Centrifugo's machine, which may be another one.
    let centrifugo = json!({
        "server_ca_pem": file("ca.pem"),
        "cert_pem": file("centrifugo.pem"),
        "key_pem": file("centrifugo.key"),
    });
    Tls::from_files(file("app.pem"), file("app.key")).client_ca(file("ca.pem")).centrifugo(centrifugo)
}

#[tokio::main]
async fn main() -> Result<(), StartError> {
    App::new().tls(tls()).run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    /// In tests, nothing is read from files.
    #[tokio::test]
    async fn the_handlers_are_called_without_certificates() {
        let app = TestApp::new(App::new().tls(tls())).expect("an app that can start");
        assert_eq!(app.rpc("ping").await.data::<String>(), "pong");
    }
}
