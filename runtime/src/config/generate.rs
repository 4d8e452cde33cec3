//! The configuration that follows from the handlers.

use std::collections::BTreeSet;

use centrifugo_pattern::{Namespace, Pattern};
use serde_json::{Map, Value, json};

use super::Settings;
use super::merge::{merge, nested};
use super::subscription_type::{TypedNamespaces, is_about_channels};
use crate::event::facts::Proxy;
use crate::event::kind::Kind;
use crate::registry::{Entry, Registry};

/// The configuration for the handlers, with the app's own settings merged into it.
pub(crate) fn generate(registry: &Registry, settings: &Settings, endpoint: &str) -> Value {
    let proxies = Proxies { registry, settings, endpoint };
    let all: BTreeSet<_> = namespaces(registry, settings).collect();
    let typed = TypedNamespaces::of(registry, &all);
    let mut config = json!({});
    for kind in Kind::ALL {
        let facts = kind.facts();
        let (Some(proxy), Some(options)) = (facts.proxy, proxies.of(kind)) else { continue };
        merge(&mut config, nested(&proxy.pointer(), options));
        if let (Some(area), Some(switch), None) = (proxy.area(), facts.switch, facts.subscription_type) {
            let open = match proxy {
                Proxy::Rpc => Open::methods(kind, registry, settings),
                _ => Open::channels(kind, &all, &typed),
            };
            merge(&mut config, nested(area, enabled(kind, switch, registry, &open)));
        }
    }
    merge(&mut config, json!({ "channel": typed.options() }));
    let known: Vec<_> = all.into_iter().map(|name| json!({ "name": name })).collect();
    if !known.is_empty() {
        merge(&mut config, json!({ "channel": { "namespaces": known } }));
    }
    for custom in &settings.custom {
        merge(&mut config, custom.clone());
    }
    config
}

/// The channel namespaces that the app knows of.
pub(crate) fn namespaces(registry: &Registry, settings: &Settings) -> impl Iterator<Item = String> {
    let handled = literal_namespaces(registry.entries.iter().filter(|entry| is_about_channels(entry)));
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

impl Open {
    /// All methods: Centrifugo has no types of them.
    fn methods(kind: Kind, registry: &Registry, settings: &Settings) -> Self {
        let literal = literal_namespaces(registry.of(kind));
        Self { names: literal.chain(settings.rpc_namespaces.iter().map(|&name| name.to_owned())).collect(), unnamed: true }
    }

    /// The channels of namespaces whose type has the event.
    fn channels(kind: Kind, all: &BTreeSet<String>, typed: &TypedNamespaces<'_>) -> Self {
        let names = all.iter().filter(|name| typed.admits(name, kind)).cloned().collect();
        Self { names, unnamed: typed.admits("", kind) }
    }
}

/// Where an event goes to the app: in the namespaces of its patterns, or, for a pattern that any namespace fits, in all of them.
fn enabled(kind: Kind, switch: &str, registry: &Registry, all: &Open) -> Value {
    let mut names: BTreeSet<_> = literal_namespaces(registry.of(kind)).collect();
    let mut without = registry.of(kind).any(|entry| entry.namespace() == Namespace::None);
    if registry.of(kind).any(|entry| entry.namespace() == Namespace::Open) {
        names.extend(all.names.iter().cloned());
        without |= all.unnamed;
    }
    let option = nested(switch, true);
    let named = |name: String| {
        let mut namespace = json!({ "name": name });
        merge(&mut namespace, option.clone());
        namespace
    };
    let namespaces: Vec<_> = names.into_iter().map(named).collect();
    let mut enabled = json!({});
    if without {
        merge(&mut enabled, json!({ "without_namespace": option }));
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
        if let Some(Proxy::Client(_)) = kind.facts().proxy {
            proxy.insert("enabled".into(), true.into());
        }
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
