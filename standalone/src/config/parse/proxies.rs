//! The proxies, by which Centrifugo calls the app.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use super::namespaces::check_name;
use crate::config::check::DEFAULT_PROXY;
use crate::config::options::ProxyOptions;
use crate::config::source::Source;

/// A proxy object.
pub(super) struct Proxy<'a> {
    source: Source<'a>,
    endpoint: String,
    options: Arc<ProxyOptions>,
}

/// The proxies with names, and the endpoints that are in use.
pub(super) struct Proxies<'a> {
    named: BTreeMap<String, Proxy<'a>>,
    /// The proxies, and the hosts of their endpoints.
    used: RefCell<Vec<(Source<'a>, String)>>,
}

impl<'a> Proxies<'a> {
    pub(super) fn read(config: &Source<'a>) -> Self {
        let mut named = BTreeMap::new();
        for source in config.objects("proxies") {
            let name = source.text("name");
            check_name(&source, &name);
            if name == DEFAULT_PROXY {
                source.fault("name", "is reserved", "write another name");
            }
            if source.text("endpoint").is_empty() {
                source.fault("endpoint", "is missing", ENDPOINT);
            }
            let path = source.path.clone();
            let faults = source.faults;
            if named.insert(name, Proxy::read(source)).is_some() {
                faults.add(path, "has the name of another proxy", "write another name");
            }
        }
        Self { named, used: RefCell::default() }
    }

    /// The proxy of an event, if `switch` is on; by the name that `key` holds.
    pub(super) fn choose(&self, of: &Source<'a>, switch: &str, key: &str, own: &Proxy<'a>) -> Option<Arc<ProxyOptions>> {
        let (name, is_on) = (of.text(key), of.flag(switch));
        // A name that isn't known is reported by `check`.
        let proxy = if name == DEFAULT_PROXY { own } else { self.named.get(&name)? };
        is_on.then(|| self.take(proxy))
    }

    /// The proxy of a client's event, if it is enabled.
    pub(super) fn switched(&self, source: Source<'a>) -> Option<Arc<ProxyOptions>> {
        let is_enabled = source.flag("enabled");
        let proxy = Proxy::read(source);
        is_enabled.then(|| self.take(&proxy))
    }

    /// Since the app is called in process, all endpoints have to be its own.
    pub(super) fn check_endpoints(&self) {
        let used = self.used.borrow();
        let Some((first, own)) = used.first() else { return };
        let mut seen = Vec::new();
        for (other, _) in used.iter().filter(|(_, host)| host != own) {
            if !seen.contains(&&other.path) {
                seen.push(&other.path);
                let instead = format!("write that of `{}`, since only this app is called", first.path);
                other.fault("endpoint", "is another app's, which needs a real Centrifugo", instead);
            }
        }
    }

    fn take(&self, proxy: &Proxy<'a>) -> Arc<ProxyOptions> {
        let endpoint = &proxy.endpoint;
        if endpoint.is_empty() {
            proxy.source.fault("endpoint", "is missing", ENDPOINT);
        } else if endpoint.starts_with("http:") || endpoint.starts_with("https:") {
            proxy.source.fault("endpoint", "is of HTTP, which needs a real Centrifugo", ENDPOINT);
        } else {
            self.used.borrow_mut().push((proxy.source.clone(), host(endpoint).to_owned()));
        }
        Arc::clone(&proxy.options)
    }
}

const ENDPOINT: &str = "write the app's address, such as `grpc://127.0.0.1:10001`";

/// What Centrifugo connects to: `127.0.0.1:10001` is the same as `grpc://127.0.0.1:10001/`.
fn host(endpoint: &str) -> &str {
    let Some(url) = endpoint.strip_prefix("grpc://") else { return endpoint };
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

impl<'a> Proxy<'a> {
    pub(super) fn read(source: Source<'a>) -> Self {
        let grpc = source.object("grpc");
        let options = ProxyOptions {
            timeout: source.time("timeout"),
            http_headers: header_names(&source, "http_headers"),
            emulated_headers: header_names(&source, "emulated_headers"),
            static_metadata: static_metadata(&grpc),
            credentials: credentials(&grpc),
            binary_encoding: source.flag("binary_encoding"),
            include_connection_meta: source.flag("include_connection_meta"),
        };
        Self { endpoint: source.text("endpoint"), source, options: Arc::new(options) }
    }
}

fn header_names(source: &Source<'_>, key: &str) -> Vec<HeaderName> {
    source.texts(key).iter().filter_map(|name| header_name(source, key, name)).collect()
}

/// A header's name, in lower case.
pub(super) fn header_name(source: &Source<'_>, key: &str, name: &str) -> Option<HeaderName> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
    if parsed.is_none() {
        source.fault(key, format!("has `{}`", name.escape_debug()), "write names of headers, such as `x-real-ip`");
    }
    parsed
}

fn static_metadata(grpc: &Source<'_>) -> Vec<(HeaderName, HeaderValue)> {
    const KEY: &str = "static_metadata";
    let entries = grpc.map(KEY);
    if entries.iter().any(|(_, value)| value.contains("${CENTRIFUGO_VAR_")) {
        grpc.fault(KEY, "takes a value from the environment, which needs a real Centrifugo", "write the value itself");
    }
    entries.into_iter().filter_map(|(name, value)| entry(grpc, (KEY, KEY), &name, &value)).collect()
}

fn credentials(grpc: &Source<'_>) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = (grpc.text_if_any("credentials_key"), grpc.text("credentials_value"));
    let (name, mut value) = entry(grpc, ("credentials_key", "credentials_value"), &name?, &value)?;
    value.set_sensitive(true);
    Some((name, value))
}

/// An entry of a call's metadata. `keys` are those that the name and the value stand in.
fn entry(grpc: &Source<'_>, keys: (&str, &str), name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = header_name(grpc, keys.0, name)?;
    if name.as_str().ends_with("-bin") {
        grpc.fault(keys.0, format!("has `{name}`, which is binary"), "write a name that doesn't end with `-bin`");
        return None;
    }
    let is_printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let value = HeaderValue::from_str(value).ok().filter(|_| is_printable);
    if value.is_none() {
        grpc.fault(keys.1, format!("has a value of `{name}` that isn't printable ASCII"), "write printable ASCII");
    }
    Some((name, value?))
}
