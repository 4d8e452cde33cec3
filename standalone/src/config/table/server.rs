//! Keys of the HTTP server and the server APIs, and of logs, metrics and traces.

use super::key::{Key, flag, number, object, text, texts, time};
use super::shared::{ALL_PATHS, TLS};

pub(super) const HTTP_SERVER: &[Key] = &[
    text("address", ""),
    number("port", 8000),
    text("internal_address", "").refused(ONE_PORT),
    text("internal_port", "").refused(ONE_PORT),
    object("tls", &[TLS]).refused(TLS_ELSEWHERE),
    object(
        "tls_autocert",
        &[&[
            flag("enabled"),
            texts("host_whitelist"),
            text("cache_dir", ""),
            text("email", ""),
            text("server_name", ""),
            flag("http"),
            text("http_addr", ":80"),
        ]],
    )
    .refused(TLS_ELSEWHERE),
    flag("tls_external").idle("for `tls`, which is refused"),
    object("internal_tls", &[TLS]).refused(TLS_ELSEWHERE),
    object("http3", &[&[flag("enabled")]]).refused(TLS_ELSEWHERE),
    flag("h2c_external").refused("WebSocket needs HTTP/1.1 only"),
];

pub(super) const HTTP_API: &[Key] = &[
    flag("disabled"),
    text("handler_prefix", "/api").remark(ALL_PATHS),
    text("key", ""),
    text("error_mode", "").one_of(&["transport"]),
    flag("external").remark("there is one port, so the API is always there"),
    flag("insecure"),
];

pub(super) const GRPC_API: &[Key] = &[
    flag("enabled"),
    text("error_mode", ""),
    text("address", ""),
    number("port", 10000),
    text("key", ""),
    object("tls", &[TLS]),
    flag("reflection"),
    number("max_receive_message_size", 0),
];

pub(super) const LOG: &[Key] = &[text("level", "info"), text("file", "")];

pub(super) const ADMIN: &[Key] = &[
    flag("enabled"),
    text("handler_prefix", ""),
    text("password", ""),
    text("secret", ""),
    flag("insecure"),
    text("web_path", ""),
    text("web_proxy_address", ""),
    flag("external"),
];

pub(super) const PROMETHEUS: &[Key] = &[
    flag("enabled"),
    text("handler_prefix", "/metrics"),
    flag("instrument_http_handlers"),
    flag("recovered_publications_histogram"),
    flag("native_histograms"),
];

pub(super) const HEALTH: &[Key] =
    &[flag("enabled").noted("the health check is always served"), text("handler_prefix", "/health").remark(ALL_PATHS)];

pub(super) const SWAGGER: &[Key] = &[flag("enabled"), text("handler_prefix", "/swagger")];

pub(super) const DEBUG: &[Key] = &[flag("enabled"), text("handler_prefix", "/debug/pprof")];

pub(super) const INIT: &[Key] = &[flag("enabled"), text("handler_prefix", "/connection/init")];

pub(super) const OPENTELEMETRY: &[Key] = &[flag("enabled"), flag("api"), flag("consuming"), flag("google_cloud_adc_auth")];

pub(super) const GRAPHITE: &[Key] = &[
    flag("enabled"),
    text("host", "localhost"),
    number("port", 2003),
    text("prefix", "centrifugo"),
    time("interval", "10s"),
    flag("tags"),
];

pub(super) const USAGE_STATS: &[Key] = &[flag("disabled")];

pub(super) const NODE: &[Key] =
    &[text("name", ""), time("info_metrics_aggregate_interval", "1m0s").noted("metrics are those of the app")];

pub(super) const SHUTDOWN: &[Key] = &[time("timeout", "30s")];

const ONE_PORT: &str = "the engine has one port: keep its paths inside with your proxy, or set `http_api.disabled`";
const TLS_ELSEWHERE: &str = "let a proxy such as nginx, or your own listener, speak TLS";
