//! The Centrifugo that would call the app: what it sends, as the app's generated configuration determines.

use std::time::Duration;

use serde_json::Value;

use crate::dispatch::warnings::namespace;
use crate::event::facts::Proxy;
use crate::event::kind::Kind;

/// Centrifugo's default for a proxy without a `timeout`.
const TIMEOUT: Duration = Duration::from_secs(1);

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
        let set = self.proxy(kind).and_then(|proxy| go_duration(proxy.get("timeout")?.as_str()?));
        set.filter(|timeout| !timeout.is_zero()).unwrap_or(TIMEOUT)
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

/// A duration as Go writes it: `1m30s`, `500ms`, `1.5s`.
fn go_duration(mut text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    while !text.is_empty() {
        let (amount, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, rest) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
        let seconds = amount.parse::<f64>().ok()? * seconds_of(unit)?;
        total += Duration::try_from_secs_f64(seconds).ok()?;
        text = rest;
    }
    Some(total)
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_as_go_writes_it() {
        assert_eq!(go_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(go_duration("1m1.5s"), Some(Duration::from_millis(61_500)));
        for text in ["1", "s", "1y", "1 s"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }
}
