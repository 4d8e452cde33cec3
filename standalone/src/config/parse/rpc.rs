//! `rpc`.

use super::namespaces::namespaces;
use super::proxies::{Proxies, Proxy};
use crate::config::options::{RpcNamespace, RpcOptions};
use crate::config::source::Source;

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
