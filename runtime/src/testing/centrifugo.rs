//! The Centrifugo that would call the app: what it sends, as the app's generated configuration determines.

use std::time::Duration;

use serde_json::Value;

use crate::config::proxy_timeout;
use crate::dispatch::warnings::namespace;
use crate::event::facts::Proxy;
use crate::event::kind::Kind;

/// A Centrifugo that runs with this configuration, which the app has generated.
pub(super) struct ConfiguredCentrifugo(pub(super) Value);

impl ConfiguredCentrifugo {
    /// Whether its calls of the event contain the connection's meta.
    pub(super) fn has_meta(&self, kind: Kind) -> bool {
        self.proxy(kind).is_none_or(|proxy| proxy.get("include_connection_meta") == Some(&Value::Bool(true)))
    }

    /// Whether its calls of the event may contain this metadata entry.
    pub(super) fn forwards(&self, kind: Kind, name: &str) -> bool {
        self.proxy(kind).is_none_or(|proxy| is_of_grpc(name) || self.is_of_tracing(name) || is_listed(proxy, kind, name))
    }

    /// How long it waits for a response.
    pub(super) fn timeout(&self, kind: Kind) -> Duration {
        proxy_timeout::of(&self.0, kind)
    }

    /// Whether it calls the app for a channel or a method of this name.
    pub(super) fn calls(&self, kind: Kind, name: &str) -> bool {
        let facts = kind.facts();
        let (Some(area), Some(switch)) = (facts.proxy.and_then(Proxy::area), facts.switch) else { return true };
        let options = match namespace(name) {
            None => self.0.pointer(&format!("{area}/without_namespace")),
            Some(name) => self.namespaces(area).find(|options| options["name"] == name),
        };
        options.and_then(|options| options.pointer(switch)).is_some_and(|set| *set != Value::Bool(false))
    }

    fn namespaces(&self, area: &str) -> impl Iterator<Item = &Value> {
        self.0.pointer(&format!("{area}/namespaces")).and_then(Value::as_array).into_iter().flatten()
    }

    /// The proxy of the event. `None` for those of Centrifugo PRO, whose configuration isn't generated.
    fn proxy(&self, kind: Kind) -> Option<&Value> {
        self.0.pointer(&kind.facts().proxy?.pointer())
    }

    fn is_of_tracing(&self, name: &str) -> bool {
        self.0.pointer("/opentelemetry/enabled") == Some(&Value::Bool(true))
            && matches!(name, "traceparent" | "tracestate" | "baggage")
    }
}

/// Whether gRPC sends the entry with every call.
fn is_of_grpc(name: &str) -> bool {
    name.starts_with("grpc-") || matches!(name, "user-agent" | "content-type" | "te")
}

/// Whether the proxy's options name the entry: as a header of the client, or with a value of its own.
fn is_listed(proxy: &Value, kind: Kind, name: &str) -> bool {
    let lists = ["http_headers", "emulated_headers", "grpc_metadata"].map(|key| proxy.get(key));
    let mut forwarded = lists.into_iter().flatten().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let is_name = |listed: &str| listed.eq_ignore_ascii_case(name);
    let mut constants = proxy.pointer("/grpc/static_metadata").and_then(Value::as_object).into_iter().flatten();
    (kind.facts().has_client && forwarded.any(is_name))
        || constants.any(|(listed, _)| is_name(listed))
        || proxy.pointer("/grpc/credentials_key").and_then(Value::as_str).is_some_and(is_name)
}
