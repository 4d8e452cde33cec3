//! The headers that calls of the app may have. All others of a client are dropped, so that they cost no memory.

use std::collections::{HashMap, HashSet};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::options::{Namespace, Options, ProxyOptions};

/// The names of forwarded headers.
#[derive(Debug, Default)]
pub(crate) struct Forwarded {
    http: HashSet<HeaderName>,
    emulated: HashSet<HeaderName>,
}

impl Forwarded {
    pub(crate) fn new(options: &Options) -> Self {
        let mut forwarded = Self::default();
        forwarded.http.extend(options.client.user_id_http_header.clone());
        for proxy in proxies(options) {
            forwarded.http.extend(proxy.http_headers.iter().cloned());
            forwarded.emulated.extend(proxy.emulated_headers.iter().cloned());
        }
        forwarded
    }

    /// The headers of a client's HTTP request that count.
    pub(crate) fn of_http(&self, headers: &HeaderMap) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            if let Some(name) = self.http.get(name) {
                kept.append(name, own(value));
            }
        }
        kept
    }

    /// The headers of a client's connect command that count.
    pub(crate) fn of_connect(&self, mut headers: HashMap<String, String>) -> HashMap<String, String> {
        headers.retain(|name, _| self.emulated.iter().any(|known| name.eq_ignore_ascii_case(known.as_str())));
        headers.shrink_to_fit();
        headers
    }
}

/// A copy: the value of a request is a slice of all its headers, and would keep them in memory.
fn own(value: &HeaderValue) -> HeaderValue {
    let mut own = HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone());
    own.set_sensitive(value.is_sensitive());
    own
}

/// All ways in which the app is called.
fn proxies(options: &Options) -> impl Iterator<Item = &ProxyOptions> {
    let client = [&options.client.connect, &options.client.refresh];
    let rpc = std::iter::once(&options.rpc.without_namespace).chain(options.rpc.namespaces.values());
    let channels = std::iter::once(&options.channel.without_namespace).chain(options.channel.namespaces.values());
    let proxies = client.into_iter().chain(rpc.map(|namespace| &namespace.proxy)).flatten();
    proxies.map(AsRef::as_ref).chain(channels.flat_map(|namespace| of_namespace(namespace)))
}

fn of_namespace(namespace: &Namespace) -> impl Iterator<Item = &ProxyOptions> {
    let proxies = [&namespace.subscribe, &namespace.publish, &namespace.sub_refresh].into_iter().flatten();
    let stream = namespace.subscribe_stream.iter().map(|stream| &stream.options);
    proxies.chain(stream).map(AsRef::as_ref)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http::header::{AUTHORIZATION, COOKIE, USER_AGENT};
    use serde_json::json;

    use super::*;

    /// Keeps the cookies of clients.
    fn cookies() -> Forwarded {
        Forwarded { http: HashSet::from([COOKIE]), emulated: HashSet::new() }
    }

    #[test]
    fn a_header_that_is_kept_keeps_nothing_else_of_its_request() {
        let head = Bytes::from(b"cookie: a".to_vec());
        let mut value = HeaderValue::from_maybe_shared(head.slice(8..)).expect("a value");
        value.set_sensitive(true);
        let kept = cookies().of_http(&HeaderMap::from_iter([(COOKIE, value)]));
        assert_eq!(kept[COOKIE], "a");
        assert!(kept[COOKIE].is_sensitive());
        // Nothing but the test has the head any more.
        assert!(head.is_unique());
    }

    #[test]
    fn only_headers_that_some_call_has_are_kept() {
        let (mut options, _) =
            Options::parse(&json!({"client": {"user_id_http_header": "x-user"}})).expect("a configuration");
        let proxy = ProxyOptions { http_headers: vec![COOKIE], emulated_headers: vec![AUTHORIZATION], ..Default::default() };
        options.rpc.without_namespace.proxy = Some(Arc::new(proxy));
        let forwarded = Forwarded::new(&options);
        let value = HeaderValue::from_static("1");
        let headers = HeaderMap::from_iter(
            [COOKIE, COOKIE, USER_AGENT, "x-user".parse().expect("a name")].map(|name| (name, value.clone())),
        );
        let kept = forwarded.of_http(&headers);
        let mut names: Vec<_> = kept.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cookie", "x-user"]);
        let emulated = ["Authorization", "cookie"].map(|name| (name.to_owned(), String::new()));
        assert_eq!(forwarded.of_connect(HashMap::from(emulated)).into_keys().collect::<Vec<_>>(), ["Authorization"]);
    }
}
