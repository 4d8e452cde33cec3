//! The peer of `standalone`: one app, with its own engine (`PEER=standalone`) or behind a real Centrifugo.
//!
//! The first line is the address. Behind Centrifugo, the second one is Centrifugo's configuration.

#![allow(clippy::print_stdout, reason = "the first lines tell the bench the address and the configuration")]

use centrifugo::{App, Connected, topic};
use serde_json::json;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::user("42")
}

/// A channel without history and presence.
#[topic("plain:<_>")]
async fn plain() -> bool {
    true
}

/// A channel whose publications can be recovered.
#[topic("kept:<_>")]
async fn kept() -> bool {
    true
}

/// A channel with everything: history, presence, joins and leaves.
#[topic("full:<_>")]
async fn full() -> bool {
    true
}

fn app() -> std::io::Result<App> {
    // Centrifugo's port 0 is its default one, so a free one is looked up.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let history = json!({ "history_size": 100, "history_ttl": "60s", "force_recovery": true });
    let namespace = |name: &str, options: &[&serde_json::Value]| {
        let mut namespace = json!({ "name": name, "allow_publish_for_subscriber": true });
        for (key, value) in options.iter().filter_map(|options| options.as_object()).flatten() {
            namespace[key] = value.clone();
        }
        namespace
    };
    let presence = json!({ "presence": true, "join_leave": true, "force_push_join_leave": true });
    let namespaces = [namespace("plain", &[]), namespace("kept", &[&history]), namespace("full", &[&history, &presence])];
    Ok(App::new().centrifugo(json!({
        "http_server": { "address": "127.0.0.1", "port": port },
        "http_api": { "key": "benches" },
        "channel": { "namespaces": namespaces },
        "log": { "level": "error" },
    })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("PEER").is_some_and(|peer| peer == "standalone") {
        let server = app()?.standalone().bind().await?;
        println!("{}", server.local_addr());
        return Ok(server.serve_until(bench_ends()).await?);
    }
    let server = app()?.listen("127.0.0.1:0").bind().await?;
    println!("{}\n{}", server.local_addr(), server.centrifugo_config());
    Ok(server.serve_until(bench_ends()).await?)
}

/// Ends with the bench, which holds the other end of stdin.
async fn bench_ends() {
    drop(tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await);
}
