//! Centrifugo's configuration, as the handlers need it.

pub(crate) mod subscription_type;

use std::collections::BTreeSet;
use std::io::{self, Write};

use centrifugo_pattern::{Namespace, Pattern};
use serde_json::{Map, Value, json};

use crate::config::subscription_type::Territory;
use crate::event::kind::Kind;
use crate::registry::{Entry, Registry};

/// What the app adds to what its handlers tell.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) http_headers: Vec<String>,
    pub(crate) emulated_headers: Vec<String>,
    pub(crate) namespaces: Vec<String>,
    /// Patterns of typed channels.
    pub(crate) channels: Vec<&'static str>,
    pub(crate) rpc_namespaces: Vec<&'static str>,
    pub(crate) custom: Vec<Value>,
    /// The name of a metadata entry, and its value.
    pub(crate) secret: Option<(String, String)>,
}

/// What the configuration follows from, for whoever asks for it.
pub(crate) struct Config {
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
}

impl Config {
    pub(crate) fn generate(&self, endpoint: &str) -> Value {
        generate(&self.registry, &self.settings, endpoint)
    }
}

impl Settings {
    /// A setting of the app's own, the last one that was given.
    pub(crate) fn custom(&self, pointer: &str) -> Option<&Value> {
        self.custom.iter().rev().find_map(|custom| custom.pointer(pointer))
    }
}

/// Events about a channel, the proxy that sends them, and the option of a namespace that switches them on; without one, its
/// [territory](crate::config::subscription_type) does.
const CHANNEL_EVENTS: [(Kind, &str, Option<&str>); 7] = [
    (Kind::Subscribe, "subscribe", Some("subscribe_proxy_enabled")),
    (Kind::Publish, "publish", Some("publish_proxy_enabled")),
    (Kind::SubRefresh, "sub_refresh", Some("sub_refresh_proxy_enabled")),
    (Kind::Stream, "subscribe_stream", None),
    (Kind::MapPublish, "map_publish", None),
    (Kind::MapRemove, "map_remove", None),
    (Kind::SharedPoll, "shared_poll_refresh", None),
];

/// Where the configuration has the proxy of an event. `None`: it is Centrifugo PRO's, and isn't generated.
pub(crate) fn proxy_of(kind: Kind) -> Option<String> {
    let channels = || CHANNEL_EVENTS.iter().find(|(one, ..)| *one == kind);
    match kind {
        Kind::Connect | Kind::Refresh => Some(format!("/client/proxy/{}", kind.name())),
        Kind::Rpc => Some("/rpc/proxy".to_owned()),
        _ => channels().map(|(_, key, _)| format!("/channel/proxy/{key}")),
    }
}

/// Which part of the configuration has the namespaces of an event, and what switches it on in each. `None`: nothing has to.
pub(crate) fn switch_of(kind: Kind) -> Option<(&'static str, &'static str)> {
    let switch = match kind {
        Kind::Rpc => return Some(("/rpc", "/proxy_enabled")),
        Kind::Subscribe => "/subscribe_proxy_enabled",
        Kind::Publish => "/publish_proxy_enabled",
        Kind::SubRefresh => "/sub_refresh_proxy_enabled",
        Kind::Stream => "/subscribe_stream_proxy_enabled",
        Kind::MapPublish => "/map/publish_proxy_enabled",
        Kind::MapRemove => "/map/remove_proxy_enabled",
        Kind::SharedPoll => "/subscription_type",
        Kind::Connect | Kind::Refresh | Kind::CacheEmpty | Kind::ChannelState => return None,
    };
    Some(("/channel", switch))
}

/// The configuration for the handlers, with the app's own settings merged into it.
pub(crate) fn generate(registry: &Registry, settings: &Settings, endpoint: &str) -> Value {
    let proxies = Proxies { registry, settings, endpoint };
    let mut config = json!({});
    for kind in [Kind::Connect, Kind::Refresh] {
        if let Some(mut proxy) = proxies.of(kind) {
            proxy.insert("enabled".into(), true.into());
            merge(&mut config, json!({ "client": { "proxy": { kind.name(): proxy } } }));
        }
    }
    let all: BTreeSet<_> = namespaces(registry, settings).collect();
    let territory = Territory::of(registry, &all);
    for (kind, key, option) in CHANNEL_EVENTS {
        let Some(proxy) = proxies.of(kind) else { continue };
        merge(&mut config, json!({ "channel": { "proxy": { key: proxy } } }));
        if let Some(option) = option {
            let names = all.iter().filter(|name| territory.admits(name, kind)).cloned().collect();
            let open = Open { names, unnamed: territory.admits("", kind) };
            merge(&mut config, json!({ "channel": enabled(kind, option, registry, &open) }));
        }
    }
    merge(&mut config, json!({ "channel": territory.options() }));
    let unused: Vec<_> = all.into_iter().map(|name| json!({ "name": name })).collect();
    if !unused.is_empty() {
        merge(&mut config, json!({ "channel": { "namespaces": unused } }));
    }
    if let Some(proxy) = proxies.of(Kind::Rpc) {
        let literal = literal_namespaces(registry.of(Kind::Rpc));
        let names = literal.chain(settings.rpc_namespaces.iter().map(|&name| name.to_owned())).collect();
        let methods = Open { names, unnamed: true };
        merge(&mut config, json!({ "rpc": { "proxy": proxy } }));
        merge(&mut config, json!({ "rpc": enabled(Kind::Rpc, "proxy_enabled", registry, &methods) }));
    }
    for custom in &settings.custom {
        merge(&mut config, custom.clone());
    }
    config
}

/// The channel namespaces that the app knows of.
pub(crate) fn namespaces(registry: &Registry, settings: &Settings) -> impl Iterator<Item = String> {
    let about_channels = |entry: &&Entry| CHANNEL_EVENTS.iter().any(|(kind, ..)| *kind == entry.handler.kind());
    let handled = literal_namespaces(registry.entries.iter().filter(about_channels));
    let typed = settings.channels.iter().filter_map(|pattern| literal(Pattern::parse(pattern).ok()?.namespace()));
    let custom = settings.custom.iter().filter_map(|custom| custom.pointer("/channel/namespaces")?.as_array()).flatten();
    let custom = custom.filter_map(|namespace| namespace.get("name")?.as_str().map(str::to_owned));
    handled.chain(settings.namespaces.iter().cloned()).chain(typed).chain(custom)
}

pub(crate) fn literal_namespaces<'r>(entries: impl Iterator<Item = &'r Entry>) -> impl Iterator<Item = String> {
    entries.filter_map(|entry| literal(entry.namespace()))
}

fn literal(namespace: Namespace<'_>) -> Option<String> {
    match namespace {
        Namespace::Literal(name) => Some(name.to_owned()),
        Namespace::None | Namespace::Open => None,
    }
}

/// The namespaces that a pattern for any namespace stands for.
struct Open {
    names: BTreeSet<String>,
    /// Names without a namespace, too.
    unnamed: bool,
}

/// Where an event goes to the app: in the namespaces of its patterns, or, for a pattern that any namespace fits, in all of them.
fn enabled(kind: Kind, option: &str, registry: &Registry, all: &Open) -> Value {
    let mut names: BTreeSet<_> = literal_namespaces(registry.of(kind)).collect();
    let mut without = registry.of(kind).any(|entry| entry.namespace() == Namespace::None);
    if registry.of(kind).any(|entry| entry.namespace() == Namespace::Open) {
        names.extend(all.names.iter().cloned());
        without |= all.unnamed;
    }
    let namespaces: Vec<_> = names.into_iter().map(|name| json!({ "name": name, option: true })).collect();
    let mut enabled = json!({});
    if without {
        merge(&mut enabled, json!({ "without_namespace": { option: true } }));
    }
    if !namespaces.is_empty() {
        merge(&mut enabled, json!({ "namespaces": namespaces }));
    }
    enabled
}

struct Proxies<'a> {
    registry: &'a Registry,
    settings: &'a Settings,
    endpoint: &'a str,
}

impl Proxies<'_> {
    /// The proxy of an event that has handlers.
    fn of(&self, kind: Kind) -> Option<Map<String, Value>> {
        self.registry.of(kind).next()?;
        let mut proxy = Map::from_iter([("endpoint".to_owned(), Value::from(self.endpoint))]);
        let emulated = lower(self.settings.emulated_headers.iter().map(String::as_str));
        let mut forwarded = lower(self.settings.http_headers.iter().map(String::as_str));
        let needs: Vec<_> = self.registry.needs_of(kind).collect();
        forwarded.extend(needs.iter().flat_map(|needs| &needs.headers).map(|name| name.as_str().to_owned()));
        for (key, names) in [("http_headers", forwarded), ("emulated_headers", emulated)] {
            if !names.is_empty() {
                proxy.insert(key.into(), names.into_iter().collect());
            }
        }
        if needs.iter().any(|needs| needs.meta) {
            proxy.insert("include_connection_meta".into(), true.into());
        }
        if let Some((key, value)) = &self.settings.secret {
            proxy.insert("grpc".into(), json!({ "credentials_key": key.to_ascii_lowercase(), "credentials_value": value }));
        }
        Some(proxy)
    }
}

fn lower<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    names.map(str::to_ascii_lowercase).collect()
}

/// Puts one configuration into another: objects key by key, lists of named objects by `name`; `null` takes a value away, everything else
/// replaces.
pub(crate) fn merge(config: &mut Value, more: Value) {
    match (config, more) {
        (_, Value::Null) => {}
        (Value::Object(config), Value::Object(more)) => {
            for (key, value) in more {
                match value {
                    Value::Null => drop(config.remove(&key)),
                    value => merge(config.entry(key).or_insert(Value::Null), value),
                }
            }
        }
        (Value::Array(config), Value::Array(more)) if is_named(config) && is_named(&more) => {
            for value in more {
                match config.iter_mut().find(|known| known["name"] == value["name"]) {
                    Some(known) => merge(known, value),
                    None => config.push(value),
                }
            }
        }
        (config, more) => *config = more,
    }
}

fn is_named(list: &[Value]) -> bool {
    list.iter().all(|value| value.get("name").is_some_and(Value::is_string))
}

/// Prints the configuration to stdout.
pub(crate) fn print(config: &Value) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{config:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_merged_by_name_and_values_are_replaced() {
        let mut config = json!({ "a": [1], "n": [{ "name": "x", "p": true }] });
        merge(&mut config, json!({ "a": [2], "n": [{ "name": "y" }, { "name": "x", "q": 1 }], "gone": 1 }));
        merge(&mut config, json!({ "gone": null }));
        assert_eq!(config, json!({ "a": [2], "n": [{ "name": "x", "p": true, "q": 1 }, { "name": "y" }] }));
    }
}
