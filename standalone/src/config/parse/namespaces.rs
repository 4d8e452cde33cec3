//! Lists of namespaces, and the names that namespaces and proxies may have.

use std::collections::BTreeMap;

use centrifugo_pattern::{NAMESPACE_RULE, is_namespace};

use crate::config::source::Source;

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

/// Checks the name of a namespace or a proxy.
pub(super) fn check_name(source: &Source<'_>, name: &str) {
    if !is_namespace(name) {
        source.fault("name", format!("is `{}`", name.escape_debug()), NAMESPACE_RULE);
    }
}
