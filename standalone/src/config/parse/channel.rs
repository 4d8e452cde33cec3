//! `channel`.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::namespaces::namespaces;
use super::proxies::{Proxies, Proxy};
use crate::config::go_regex;
use crate::config::options::{Allowed, ChannelOptions, DataFormat, Namespace, RecoveryMode, StreamProxy};
use crate::config::source::Source;

pub(super) fn options<'a>(channel: &Source<'a>, proxies: &Proxies<'a>) -> ChannelOptions {
    let (own, history_meta_ttl) = (channel.object("proxy"), channel.seconds("history_meta_ttl"));
    let defaults = Defaults {
        proxies,
        subscribe: Proxy::read(own.object("subscribe")),
        publish: Proxy::read(own.object("publish")),
        sub_refresh: Proxy::read(own.object("sub_refresh")),
        subscribe_stream: Proxy::read(own.object("subscribe_stream")),
        history_meta_ttl,
        data_format: data_format(channel).unwrap_or_default(),
    };
    ChannelOptions {
        max_length: channel.limit("max_length"),
        private_prefix: channel.text("private_prefix"),
        namespace_boundary: channel.text("namespace_boundary"),
        user_boundary: channel.text("user_boundary"),
        user_separator: channel.text("user_separator"),
        history_meta_ttl,
        without_namespace: Arc::new(defaults.namespace(&channel.object("without_namespace"), String::new())),
        namespaces: namespaces(channel, |source| Arc::new(defaults.namespace(source, source.text("name")))),
    }
}

/// What a namespace takes from `channel`.
struct Defaults<'p, 'a> {
    proxies: &'p Proxies<'a>,
    subscribe: Proxy<'a>,
    publish: Proxy<'a>,
    sub_refresh: Proxy<'a>,
    subscribe_stream: Proxy<'a>,
    history_meta_ttl: Duration,
    data_format: DataFormat,
}

impl<'a> Defaults<'_, 'a> {
    fn namespace(&self, source: &Source<'a>, name: String) -> Namespace {
        let proxy = |switch, key, own| self.proxies.choose(source, switch, key, own);
        let namespace = Namespace {
            name,
            presence: source.flag("presence"),
            join_leave: source.flag("join_leave"),
            force_push_join_leave: source.flag("force_push_join_leave"),
            history_size: source.count("history_size"),
            history_ttl: history_ttl(source),
            history_meta_ttl: Some(source.seconds("history_meta_ttl")).filter(is_set).unwrap_or(self.history_meta_ttl),
            force_positioning: source.flag("force_positioning"),
            allow_positioning: source.flag("allow_positioning"),
            force_recovery: source.flag("force_recovery"),
            allow_recovery: source.flag("allow_recovery"),
            recovery_mode: recovery_mode(source),
            auto_cache_recover: source.flag("auto_cache_recover"),
            allow_tags_filter: source.flag("allow_tags_filter"),
            allow_subscribe: allowed(source, "subscribe"),
            allow_publish: allowed(source, "publish"),
            allow_presence: allowed(source, "presence"),
            allow_history: allowed(source, "history"),
            allow_user_limited_channels: source.flag("allow_user_limited_channels"),
            channel_regex: channel_regex(source),
            publication_data_format: data_format(source).unwrap_or(self.data_format),
            subscribe: proxy("subscribe_proxy_enabled", "subscribe_proxy_name", &self.subscribe),
            publish: proxy("publish_proxy_enabled", "publish_proxy_name", &self.publish),
            sub_refresh: proxy("sub_refresh_proxy_enabled", "sub_refresh_proxy_name", &self.sub_refresh),
            subscribe_stream: self.stream(source),
        };
        check_type(source);
        check_history(source, &namespace);
        check_stream(source, &namespace);
        namespace
    }

    fn stream(&self, source: &Source<'a>) -> Option<StreamProxy> {
        let is_bidirectional = source.flag("subscribe_stream_proxy_bidirectional");
        let (switch, key) = ("subscribe_stream_proxy_enabled", "subscribe_stream_proxy_name");
        let options = self.proxies.choose(source, switch, key, &self.subscribe_stream)?;
        Some(StreamProxy { options, is_bidirectional })
    }
}

fn is_set(time: &Duration) -> bool {
    !time.is_zero()
}

fn history_ttl(source: &Source<'_>) -> Duration {
    source.seconds("history_ttl")
}

fn allowed(source: &Source<'_>, action: &str) -> Allowed {
    let flag = |whom: &str| source.flag(&format!("allow_{action}_for_{whom}"));
    // Who may subscribe can't depend on who has subscribed.
    let for_subscriber = action != "subscribe" && flag("subscriber");
    Allowed { for_client: flag("client"), for_subscriber, for_anonymous: flag("anonymous") }
}

fn channel_regex(source: &Source<'_>) -> Option<Regex> {
    const KEY: &str = "channel_regex";
    go_regex::read(source, KEY, &source.text_if_any(KEY)?)
}

fn recovery_mode(source: &Source<'_>) -> RecoveryMode {
    if source.text("force_recovery_mode") == "cache" { RecoveryMode::Cache } else { RecoveryMode::Stream }
}

/// `None` if it is empty.
fn data_format(source: &Source<'_>) -> Option<DataFormat> {
    match source.text("publication_data_format").as_str() {
        "json" => Some(DataFormat::Json),
        "json_object" => Some(DataFormat::JsonObject),
        "binary" => Some(DataFormat::Binary),
        _ => None,
    }
}

fn check_type(source: &Source<'_>) {
    match source.text("subscription_type").as_str() {
        "" | "stream" => {}
        other @ ("map" | "map_clients" | "map_users" | "shared_poll") => {
            let wrong = format!("is `{other}`, which needs a real Centrifugo");
            source.fault("subscription_type", wrong, "write `stream`, or leave it out");
        }
        other => {
            let wrong = format!("is `{}`", other.escape_debug());
            source.fault("subscription_type", wrong, "write `stream`, or leave it out");
        }
    }
}

fn check_history(source: &Source<'_>, namespace: &Namespace) {
    match (namespace.history_size > 0, is_set(&namespace.history_ttl)) {
        (true, false) => source.fault("history_ttl", "is missing", "write how long `history_size` publications are kept"),
        (false, true) => source.fault("history_size", "is missing", "write how many publications `history_ttl` keeps"),
        _ => {}
    }
    if namespace.history_ttl > namespace.history_meta_ttl {
        source.fault("history_ttl", "is longer than `history_meta_ttl`", "make `history_meta_ttl` at least as long");
    }
    if namespace.force_recovery && !namespace.has_history() {
        source.fault("force_recovery", "has no history", "add `history_size` and `history_ttl`");
    }
    let recovers = namespace.force_recovery && namespace.recovery_mode == RecoveryMode::Cache;
    if namespace.auto_cache_recover && !recovers {
        let instead = "add `force_recovery` and `force_recovery_mode`: `cache`";
        source.fault("auto_cache_recover", "has no cache to recover from", instead);
    }
}

fn check_stream(source: &Source<'_>, namespace: &Namespace) {
    let flags = ["subscribe_proxy_enabled", "publish_proxy_enabled", "sub_refresh_proxy_enabled"];
    if namespace.subscribe_stream.is_some()
        && let Some(other) = flags.iter().find(|flag| source.flag(flag))
    {
        let instead = format!("remove one, or set `{other}` in another namespace");
        source.fault("subscribe_stream_proxy_enabled", format!("excludes `{other}`"), instead);
    }
}
