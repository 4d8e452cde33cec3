//! The paths of the HTTP server, which have to be ones that it can route, each to one place.

use std::collections::BTreeMap;

use super::options::Options;
use super::source::Source;

/// All methods of the server API but `batch`, in the order in which a batch's command is looked through. Each has a path
/// below `http_api.handler_prefix`.
pub(crate) const METHODS: [&str; 20] = [
    "publish",
    "broadcast",
    "subscribe",
    "unsubscribe",
    "disconnect",
    "history",
    "history_remove",
    "presence",
    "presence_stats",
    "info",
    "rpc",
    "refresh",
    "channels",
    "map_publish",
    "map_remove",
    "map_read_state",
    "map_read_stream",
    "map_stats",
    "map_clear",
    "shared_poll_publish",
];

const KEY: &str = "handler_prefix";

/// A prefix without the `/` at its end, by which `/` is empty. One that isn't served may be anything.
pub(super) fn prefix(of: &Source<'_>, is_served: bool) -> String {
    let written = of.text(KEY);
    let prefix = written.trim_end_matches('/');
    let is_path = written.starts_with('/') && prefix.split('/').skip(1).all(is_segment);
    if is_served && !is_path {
        let wrong = format!("is `{}`, which can't be routed", written.escape_debug());
        of.fault(KEY, wrong, "write a path such as `/realtime`");
    }
    prefix.to_owned()
}

/// Whether requests have the segment as it is written, and it stands for itself in routers.
fn is_segment(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=:@".contains(&byte);
    !["", ".", ".."].contains(&segment) && !segment.starts_with(':') && segment.bytes().all(is_plain)
}

/// The paths of the API's methods.
pub(crate) fn of_api(prefix: &str) -> impl Iterator<Item = String> {
    METHODS.iter().chain(&["batch"]).map(move |method| format!("{prefix}/{method}"))
}

/// Checks that no path is served twice.
pub(super) fn check(config: &Source<'_>, options: &Options) {
    let Options { health, websocket, http_api, .. } = options;
    let api = (!http_api.disabled).then_some(&http_api.prefix);
    let mut taken = BTreeMap::from([(health.prefix.clone(), "health")]);
    let mut claim = |section, paths: Vec<String>| {
        if let Some((path, other)) = paths.iter().find_map(|path| Some((path, *taken.get(path)?))) {
            let path = if path.is_empty() { "/" } else { path };
            let wrong = format!("needs `{path}`, which is that of `{other}.{KEY}`");
            config.object(section).fault(KEY, wrong, "write another path for one of them");
        }
        taken.extend(paths.into_iter().map(|path| (path, section)));
    };
    claim("websocket", vec![websocket.prefix.clone()]);
    claim("http_api", api.into_iter().flat_map(|prefix| of_api(prefix).chain([prefix.clone()])).collect());
}
