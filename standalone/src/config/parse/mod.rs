//! The parser: it makes options of a configuration.
//!
//! A file reads the object of its name; `namespaces` and `proxies` are what `channel` and `rpc` have in common.

mod channel;
mod client;
mod namespaces;
mod proxies;
mod rpc;

use serde_json::Value;

use super::check::check;
use super::error::{ConfigError, Fault, Note};
use super::options::{ApiOptions, HealthOptions, ListenAddress, Options, WebsocketOptions};
use super::paths;
use super::source::{Faults, Source};
use proxies::Proxies;

impl Options {
    /// Reads Centrifugo's configuration. The notes are about keys that have no effect.
    ///
    /// # Errors
    ///
    /// All faults of the configuration at once.
    pub(crate) fn parse(config: &Value) -> Result<(Self, Vec<Note>), ConfigError> {
        let Some(object) = config.as_object() else {
            let (wrong, instead) = ("is no object".to_owned(), "write a JSON object".to_owned());
            return Err(ConfigError { faults: vec![Fault { path: "configuration".to_owned(), wrong, instead }] });
        };
        let verdict = check(object);
        let faults = Faults::default();
        let options = options(&Source::new(config, &faults));
        let mut all = verdict.faults;
        for fault in faults.into_inner() {
            // A proxy is read by each namespace that uses it.
            if !all.contains(&fault) {
                all.push(fault);
            }
        }
        if all.is_empty() { Ok((options, verdict.notes)) } else { Err(ConfigError { faults: all }) }
    }
}

fn options(config: &Source<'_>) -> Options {
    let proxies = Proxies::read(config);
    let channel = channel::options(&config.object("channel"), &proxies);
    let options = Options {
        address: address(&config.object("http_server")),
        client: client::options(&config.object("client"), &channel, &proxies),
        channel,
        rpc: rpc::options(&config.object("rpc"), &proxies),
        http_api: api(&config.object("http_api")),
        websocket: websocket(&config.object("websocket")),
        health: health(&config.object("health")),
        node_name: config.object("node").text_if_any("name"),
        shutdown_timeout: config.object("shutdown").time("timeout"),
    };
    proxies.check_endpoints();
    paths::check(config, &options);
    options
}

fn address(server: &Source<'_>) -> ListenAddress {
    ListenAddress { host: server.text_if_any("address"), port: server.count("port") }
}

fn api(api: &Source<'_>) -> ApiOptions {
    let is_disabled = api.flag("disabled");
    // It has no effect: there is one port, which serves the API in any case.
    api.flag("external");
    ApiOptions {
        prefix: paths::prefix(api, !is_disabled),
        key: api.text_if_any("key"),
        insecure: api.flag("insecure"),
        disabled: is_disabled,
        transport_errors: api.text("error_mode") == "transport",
    }
}

fn websocket(websocket: &Source<'_>) -> WebsocketOptions {
    WebsocketOptions {
        prefix: paths::prefix(websocket, true),
        message_size_limit: websocket.limit("message_size_limit"),
        write_timeout: websocket.time("write_timeout"),
    }
}

fn health(health: &Source<'_>) -> HealthOptions {
    HealthOptions { prefix: paths::prefix(health, true) }
}

/// The paths that are read of a configuration.
#[cfg(test)]
pub(super) fn reads(config: &Value) -> std::collections::BTreeSet<String> {
    let faults = Faults::default();
    options(&Source::new(config, &faults));
    faults.read.into_inner()
}
