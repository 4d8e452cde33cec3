//! Configurations that are honoured.

use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue};
use serde_json::json;

use super::{parsed, with_notes};
use crate::config::options::{DataFormat, ListenAddress};

#[test]
fn an_empty_configuration_has_the_defaults_of_centrifugo() {
    let options = parsed(json!({}));
    assert_eq!(options.address, ListenAddress { host: None, port: 8000 });
    assert_eq!(options.client.channel_limit, 128);
    assert_eq!(options.client.ping_interval, Some(Duration::from_secs(25)));
    assert_eq!(options.client.concurrency, 1);
    assert_eq!(options.channel.private_prefix, "$");
    assert_eq!(options.channel.without_namespace.history_meta_ttl, Duration::from_secs(720 * 3600));
    assert_eq!(options.websocket.message_size_limit, 65_536);
    assert_eq!(options.http_api.prefix, "/api");
    assert!(options.client.connect.is_none() && options.client.subscription_token.is_none());
}

#[test]
fn an_empty_text_zero_and_null_stand_for_the_default() {
    let options = parsed(json!({
        "channel": {"namespace_boundary": "", "private_prefix": null, "max_length": 0},
        "client": {"ping_interval": "0s", "channel_limit": "0"},
        "websocket": {"write_timeout": 0},
    }));
    assert_eq!((options.channel.namespace_boundary.as_str(), options.channel.max_length), (":", 255));
    assert_eq!((options.client.ping_interval, options.client.channel_limit), (Some(Duration::from_secs(25)), 128));
    assert_eq!(options.websocket.write_timeout, Duration::from_secs(1));
}

#[test]
fn a_namespace_has_its_own_options_and_those_of_all_channels() {
    let options = parsed(json!({"channel": {
        "publication_data_format": "json",
        "history_meta_ttl": "1h",
        "namespaces": [
            {"name": "chat", "history_size": 50, "history_ttl": "300s", "force_recovery": true, "presence": true},
            {"name": "raw", "publication_data_format": "binary", "history_meta_ttl": "2m"},
        ],
    }}));
    let chat = &options.channel.namespaces["chat"];
    assert!(chat.has_history() && chat.force_recovery && chat.presence && !chat.join_leave);
    assert_eq!((chat.history_size, chat.history_ttl), (50, Duration::from_secs(300)));
    assert_eq!((chat.publication_data_format, chat.history_meta_ttl), (DataFormat::Json, Duration::from_secs(3600)));
    let raw = &options.channel.namespaces["raw"];
    assert_eq!((raw.publication_data_format, raw.history_meta_ttl), (DataFormat::Binary, Duration::from_secs(120)));
}

/// What an app with handlers for each event generates, less maps and shared polls.
fn generated() -> serde_json::Value {
    let grpc = json!({
        "credentials_key": "x-centrifugo-secret", "credentials_value": "s3cr3t", "tls": {"enabled": true, "server_ca_pem": "ca.pem"},
    });
    let proxy = json!({
        "endpoint": "grpc://127.0.0.1:10001", "http_headers": ["cookie"], "emulated_headers": ["authorization"], "grpc": grpc,
        "include_connection_meta": true,
    });
    let mut switched = proxy.clone();
    switched["enabled"] = true.into();
    json!({
        "client": {"proxy": {"connect": switched, "refresh": switched}},
        "channel": {
            "proxy": {"subscribe": proxy, "publish": proxy, "sub_refresh": proxy, "subscribe_stream": proxy},
            "without_namespace": {"subscribe_proxy_enabled": true},
            "namespaces": [
                {"name": "chat", "subscribe_proxy_enabled": true, "publish_proxy_enabled": true},
                {"name": "orders", "sub_refresh_proxy_enabled": true, "publish_proxy_enabled": true, "publish_proxy_name": "own"},
                {"name": "echo", "subscribe_stream_proxy_enabled": true, "subscribe_stream_proxy_bidirectional": true},
            ],
        },
        "rpc": {"proxy": proxy, "namespaces": [{"name": "get", "proxy_enabled": true}]},
        "proxies": [{"name": "own", "endpoint": "grpc://127.0.0.1:10001", "timeout": "3s", "binary_encoding": true}],
    })
}

#[test]
fn a_generated_configuration_is_honoured() {
    let (options, notes) = with_notes(generated());
    let connect = options.client.connect.expect("a proxy");
    assert_eq!((connect.timeout, connect.include_connection_meta), (Duration::from_secs(1), true));
    assert_eq!((&connect.http_headers[0], &connect.emulated_headers[0]), (&COOKIE, &AUTHORIZATION));
    let (name, value) = connect.credentials.as_ref().expect("credentials");
    assert_eq!((name.as_str(), value.as_bytes(), value.is_sensitive()), ("x-centrifugo-secret", &b"s3cr3t"[..], true));
    let orders = &options.channel.namespaces["orders"];
    let publish = orders.publish.as_ref().expect("a proxy");
    assert!(publish.binary_encoding && publish.timeout == Duration::from_secs(3) && orders.subscribe.is_none());
    assert!(options.channel.namespaces["echo"].subscribe_stream.as_ref().is_some_and(|stream| stream.is_bidirectional));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].to_string().contains("`client.proxy.connect.grpc.tls`"), "{notes:?}");
}

#[test]
fn values_may_be_written_as_centrifugo_accepts_them() {
    let options = parsed(json!({
        "http_server": {"address": "127.0.0.1", "port": "9000"},
        "client": {"insecure": "true", "allowed_origins": "https://a.example", "concurrency": 4.0, "presence_update_interval": "1.5h"},
        "channel": {"without_namespace": {"presence": 1}},
        "shutdown": {"timeout": "1m30s"},
    }));
    assert_eq!(options.address, ListenAddress { host: Some("127.0.0.1".to_owned()), port: 9000 });
    assert!(options.client.insecure && options.channel.without_namespace.presence);
    assert_eq!((options.client.allowed_origins, options.client.concurrency), (vec!["https://a.example".to_owned()], 4));
    assert_eq!(options.client.presence_update_interval, Duration::from_secs(5400));
    assert_eq!(options.shutdown_timeout, Duration::from_secs(90));
}

#[test]
fn a_time_or_a_limit_below_zero_switches_off() {
    let options = parsed(json!({"client": {
        "ping_interval": "-1s", "pong_timeout": "-2s", "channel_limit": -1, "connection_limit": -1, "concurrency": -3,
    }}));
    assert_eq!((options.client.ping_interval, options.client.pong_timeout), (None, None));
    assert_eq!((options.client.channel_limit, options.client.connection_limit), (usize::MAX, None));
    assert_eq!(options.client.concurrency, 1);
}

#[test]
fn static_metadata_is_an_object_or_a_list_of_pairs() {
    for metadata in [json!({"X-Node": "a"}), json!([{"key": "x-node", "value": "a"}])] {
        let proxy = json!({"enabled": true, "endpoint": "grpc://a", "grpc": {"static_metadata": metadata}});
        let options = parsed(json!({"client": {"proxy": {"connect": proxy}}}));
        let connect = options.client.connect.expect("a proxy");
        assert_eq!(connect.static_metadata, [(HeaderName::from_static("x-node"), HeaderValue::from_static("a"))]);
    }
}

#[test]
fn a_subscription_token_has_options_of_its_own_if_it_is_enabled() {
    let token = |enabled| json!({"client": {"subscription_token": {"enabled": enabled, "hmac_secret_key": "s"}}});
    assert!(parsed(token(false)).client.subscription_token.is_none());
    let own = parsed(token(true)).client.subscription_token.expect("a token");
    assert_eq!(own.hmac_secret_key.as_deref(), Some("s"));
}
