//! The log lines of a start: one for each handler and interceptor, and warnings about likely mistakes.

use std::net::SocketAddr;

use centrifugo_pattern::Namespace;
use serde_json::Value;

use crate::config::{Settings, nested};
use crate::event::kind::Kind;
use crate::registry::{RegisteredHandler, Registry};

/// Logs one line for each handler, in the order of a connection's life, one for each interceptor, the outermost first, and a
/// warning for each likely mistake.
pub(crate) fn report(registry: &Registry, settings: &Settings) {
    let mut handlers: Vec<&RegisteredHandler> = registry.handlers.iter().collect();
    handlers.sort_by_key(|registered| (registered.handler.kind(), registered.handler.pattern()));
    for RegisteredHandler { handler, .. } in &handlers {
        let pattern = handler.pattern().map(|pattern| format!(" \"{pattern}\"")).unwrap_or_default();
        tracing::info!("{}{pattern} -> {} {}", handler.attribute(), handler.name(), handler.location());
    }
    for interceptor in &registry.interceptors {
        tracing::info!("interceptor of {} -> {} {}", interceptor.events(), interceptor.name(), interceptor.location());
    }
    for registered in handlers {
        warn_of_trust(registered);
        warn_of_unknown_namespaces(registered, settings);
    }
    warn_of_missing_keys(registry, settings);
    if cfg!(panic = "abort") {
        tracing::warn!(
            "compiled with `panic = \"abort\"`: a panic in a handler ends the whole app instead of one client's call"
        );
    }
}

/// Warns of an address that other machines may reach, if the app has no secret.
pub(crate) fn warn_of_strangers(address: SocketAddr) {
    let port = address.port();
    tracing::warn!(
        "whoever reaches {address} can act as any user, because the app has no secret: set `PROXY_SECRET` to a long random \
         text, or listen on `127.0.0.1:{port}` or on a Unix socket such as `unix:///run/app.sock`"
    );
}

/// Warns of proxies of Centrifugo without a certificate, which the app would refuse.
pub(crate) fn warn_of_missing_certificates(config: &Value) {
    let has = |proxy: &str, option| config.pointer(&format!("{proxy}/grpc/tls/{option}")).is_some();
    let lacks = |proxy: &String| config.pointer(proxy).is_some() && !(has(proxy, "cert_pem") && has(proxy, "key_pem"));
    if Kind::ALL.into_iter().filter_map(|kind| kind.facts().proxy).map(|proxy| proxy.pointer()).any(|proxy| lacks(&proxy)) {
        tracing::warn!(
            "the app requires a certificate of its peers, and Centrifugo has none in this configuration: name its files with \
             `Tls::centrifugo(json!({{\"cert_pem\": .., \"key_pem\": ..}}))`, or in Centrifugo's environment"
        );
    }
}

/// Warns of a handler that lets every client write.
fn warn_of_trust(registered: &RegisteredHandler) {
    if registered.trusts_anyone() {
        tracing::warn!(
            "{} lets clients write without checking who they are, and Centrifugo has checked neither the subscription nor \
             the channel: take a `UserId`, or write `anyone` in the attribute",
            registered.handler.location()
        );
    }
}

/// Warns of a pattern for any namespace, if the app names none.
fn warn_of_unknown_namespaces(registered: &RegisteredHandler, settings: &Settings) {
    if registered.pattern.is_some() && registered.namespace() == Namespace::Open && settings.namespaces.is_empty() {
        tracing::warn!(
            "{} handles any namespace, but Centrifugo knows only those in its configuration: add them with \
             `App::namespace(..)`",
            registered.handler.location()
        );
    }
}

/// Warns of keys that some events require and Centrifugo doesn't start without: for shared polls, it checks the clients'
/// signatures.
fn warn_of_missing_keys(registry: &Registry, settings: &Settings) {
    for kind in Kind::ALL.into_iter().filter(|kind| registry.of(*kind).next().is_some()) {
        if let Some(key) = kind.facts().required_key.filter(|key| settings.custom(key).is_none()) {
            let (dotted, nested) = (key[1..].replace('/', "."), nested(key, ".."));
            tracing::warn!(
                "Centrifugo requires `{dotted}` for {kind}: set it with `App::centrifugo(json!({nested}))`, or in \
                 Centrifugo's environment"
            );
        }
    }
}
