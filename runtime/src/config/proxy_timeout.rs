//! The time that Centrifugo waits for a response, by its configuration.

use std::time::Duration;

use centrifugo_pattern::duration;
use serde_json::Value;

use crate::event::kind::Kind;

/// Centrifugo's default for a proxy without a `timeout`.
const DEFAULT: Duration = Duration::from_secs(1);

/// The `timeout` of the event's proxy. `"0s"` means the default, which is also that of Centrifugo PRO's proxies.
pub(crate) fn of(config: &Value, kind: Kind) -> Duration {
    let proxy = kind.facts().proxy.and_then(|proxy| config.pointer(&proxy.pointer()));
    let set = proxy.and_then(|proxy| duration::parse(proxy.get("timeout")?.as_str()?).ok());
    set.filter(|timeout| !timeout.is_zero()).unwrap_or(DEFAULT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proxy_without_a_timeout_waits_one_second() {
        let config = json!({
            "client": { "proxy": { "connect": { "timeout": "1m1.5s" }, "refresh": { "timeout": "0s" } } },
            "rpc": { "proxy": { "timeout": "soon" } }
        });
        assert_eq!(of(&config, Kind::Connect), Duration::from_millis(61_500));
        for kind in [Kind::Refresh, Kind::Rpc, Kind::Subscribe, Kind::ChannelState] {
            assert_eq!(of(&config, kind), DEFAULT, "{kind}");
        }
    }
}
