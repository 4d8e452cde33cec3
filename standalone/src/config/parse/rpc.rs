//! `rpc`.

use std::collections::BTreeMap;

use super::super::options::{RpcNamespace, RpcOptions};
use super::super::source::Source;
use super::proxies::{Proxies, Proxy, check_name};

pub(super) fn options<'a>(rpc: &Source<'a>, proxies: &Proxies<'a>) -> RpcOptions {
    let own = Proxy::read(rpc.object("proxy"));
    let read = |source: &Source<'a>| RpcNamespace { proxy: proxies.choose(source, "proxy_enabled", "proxy_name", &own) };
    let ping = rpc.object("ping");
    let method = ping.text("method");
    RpcOptions {
        namespace_boundary: rpc.text("namespace_boundary"),
        without_namespace: read(&rpc.object("without_namespace")),
        namespaces: namespaces(rpc, read),
        ping: ping.flag("enabled").then_some(method),
    }
}

/// The elements of `namespaces`, by their names.
pub(super) fn namespaces<'a, N>(of: &Source<'a>, read: impl Fn(&Source<'a>) -> N) -> BTreeMap<String, N> {
    let mut namespaces = BTreeMap::new();
    for source in of.objects("namespaces") {
        let name = source.text("name");
        check_name(&source, &name);
        if namespaces.insert(name, read(&source)).is_some() {
            source.fault("name", "is that of another namespace", "write each namespace once");
        }
    }
    namespaces
}
