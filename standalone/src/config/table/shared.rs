//! Keys that several objects have.

use super::key::{Key, flag, number, object, text, texts, texts_of, time};

/// Of `handler_prefix`.
pub(super) const ALL_PATHS: &str = "`/` is for all paths that nothing else is served at";

pub(super) const TLS: &[Key] = &[
    flag("enabled"),
    text("cert_pem", ""),
    text("key_pem", ""),
    text("server_ca_pem", ""),
    text("client_ca_pem", ""),
    flag("insecure_skip_verify"),
    text("server_name", ""),
];

pub(super) const REDIS: &[Key] = &[
    text("prefix", "centrifugo"),
    texts_of("address", &["redis://127.0.0.1:6379"]),
    time("connect_timeout", "1s"),
    time("io_timeout", "4s"),
    number("db", 0),
    text("user", ""),
    text("password", ""),
    text("client_name", ""),
    flag("force_resp2"),
    texts("cluster_address"),
    object("tls", &[TLS]),
    texts("sentinel_address"),
    text("sentinel_user", ""),
    text("sentinel_password", ""),
    text("sentinel_master_name", ""),
    text("sentinel_client_name", ""),
    object("sentinel_tls", &[TLS]),
    object("replica_client", &[&[flag("enabled")]]),
];
