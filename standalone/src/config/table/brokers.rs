//! Keys of brokers and controllers, by which several processes of Centrifugo work together. The engine is one process.

use super::key::{Key, flag, map, number, object, text, time};
use super::shared::{REDIS, TLS};

/// A broker's tables in PostgreSQL.
const POSTGRES: &[Key] = &[
    text("dsn", ""),
    object("tls", &[TLS]),
    number("pool_size", 16),
    number("num_shards", 8),
    time("cleanup_interval", "1m0s"),
    time("idempotent_result_ttl", "5m0s"),
    flag("binary_data"),
    time("stream_retention", "24h0m0s"),
    flag("use_notify"),
    text("notify_dsn", ""),
    text("table_prefix", "cf"),
    flag("skip_schema_init"),
    object("outbox", &[&[time("poll_interval", "100ms"), number("batch_size", 1000)]]),
    number("partition_lookahead_days", 2),
    number("partition_retention_days", 7),
];

pub(super) const ENGINE: &[Key] = &[
    text("type", "memory").one_of(&["memory", "redis"]),
    object(
        "redis",
        &[
            REDIS,
            &[
                flag("history_use_lists"),
                time("presence_ttl", "1m0s"),
                flag("presence_hash_field_ttl"),
                flag("presence_user_mapping"),
            ],
        ],
    ),
];

pub(super) const BROKER: &[Key] = &[
    flag("enabled"),
    text("type", "memory").one_of(&["memory", "nats", "redis", "redisnats", "postgres"]),
    object("redis", &[REDIS, &[flag("history_use_lists")]]),
    object(
        "nats",
        &[&[
            text("prefix", "centrifugo"),
            text("url", "nats://localhost:4222"),
            time("dial_timeout", "1s"),
            time("write_timeout", "1s"),
            object("tls", &[TLS]),
            flag("allow_wildcards"),
            object("raw_mode", &[&[flag("enabled"), map("channel_replacements"), text("prefix", "")]]),
        ]],
    ),
    object("postgres", &[POSTGRES]),
];

pub(super) const PRESENCE_MANAGER: &[Key] = &[
    flag("enabled"),
    text("type", "memory").one_of_if_enabled(&["memory", "redis"]),
    object(
        "redis",
        &[REDIS, &[time("presence_ttl", "1m0s"), flag("presence_hash_field_ttl"), flag("presence_user_mapping")]],
    ),
];

pub(super) const MAP_BROKER: &[Key] = &[
    text("type", "memory").one_of(&["memory", "redis", "postgres"]),
    object(
        "redis",
        &[
            REDIS,
            &[
                time("cleanup_interval", "1s"),
                number("cleanup_batch_size", 100),
                time("idempotent_result_ttl", "5m0s"),
                flag("skip_pub_sub"),
            ],
        ],
    ),
    object("postgres", &[POSTGRES, &[time("ttl_check_interval", "1s")]]),
];

pub(super) const CONTROLLER: &[Key] = &[
    flag("enabled"),
    text("type", "").one_of_if_enabled(&["postgres"]),
    object(
        "postgres",
        &[&[
            text("dsn", ""),
            object("tls", &[TLS]),
            number("pool_size", 8),
            number("num_shards", 1),
            text("table_prefix", "cf"),
            time("poll_interval", "50ms"),
            flag("use_notify"),
            text("notify_dsn", ""),
            number("partition_retention_days", 1),
            number("partition_lookahead_days", 2),
            time("partition_cleanup_interval", "1m0s"),
            number("batch_size", 1000),
            flag("skip_schema_init"),
        ]],
    ),
];
