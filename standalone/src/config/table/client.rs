//! Keys of connections.

use super::key::{Key, flag, number, object, objects, text, texts, time};
use super::proxy::{DISCONNECT, PROXY, SWITCHED};
use super::rules;

pub(super) const CLIENT: &[Key] = &[
    object("proxy", &[&[object("connect", &[SWITCHED, PROXY]), object("refresh", &[SWITCHED, PROXY])]]),
    texts("allowed_origins").remark("pages of the same origin are allowed, too; of wildcards, `*`"),
    object("token", &[TOKEN]),
    object("subscription_token", &[SWITCHED, TOKEN]),
    flag("allow_anonymous_connect_without_token"),
    flag("disallow_anonymous_connection_tokens"),
    time("ping_interval", "25s"),
    time("pong_timeout", "8s"),
    time("expired_close_delay", "25s"),
    time("expired_sub_close_delay", "25s"),
    time("stale_close_delay", "10s"),
    number("channel_limit", 128),
    number("queue_max_size", 1048576),
    time("presence_update_interval", "27s"),
    number("concurrency", 0),
    time("channel_position_check_delay", "40s"),
    time("channel_position_max_time_lag", "0s").noted(SURE),
    number("connection_limit", 0),
    number("user_connection_limit", 0),
    number("connection_rate_limit", 0),
    flag("connect_include_server_time"),
    number("history_max_publication_limit", 300),
    number("recovery_max_publication_limit", 300),
    flag("insecure_skip_token_signature_verify").refused("set a key, or `client.insecure` for tests"),
    text("user_id_http_header", ""),
    flag("insecure"),
    object(
        "subscribe_to_user_personal_channel",
        &[&[flag("enabled"), text("personal_channel_namespace", ""), flag("single_connection")]],
    ),
    object("connect_code_to_unidirectional_disconnect", &[&[flag("enabled"), TO_DISCONNECTS]])
        .idle("for unidirectional transports, which are refused"),
];

/// Codes of errors, with the disconnects that unidirectional transports send for them.
const TO_DISCONNECTS: Key =
    objects("transforms", &[&[number("code", 0), object("to", &[DISCONNECT])]]).rule(rules::to_disconnect);

const TOKEN: &[Key] = &[
    text("hmac_secret_key", ""),
    text("hmac_previous_secret_key", ""),
    number("hmac_previous_secret_key_valid_until", 0),
    text("rsa_public_key", ""),
    text("ecdsa_public_key", ""),
    text("jwks_public_endpoint", "").refused("write the public key as `rsa_public_key` or `ecdsa_public_key`"),
    text("audience", ""),
    text("audience_regex", ""),
    text("issuer", ""),
    text("issuer_regex", ""),
    text("user_id_claim", ""),
    flag("insecure_skip_jwks_endpoint_safety_check").idle("for `jwks_public_endpoint`, which is refused"),
];

const SURE: &str = "in one process no subscriber misses a publication unnoticed";
