//! Failures of handlers: what the log, the error handler and the client receive.

mod after_the_reply;
mod blocking;
mod canaries;
mod database;
mod deadlines;
mod domain_errors;
mod log_injection;
mod outages;
mod overload;
mod rolling_restart;

use std::net::SocketAddr;

use centrifugo_server::Centrifugo;
use futures_util::future::join_all;
use serde_json::json;

/// An app that tests end and start again, in a process of its own.
const APP: &str = env!("CARGO_BIN_EXE_attacked-app");

/// Some Centrifugos that call the attacked app at this address. The time limit of a call is longer than the default, so that
/// a busy machine fails no test.
async fn centrifugos(count: usize, app: SocketAddr) -> Vec<Centrifugo> {
    let proxy = json!({ "endpoint": format!("grpc://{app}"), "timeout": "10s" });
    let config = json!({
        "client": { "allow_anonymous_connect_without_token": true },
        "rpc": { "proxy": proxy, "without_namespace": { "proxy_enabled": true } },
        "channel": {
            "proxy": { "subscribe": proxy, "subscribe_stream": proxy },
            "namespaces": [
                { "name": "room", "subscribe_proxy_enabled": true },
                {
                    "name": "late",
                    "subscribe_stream_proxy_enabled": true,
                    "subscribe_stream_proxy_bidirectional": true,
                },
            ],
        },
    });
    let started = join_all((0..count).map(|_| Centrifugo::start(config.clone()))).await;
    started.into_iter().map(|centrifugo| centrifugo.unwrap_or_else(|error| panic!("{error}"))).collect()
}

async fn centrifugo(app: SocketAddr) -> Centrifugo {
    centrifugos(1, app).await.remove(0)
}
