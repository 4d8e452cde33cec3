//! Keys of channels and RPCs.

use super::key::{Key, flag, number, object, objects, proxy, text, texts, time};
use super::proxy::{NAMED, PROXY};

pub(super) const CHANNEL: &[Key] = &[
    object(
        "proxy",
        &[&[
            object("subscribe", &[PROXY]),
            object("publish", &[PROXY]),
            object("sub_refresh", &[PROXY]),
            object("subscribe_stream", &[PROXY]),
            object("map_publish", &[PROXY]).idle("for maps, which are refused"),
            object("map_remove", &[PROXY]).idle("for maps, which are refused"),
            object("shared_poll_refresh", &[PROXY]).idle("for shared polls, which are refused"),
        ]],
    ),
    object("without_namespace", &[NAMESPACE]),
    objects("namespaces", &[NAMED, NAMESPACE]),
    time("history_meta_ttl", "720h0m0s"),
    text("publication_data_format", "").one_of(FORMATS),
    number("max_length", 255),
    text("private_prefix", "$"),
    text("namespace_boundary", ":"),
    text("user_boundary", "#"),
    text("user_separator", ","),
];

const NAMESPACE: &[Key] = &[
    flag("presence"),
    flag("join_leave"),
    flag("force_push_join_leave"),
    text("map_clients_presence_channel_prefix", "").refused("use `presence`"),
    text("map_users_presence_channel_prefix", "").refused("use `presence`"),
    number("history_size", 0),
    time("history_ttl", "0s"),
    time("history_meta_ttl", "0s"),
    flag("force_positioning"),
    flag("allow_positioning"),
    flag("force_recovery"),
    flag("allow_recovery"),
    text("force_recovery_mode", "").one_of(&["stream", "cache"]),
    flag("auto_cache_recover"),
    texts("allowed_delta_types").refused(NO_DELTA),
    flag("allow_tags_filter"),
    flag("delta_publish").refused(NO_DELTA),
    flag("allow_subscribe_for_anonymous"),
    flag("allow_subscribe_for_client"),
    flag("allow_publish_for_anonymous"),
    flag("allow_publish_for_subscriber"),
    flag("allow_publish_for_client"),
    flag("allow_presence_for_anonymous"),
    flag("allow_presence_for_subscriber"),
    flag("allow_presence_for_client"),
    flag("allow_history_for_anonymous"),
    flag("allow_history_for_subscriber"),
    flag("allow_history_for_client"),
    flag("allow_user_limited_channels"),
    text("channel_regex", "").remark("as Go reads it: `\\d`, `\\w`, `\\s` and `\\b` are ASCII"),
    text("publication_data_format", "").one_of(FORMATS),
    flag("subscribe_proxy_enabled"),
    proxy("subscribe_proxy_name"),
    flag("publish_proxy_enabled"),
    proxy("publish_proxy_name"),
    flag("sub_refresh_proxy_enabled"),
    proxy("sub_refresh_proxy_name"),
    flag("subscribe_stream_proxy_enabled"),
    proxy("subscribe_stream_proxy_name"),
    flag("subscribe_stream_proxy_bidirectional"),
    text("subscription_type", "").remark("`stream` only; maps and shared polls are refused"),
    object("map", &[MAP]).idle("for maps, which are refused"),
    object("shared_poll", &[NAMESPACE_SHARED_POLL]).idle("for shared polls, which are refused"),
];

pub(super) const SHARED_POLL: &[Key] = &[
    text("hmac_secret_key", ""),
    text("hmac_previous_secret_key", ""),
    number("hmac_previous_secret_key_valid_until", 0),
    number("concurrency_limit", 0),
];

const MAP: &[Key] = &[
    text("mode", "").one_of(&["ephemeral", "recoverable", "persistent"]),
    time("key_ttl", "0s"),
    number("stream_size", 0),
    time("stream_ttl", "0s"),
    time("meta_ttl", "0s"),
    flag("remove_client_on_unsubscribe").refused("leave it out: it is for maps, which are refused"),
    text("client_key", "").one_of(&["client_id", "user_id"]),
    flag("allow_publish_for_client"),
    flag("allow_publish_for_subscriber"),
    flag("allow_publish_for_anonymous"),
    flag("allow_remove_for_client"),
    flag("allow_remove_for_subscriber"),
    flag("allow_remove_for_anonymous"),
    flag("publish_proxy_enabled"),
    proxy("publish_proxy_name"),
    flag("remove_proxy_enabled"),
    proxy("remove_proxy_name"),
    number("default_page_size", 0),
    number("min_page_size", 0),
    number("max_page_size", 0),
    number("live_transition_max_publication_limit", 0),
    time("subscribe_catch_up_timeout", "0s"),
];

const NAMESPACE_SHARED_POLL: &[Key] = &[
    text("proxy_name", ""),
    time("refresh_interval", "0s"),
    number("refresh_batch_size", 0),
    number("max_keys_per_connection", 0),
    text("mode", ""),
    time("channel_shutdown_delay", "0s"),
    time("track_expired_extra_delay", "0s"),
    flag("publish_enabled"),
];

pub(super) const RPC: &[Key] = &[
    object("proxy", &[PROXY]),
    object("without_namespace", &[RPC_NAMESPACE]),
    objects("namespaces", &[NAMED, RPC_NAMESPACE]),
    object("ping", &[&[flag("enabled"), text("method", "ping")]]),
    text("namespace_boundary", ":"),
];

const RPC_NAMESPACE: &[Key] = &[flag("proxy_enabled"), proxy("proxy_name")];

/// Of `publication_data_format`.
const FORMATS: &[&str] = &["json", "json_object", "binary"];

const NO_DELTA: &str = "leave it out: clients then receive whole publications";
