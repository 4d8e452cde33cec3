//! The configuration, generated from the handlers.

use std::collections::BTreeSet;

use centrifugo_pattern::Namespace;
use serde_json::{Value, json};

use super::Settings;
use super::merge::{merge, nested};
use super::namespace_types::NamespaceTypes;
use super::namespaces::{channel_namespaces, literal_namespaces};
use super::open_namespaces::OpenNamespaces;
use super::proxies::Proxies;
use crate::dispatch::secret::Secret;
use crate::event::facts::Proxy;
use crate::event::kind::Kind;
use crate::registry::Registry;

/// Generates the configuration for the handlers, and merges the app's own settings into it.
pub(crate) fn generate(
    registry: &Registry,
    settings: &Settings,
    secret: Option<&Secret>,
    tls: Option<&Value>,
    endpoint: &str,
) -> Value {
    let proxies = Proxies { registry, settings, secret, tls, endpoint };
    let all: BTreeSet<_> = channel_namespaces(registry, settings).collect();
    let types = NamespaceTypes::of(registry, &all);
    let mut config = json!({});
    for kind in Kind::ALL {
        let facts = kind.facts();
        let (Some(proxy), Some(options)) = (facts.proxy, proxies.options(kind)) else { continue };
        merge(&mut config, nested(&proxy.pointer(), options));
        // Events with a subscription type are switched on among the options of their namespaces' types, below.
        if let (Some(area), Some(switch), None) = (proxy.area(), facts.switch, facts.subscription_type) {
            let open = match proxy {
                Proxy::Rpc => OpenNamespaces::of_methods(kind, registry, settings),
                _ => OpenNamespaces::of_channels(kind, &all, &types),
            };
            merge(&mut config, nested(area, switched_on(kind, switch, registry, &open)));
        }
    }
    merge(&mut config, json!({ "channel": types.options() }));
    let known: Vec<_> = all.into_iter().map(|name| json!({ "name": name })).collect();
    if !known.is_empty() {
        merge(&mut config, json!({ "channel": { "namespaces": known } }));
    }
    for custom in &settings.custom {
        merge(&mut config, custom.clone());
    }
    config
}

/// Switches the event on in the namespaces of its handlers' patterns, and in `open` if a pattern matches any namespace.
fn switched_on(kind: Kind, switch: &str, registry: &Registry, open: &OpenNamespaces) -> Value {
    let mut names: BTreeSet<_> = literal_namespaces(registry.of(kind)).collect();
    let mut without_namespace = registry.of(kind).any(|registered| registered.namespace() == Namespace::None);
    if registry.of(kind).any(|registered| registered.namespace() == Namespace::Open) {
        names.extend(open.names.iter().cloned());
        without_namespace |= open.without_namespace;
    }
    let option = nested(switch, true);
    let with_name = |name: String| {
        let mut namespace = json!({ "name": name });
        merge(&mut namespace, option.clone());
        namespace
    };
    let namespaces: Vec<_> = names.into_iter().map(with_name).collect();
    let mut area = json!({});
    if without_namespace {
        merge(&mut area, json!({ "without_namespace": option }));
    }
    if !namespaces.is_empty() {
        merge(&mut area, json!({ "namespaces": namespaces }));
    }
    area
}
