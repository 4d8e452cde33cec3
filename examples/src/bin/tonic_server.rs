//! A tonic server of one's own, with TLS: the app is a service beside others. The app's own server needs none of it: see
//! `tls`.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `PROXY_ADDRESS` | the server's address | `127.0.0.1:10001` |
//! | `TLS_CERT` | the file with its certificate, in PEM. Centrifugo trusts this one only | required |
//! | `TLS_KEY` | the file with the certificate's key, in PEM | required |
//!
//! Try: `{"id": 1, "connect": {}}`, and `{"id": 2, "rpc": {"method": "ping"}}`: `"pong"`.

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;
use std::{env, fs};

use centrifugo::{App, Connected, rpc};
use futures_util::FutureExt;
use serde_json::json;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

/// The limit of calls on a connection, and of calls that are reset at once. h2's default for the latter is 20, beyond which
/// it takes resets for an attack; but Centrifugo resets every call that is late.
const CALLS: u32 = 65_536;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

/// Adds settings of TLS to each proxy. Their endpoints remain `grpc://`.
fn app(certificate: &str) -> App {
    let proxy = json!({ "grpc": { "tls": { "enabled": true, "server_ca_pem": certificate } } });
    App::new().centrifugo(json!({ "client": { "proxy": { "connect": proxy } }, "rpc": { "proxy": proxy } }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::var("PROXY_ADDRESS").unwrap_or_else(|_| "127.0.0.1:10001".to_owned());
    let file = |name| env::var(name).map_err(|_| format!("{name} must name a file"));
    let (certificate, key) = (file("TLS_CERT")?, file("TLS_KEY")?);
    let app = app(&certificate);
    if app.print_config()? {
        return Ok(());
    }
    // The dependencies bring two cryptography providers; rustls needs an explicit choice.
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "another cryptography is installed already")?;
    let identity = Identity::from_pem(fs::read(certificate)?, fs::read(key)?);
    let mut server = Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))?
        .max_concurrent_streams(CALLS)
        .http2_max_pending_accept_reset_streams(Some(CALLS as usize))
        .http2_max_local_error_reset_streams(Some(CALLS as usize))
        .initial_stream_window_size(64 << 10)
        .initial_connection_window_size((1 << 31) - 1);
    let listener = TcpListener::bind(&address).await?;
    // A failed write is ignored: a closed stderr is no reason to stop.
    drop(writeln!(io::stderr(), "listening on {}", listener.local_addr()?));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(Duration::from_secs(60)));
    // Add services of your own by further calls of `add_service`.
    let service = app.into_service()?;
    let streams = service.clone();
    let stopping = stopped().map(move |()| streams.end_streams());
    server.add_service(service).serve_with_incoming_shutdown(incoming, stopping).await?;
    Ok(())
}

/// Completes at SIGTERM or ctrl-c.
async fn stopped() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn every_proxy_trusts_the_certificate() {
        let config = app("app.pem").centrifugo_config("grpc://127.0.0.1:10001").expect("a configuration");
        for proxy in ["/client/proxy/connect", "/rpc/proxy"] {
            let proxy = config.pointer(proxy).expect("a proxy");
            assert_eq!(proxy["grpc"]["tls"], json!({ "enabled": true, "server_ca_pem": "app.pem" }));
        }
        let app = TestApp::new(app("app.pem")).expect("an app that can start");
        assert_eq!(app.rpc("ping").await.data::<String>(), "pong");
    }
}
