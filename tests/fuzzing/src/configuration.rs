//! Configurations of the app's own engine: any document starts it, or is refused with all its faults, and a secret in none.

use arbitrary::Arbitrary;
use serde_json::{Map, Value};

use crate::engine::{run, settled, start};

/// Words that are keys or values somewhere.
const WORDS: [&str; 64] = [
    "client",
    "channel",
    "websocket",
    "http_api",
    "http_server",
    "rpc",
    "proxies",
    "shutdown",
    "health",
    "engine",
    "node",
    "token",
    "subscription_token",
    "proxy",
    "connect",
    "refresh",
    "subscribe",
    "publish",
    "sub_refresh",
    "subscribe_stream",
    "namespaces",
    "without_namespace",
    "name",
    "endpoint",
    "enabled",
    "grpc://app",
    "hmac_secret_key",
    "rsa_public_key",
    "ecdsa_public_key",
    "jwks_public_endpoint",
    "audience",
    "audience_regex",
    "issuer_regex",
    "(",
    "[a-z]+",
    "a.*b",
    "history_size",
    "history_ttl",
    "history_meta_ttl",
    "presence",
    "join_leave",
    "force_recovery",
    "force_recovery_mode",
    "cache",
    "stream",
    "channel_regex",
    "allow_subscribe_for_client",
    "subscribe_proxy_enabled",
    "subscribe_proxy_name",
    "publication_data_format",
    "json",
    "binary",
    "ping_interval",
    "pong_timeout",
    "1s",
    "-1h",
    "99999999999h",
    "stale_close_delay",
    "queue_max_size",
    "concurrency",
    "message_size_limit",
    "write_timeout",
    "handler_prefix",
    "/a",
];

/// A word that no refusal shows.
const SECRET: &str = "tops3cret";

#[derive(Debug, Arbitrary)]
pub(crate) enum Input<'a> {
    Null,
    Flag(bool),
    Number(i64),
    Fraction(f64),
    Word(u8),
    Text(&'a str),
    List(Vec<Input<'a>>),
    Object(Vec<(u8, Input<'a>)>),
}

pub(crate) fn check(input: Input<'_>) {
    let config = with_secret(input.value());
    run(async {
        match start(&config) {
            Ok(engine) => {
                assert!(!format!("{engine:?} {:?}", engine.notes()).contains(SECRET), "a secret is shown");
                let _ = (engine.address(), engine.router());
                settled().await;
                drop(engine);
            }
            Err(refusal) => {
                assert!(!refusal.trim().is_empty(), "a refusal without a reason");
                assert!(!refusal.contains(SECRET), "a secret is shown: {refusal}");
            }
        }
    });
}

/// The configuration, with secrets in all places that have one.
fn with_secret(mut config: Value) -> Value {
    if let Value::Object(fields) = &mut config {
        for (section, name) in [("http_api", "key"), ("client", "token"), ("client", "proxy")] {
            if let Some(Value::Object(section)) = fields.get_mut(section) {
                section.entry(name).or_insert_with(|| SECRET.into());
            }
        }
    }
    config
}

impl Input<'_> {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => (*number).into(),
            Self::Fraction(number) => (*number).into(),
            Self::Word(at) => word(*at).into(),
            Self::Text(text) => (*text).into(),
            Self::List(values) => values.iter().map(Self::value).collect(),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(at, value)| (word(*at).to_owned(), value.value())).collect::<Map<_, _>>())
            }
        }
    }
}

fn word(at: u8) -> &'static str {
    WORDS[usize::from(at) % WORDS.len()]
}
