//! Configurations that are refused, and keys that have no effect.

use serde_json::{Value, json};

use super::{faults, parsed, with_notes};
use crate::config::options::Options;

/// The only fault of a configuration.
fn fault(config: Value) -> String {
    let faults = faults(&config);
    assert_eq!(faults.len(), 1, "{config}: {faults:?}");
    faults[0].clone()
}

/// The only fault of a namespace `chat` with these options.
fn of_namespace(mut options: Value) -> String {
    options["name"] = "chat".into();
    fault(json!({"channel": {"namespaces": [options]}}))
}

#[test]
fn a_feature_that_is_left_out_is_refused_by_its_full_path_with_what_to_do() {
    assert_eq!(
        of_namespace(json!({"delta_publish": true})),
        "`channel.namespaces[chat].delta_publish` needs a real Centrifugo: leave it out: clients then receive whole publications",
    );
    assert_eq!(
        of_namespace(json!({"subscription_type": "map", "map": {"mode": "ephemeral", "key_ttl": "60s"}})),
        "`channel.namespaces[chat].subscription_type` is `map`, which needs a real Centrifugo: write `stream`, or leave it out",
    );
    assert_eq!(
        fault(json!({"sse": {"enabled": true, "handler_prefix": "/sse"}})),
        "`sse.enabled` needs a real Centrifugo: let clients connect by WebSocket",
    );
    assert_eq!(
        fault(json!({"client": {"token": {"jwks_public_endpoint": "https://a.example/keys"}}})),
        "`client.token.jwks_public_endpoint` needs a real Centrifugo: write the public key as `rsa_public_key` or `ecdsa_public_key`",
    );
    assert!(fault(json!({"http_server": {"internal_port": 9000}})).starts_with("`http_server.internal_port` needs"));
    assert_eq!(
        fault(json!({"consumers": [{"name": "outbox", "type": "kafka", "enabled": true}]})),
        "`consumers[outbox].enabled` needs a real Centrifugo: read the queue in the app, and publish with `Publisher`",
    );
}

#[test]
fn a_misspelt_key_is_refused_with_the_nearest_one() {
    assert_eq!(
        fault(json!({"client": {"channel_limt": 3}})),
        "`client.channel_limt` is no key of Centrifugo's configuration: did you mean `channel_limit`?",
    );
    assert_eq!(
        of_namespace(json!({"History_size": 3})),
        "`channel.namespaces[chat].History_size` is no key of Centrifugo's configuration: did you mean `history_size`?",
    );
    assert!(fault(json!({"banana": 1})).contains("remove it"));
    assert!(fault(json!({"engine": {"redis": {"adress": 1}}})).contains("did you mean `address`?"));
    assert!(
        fault(json!({"proxies": [{"name": "a1", "endpoint": "grpc://a", "grpc": {"tsl": 1}}]}))
            .contains("`proxies[a1].grpc.tsl`")
    );
}

#[test]
fn a_key_in_the_wrong_place_is_refused_with_the_right_one() {
    for (name, place) in [
        ("allowed_origins", "`client.allowed_origins`"),
        ("port", "`http_server.port`"),
        ("history_size", "`channel.without_namespace.history_size` or `channel.namespaces[..].history_size`"),
    ] {
        let expected = format!("`{name}` is no key of Centrifugo's configuration: write it as {place}");
        assert_eq!(fault(json!({ name: 1 })), expected);
    }
    // Too many have one, so the nearest one in its place is a better guess.
    assert!(fault(json!({"enabled": true})).ends_with("remove it, or see the keys in the docs"));
}

#[test]
fn all_faults_are_reported_at_once() {
    let config = json!({
        "client": {"insecure": "maybe", "concurency": 2, "ping_interval": 25},
        "channel": {"namespaces": [{"name": "a"}, {"name": "chat", "force_recovery": true}]},
        "websocket": {"compression": true},
    });
    let error = Options::parse(&config).expect_err("five faults").to_string();
    assert!(error.starts_with("the configuration has 6 faults:\n- `"), "{error}");
    for path in [
        "`client.insecure`",
        "`client.concurency`",
        "`client.ping_interval`",
        "`channel.namespaces[a].name`",
        "`channel.namespaces[chat].force_recovery`",
        "`websocket.compression`",
    ] {
        assert!(error.contains(path), "{path}: {error}");
    }
}

#[test]
fn no_fault_shows_a_secret() {
    let config = json!({
        "client": {"token": {"hmac_secret_key": ["s3cr3t"]}, "proxy": {"connect": {"enabled": true, "endpoint": "grpc://a",
            "grpc": {"credentials_key": "x-secret", "credentials_value": "s3cr3t\n"}}}},
        "http_api": {"key": {"s3cr3t": 1}},
    });
    let error = Options::parse(&config).expect_err("three faults").to_string();
    assert!(error.contains("3 faults") && !error.contains("s3cr3t"), "{error}");
}

#[test]
fn a_value_of_another_type_is_refused_with_what_to_write() {
    for (config, expected) in [
        (json!({"client": 1}), "`client` is `1`: write an object"),
        (json!({"client": {"insecure": []}}), "`client.insecure` is a list: write `true` or `false`"),
        (json!({"client": {"channel_limit": 1.5}}), "`client.channel_limit` is `1.5`: write a whole number"),
        (json!({"channel": {"namespaces": {}}}), "`channel.namespaces` is an object: write a list of objects"),
        (json!({"channel": {"namespaces": [1]}}), "`channel.namespaces[0]` is a number: write an object"),
        (
            json!({"http_server": {"port": 70_000}}),
            "`http_server.port` is 70000: write a number from 0 up, which fits in its type",
        ),
        (
            json!({"client": {"ping_interval": 25}}),
            "`client.ping_interval` is `25`: write a duration with its unit, such as `\"25s\"`",
        ),
        (
            json!({"client": {"ping_interval": "25"}}),
            "`client.ping_interval` is a string: `25` has no unit: write `25ms` or `25s`",
        ),
    ] {
        let faults = faults(&config);
        assert!(faults.iter().any(|fault| fault == expected), "{config}: {faults:?}");
    }
}

#[test]
fn options_of_a_namespace_that_centrifugo_refuses_are_refused() {
    let chat = "`channel.namespaces[chat].";
    for (options, key) in [
        (json!({"history_size": 1}), "history_ttl"),
        (json!({"history_ttl": "1s"}), "history_size"),
        (json!({"history_size": 1, "history_ttl": "1500ms"}), "history_ttl"),
        (json!({"history_size": -1}), "history_size"),
        (json!({"history_size": 1, "history_ttl": "721h"}), "history_ttl"),
        (json!({"history_size": 1, "history_ttl": "2s", "history_meta_ttl": "1s"}), "history_ttl"),
        (json!({"force_recovery": true}), "force_recovery"),
        (json!({"auto_cache_recover": true}), "auto_cache_recover"),
        (
            json!({"auto_cache_recover": true, "history_size": 1, "history_ttl": "1s", "force_recovery": true}),
            "auto_cache_recover",
        ),
        (json!({"force_recovery_mode": "all"}), "force_recovery_mode"),
        (json!({"publication_data_format": "xml"}), "publication_data_format"),
        (json!({"subscription_type": "queue"}), "subscription_type"),
        (json!({"channel_regex": "(?=a)"}), "channel_regex"),
        (json!({"subscribe_proxy_name": "orders"}), "subscribe_proxy_name"),
    ] {
        let found = of_namespace(options.clone());
        assert!(found.starts_with(&format!("{chat}{key}`")), "{options}: {found}");
    }
}

#[test]
fn names_of_namespaces_and_proxies_are_checked() {
    for area in ["channel", "rpc"] {
        for name in ["", "a", "a b", "a:b", "ä12"] {
            let found = fault(json!({area: {"namespaces": [{"name": name}]}}));
            assert!(found.starts_with(&format!("`{area}.namespaces[")) && found.contains("].name` is"), "{found}");
        }
        let found = fault(json!({area: {"namespaces": [{"name": "chat"}, {"name": "chat"}]}}));
        assert!(found.contains("is that of another namespace"), "{found}");
    }
    for name in ["default", "a"] {
        assert!(fault(json!({"proxies": [{"name": name, "endpoint": "grpc://a"}]})).contains(".name` is"), "{name}");
    }
    let twice = json!({"proxies": [{"name": "aa", "endpoint": "grpc://a"}, {"name": "aa", "endpoint": "grpc://a"}]});
    assert!(fault(twice).contains("another proxy"));
    assert!(fault(json!({"proxies": [{"name": "aa"}]})).starts_with("`proxies[aa].endpoint` is missing"));
}

#[test]
fn a_proxy_that_cannot_be_the_app_is_refused() {
    let subscribe = |endpoint: &str| {
        json!({
            "client": {"proxy": {"connect": {"enabled": true, "endpoint": "grpc://127.0.0.1:10001"}}},
            "channel": {
                "proxy": {"subscribe": {"endpoint": endpoint}},
                "without_namespace": {"subscribe_proxy_enabled": true},
                "namespaces": [{"name": "chat", "subscribe_proxy_enabled": true}],
            },
        })
    };
    assert!(parsed(subscribe("grpc://127.0.0.1:10001")).channel.without_namespace.subscribe.is_some());
    let found = fault(subscribe("grpc://127.0.0.1:10002"));
    assert!(found.contains(".endpoint` is another app's, which needs a real Centrifugo"), "{found}");
    for (endpoint, wrong) in [("", "is missing"), ("http://127.0.0.1:3000", "is of HTTP")] {
        let found = faults(&subscribe(endpoint));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(wrong), "{found:?}");
    }
}

#[test]
fn a_stream_excludes_the_other_proxies_of_its_namespace() {
    let found = fault(json!({"channel": {
        "proxy": {"subscribe_stream": {"endpoint": "grpc://a"}, "publish": {"endpoint": "grpc://a"}},
        "namespaces": [{"name": "chat", "subscribe_stream_proxy_enabled": true, "publish_proxy_enabled": true}],
    }}));
    assert!(found.contains("excludes `publish_proxy_enabled`"), "{found}");
}

#[test]
fn a_wrong_option_of_clients_is_refused_by_its_key() {
    let personal = |options: Value| json!({"client": {"subscribe_to_user_personal_channel": options}});
    for (config, start) in [
        (json!({"client": {"ping_interval": "5s"}}), "`client.ping_interval` isn't longer"),
        (json!({"client": {"stale_close_delay": "-1s"}}), "`client.stale_close_delay` is below zero"),
        (json!({"client": {"user_id_http_header": "a b"}}), "`client.user_id_http_header` has `a b`"),
        (json!({"client": {"token": {"user_id_claim": "a.b"}}}), "`client.token.user_id_claim` is `a.b`"),
        (json!({"client": {"token": {"issuer_regex": "("}}}), "`client.token.issuer_regex` is no regular"),
        (json!({"client": {"allowed_origins": ["https://{a,b}.example"]}}), "`client.allowed_origins` has"),
        (json!({"client": {"allowed_origins": ["https://A.example"]}}), "`client.allowed_origins` has"),
        (
            personal(json!({"enabled": true, "personal_channel_namespace": "own"})),
            "`client.subscribe_to_user_personal_channel.personal",
        ),
        (personal(json!({"enabled": true, "single_connection": true})), "`client.subscribe_to_user_personal_channel.single"),
        (json!({"http_api": {"error_mode": "custom"}}), "`http_api.error_mode` is `custom`"),
        (json!({"http_api": {"handler_prefix": "api"}}), "`http_api.handler_prefix` is `api`"),
    ] {
        let found = fault(config);
        assert!(found.starts_with(start), "{found}");
    }
}

#[test]
fn a_text_that_centrifugo_does_not_know_is_refused_with_those_that_it_knows() {
    for (config, expected) in [
        (
            json!({"broker": {"type": "kafka"}}),
            "`broker.type` is `kafka`: write `memory`, `nats`, `redis`, `redisnats` or `postgres`",
        ),
        (json!({"http_api": {"error_mode": "custom"}}), "`http_api.error_mode` is `custom`: write `transport`"),
        (
            json!({"rpc": {"without_namespace": {"proxy_name": "own"}}, "proxies": [{"name": "other", "endpoint": "a"}]}),
            "`rpc.without_namespace.proxy_name` is `own`, which isn't among `proxies`: write `other`",
        ),
        (
            json!({"rpc": {"without_namespace": {"proxy_name": "own"}}}),
            "`rpc.without_namespace.proxy_name` is `own`, which isn't among `proxies`: add it there",
        ),
    ] {
        assert_eq!(fault(config), expected);
    }
}

#[test]
fn two_spellings_of_an_endpoint_are_one_app() {
    let endpoints = |connect: &str, rpc: &str| {
        json!({
            "client": {"proxy": {"connect": {"enabled": true, "endpoint": connect}}},
            "rpc": {"proxy": {"endpoint": rpc}, "without_namespace": {"proxy_enabled": true}},
        })
    };
    for other in ["app:10001", "grpc://app:10001/", "grpc://user@app:10001?a=b"] {
        assert_eq!(faults(&endpoints("grpc://app:10001", other)), Vec::<String>::new(), "{other}");
    }
    assert!(fault(endpoints("grpc://app:10001", "app:10002")).starts_with("`rpc.proxy.endpoint` is another app's"));
}

#[test]
fn a_prefix_that_is_not_routed_as_it_is_written_is_refused() {
    let shown = |prefix: &str| fault(json!({"websocket": {"handler_prefix": prefix}}));
    assert_eq!(
        shown("/:live"),
        "`websocket.handler_prefix` is `/:live`, which can't be routed: write a path such as `/realtime`",
    );
    for prefix in
        ["/*live", "/{live}", "/{*live}", "/a//b", "/a/../b", "/./b", "/ü", "/a%20b", "/a?b", "/a#b", "live", " /a"]
    {
        assert!(shown(prefix).contains("can't be routed"), "{prefix}");
    }
}

#[test]
fn a_path_that_the_health_check_has_is_refused_although_it_is_off_in_centrifugo() {
    assert_eq!(
        fault(json!({"websocket": {"handler_prefix": "/health"}})),
        "`websocket.handler_prefix` needs `/health`, which is that of `health.handler_prefix`: \
         write another path for one of them",
    );
    let found = fault(json!({"health": {"handler_prefix": "/api/info"}}));
    assert!(found.starts_with("`http_api.handler_prefix` needs `/api/info`, which is that of `health"), "{found}");
}

#[test]
fn keys_without_effect_are_noted_once_for_each_reason() {
    let (_, notes) = with_notes(json!({
        "log": {"level": "debug", "file": "/tmp/a"},
        "engine": {"type": "redis", "redis": {"address": ["redis://r:6379"], "presence_ttl": "2m"}},
        "broker": {"enabled": true, "type": "nats"},
        "client": {"channel_position_max_time_lag": "10s"},
        "prometheus": {"enabled": false, "handler_prefix": "/metrics"},
    }));
    let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
    for expected in [
        "`log` has no effect standalone: the engine logs with `tracing`, by the app's subscriber",
        "`broker`, `engine` have no effect standalone: the engine is one process and keeps everything in its memory",
        "`client.channel_position_max_time_lag` has no effect standalone: \
         in one process no subscriber misses a publication unnoticed",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{expected}: {notes:?}");
    }
}

#[test]
fn a_refused_feature_that_is_off_is_accepted_with_its_options() {
    let (_, notes) = with_notes(json!({
        "sse": {"enabled": false, "handler_prefix": "/events"},
        "http_server": {"tls": {"enabled": false, "cert_pem": "cert.pem"}},
        "channel": {"without_namespace": {"delta_publish": false, "allowed_delta_types": []}, "proxy": {"map_publish": {"endpoint": "x"}}},
        "consumers": [],
        "websocket": {"compression": "false", "compression_level": 9},
        "grpc_api": null,
    }));
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn a_configuration_that_is_no_object_is_refused() {
    assert_eq!(fault(json!([])), "`configuration` is no object: write a JSON object");
}
