//! The number of files that the process may have open: each client takes one.

use std::fs;

/// What a server without `client.connection_limit` should be able to open, as Centrifugo recommends.
const RECOMMENDED: usize = 65_535;

/// What a process opens beside its clients' connections: files, other connections, those that are closing.
const OTHERS: usize = 128;

/// Logs a warning if the process may have fewer files open than its clients need. Only Linux publishes the number.
pub(crate) fn check(connection_limit: Option<usize>) {
    let limit = fs::read_to_string("/proc/self/limits").ok().and_then(|limits| soft_limit(&limits));
    if let Some((limit, needed)) = limit.and_then(|limit| lacks(limit, connection_limit)) {
        tracing::warn!(
            "this process may have {limit} files open, and each client takes one: allow {needed} (`ulimit -n {needed}`, or \
             `LimitNOFILE={needed}` in a unit of systemd), or set `client.connection_limit` to at most {}",
            limit.saturating_sub(OTHERS)
        );
    }
}

/// The limit and what is needed, if that is more.
fn lacks(limit: usize, connection_limit: Option<usize>) -> Option<(usize, usize)> {
    let needed = connection_limit.map_or(RECOMMENDED, |connections| connections.saturating_add(OTHERS));
    (limit < needed).then_some((limit, needed))
}

/// `None`: there is no limit.
fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_read_from_the_file_of_linux() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max core file size        0                    unlimited            bytes     \n\
                      Max open files            1024                 524288               files     \n";
        assert_eq!(soft_limit(limits), Some(1024));
        assert_eq!(soft_limit(&limits.replace("1024", "unlimited")), None);
        assert_eq!(soft_limit(""), None);
    }

    #[test]
    fn the_limit_of_files_has_to_suffice_for_all_connections() {
        assert_eq!(lacks(1024, None), Some((1024, 65_535)));
        assert_eq!(lacks(65_535, None), None);
        assert_eq!(lacks(1024, Some(1000)), Some((1024, 1128)));
        assert_eq!(lacks(1024, Some(896)), None);
    }
}
