//! The list of settings. A new one is a row here, and in the guide, whose table a test compares.

use super::setting::{Form, Setting};
use crate::server::address;

pub(crate) const ADDRESS: Setting = Setting::new(
    "PROXY_ADDRESS",
    Form::Address,
    "the app's address, `host:port` or `unix:///run/app.sock`; `:10001` is every interface",
)
.default(address::DEFAULT);

pub(crate) const SECRET: Setting =
    Setting::new("PROXY_SECRET", Form::Secret, "the metadata entry without which a call is refused");

pub(crate) const SECRET_PREVIOUS: Setting =
    Setting::new("PROXY_SECRET_PREVIOUS", Form::Secret, "the secret before it, while it is replaced");

pub(crate) const TLS_CERT_PEM: Setting = Setting::new(
    "PROXY_TLS_CERT_PEM",
    Form::Pem,
    "the certificate of the app's server, with those of intermediate authorities (feature `tls`)",
);

pub(crate) const TLS_KEY_PEM: Setting =
    Setting::new("PROXY_TLS_KEY_PEM", Form::Pem, "the certificate's key (feature `tls`)");

pub(crate) const TLS_CLIENT_CA_PEM: Setting =
    Setting::new("PROXY_TLS_CLIENT_CA_PEM", Form::Pem, "the authorities whose certificates peers need (feature `tls`)");

pub(crate) const METRICS_ADDRESS: Setting = Setting::new(
    "PROXY_METRICS_ADDRESS",
    Form::MetricsAddress,
    "the address that serves metrics to Prometheus, `host:port` (feature `prometheus`)",
);

pub(crate) const REUSE_PORT: Setting =
    Setting::new("PROXY_REUSE_PORT", Form::Flag, "shares the port with other instances on this machine: `App::reuse_port`")
        .default("0");

/// The value of `PROXY_ENGINE` with which the app itself serves clients.
pub(crate) const STANDALONE: &str = "standalone";

pub(crate) const ENGINE: Setting = Setting::new(
    "PROXY_ENGINE",
    Form::Word(&["centrifugo", STANDALONE]),
    "who serves clients: `centrifugo`, which calls the app, or the app itself, `App::standalone` (feature `standalone`)",
)
.default("centrifugo");

pub(crate) const REFLECTION: Setting = Setting::new(
    "PROXY_REFLECTION",
    Form::Flag,
    "describes the app's services to tools such as grpcurl: `App::reflection` (feature `reflection`)",
)
.default("0");

pub(crate) const PRINT_CONFIG: Setting =
    Setting::new("PROXY_PRINT_CONFIG", Form::Flag, "prints Centrifugo's configuration instead of running")
        .default("0")
        .variable_only();

pub(crate) const PRINT_SETTINGS: Setting =
    Setting::new("PROXY_PRINT_SETTINGS", Form::Flag, "prints all settings instead of running").default("0").variable_only();

pub(crate) const SETTINGS_FILE: Setting =
    Setting::new("PROXY_SETTINGS", Form::Text, "a TOML file with settings (feature `settings-file`)").variable_only();

pub(crate) const RUST_LOG: Setting =
    Setting::new("RUST_LOG", Form::Text, "logs: a level, or levels by module such as `warn,my_app=debug` (feature `logs`)")
        .default("info")
        .variable_only();

pub(crate) const NO_COLOR: Setting =
    Setting::new("NO_COLOR", Form::Presence, "any text: log lines in a terminal have no colors (feature `logs`)")
        .variable_only();

/// All settings, in the order of the guide.
pub(super) const SETTINGS: &[&Setting] = &[
    &ADDRESS,
    &SECRET,
    &SECRET_PREVIOUS,
    &TLS_CERT_PEM,
    &TLS_KEY_PEM,
    &TLS_CLIENT_CA_PEM,
    &METRICS_ADDRESS,
    &ENGINE,
    &REUSE_PORT,
    &REFLECTION,
    &Setting::new("PROXY_TIMEOUT", Form::TimeIfAny(|limits| &mut limits.call), "the longest time of a call: `App::timeout`"),
    &Setting::new(
        "PROXY_MAX_CONNECTIONS",
        Form::Count(|limits| &mut limits.connections),
        "open connections: `App::max_connections`",
    ),
    &Setting::new(
        "PROXY_MAX_CONCURRENT_CALLS",
        Form::Count32(|limits| &mut limits.concurrent_calls),
        "calls and streams on one connection: `App::max_concurrent_calls`",
    ),
    &Setting::new(
        "PROXY_MAX_RUNNING_CALLS",
        Form::Count(|limits| &mut limits.running_calls),
        "calls on all connections: `App::max_running_calls`",
    ),
    &Setting::new(
        "PROXY_MAX_MESSAGE_SIZE",
        Form::Size(|limits| &mut limits.message_size),
        "the longest request and reply: `App::max_message_size`",
    ),
    &Setting::new(
        "PROXY_MAX_UNFINISHED_BYTES",
        Form::Size(|limits| &mut limits.unfinished),
        "incomplete requests together: `App::max_unfinished_bytes`",
    ),
    &Setting::new(
        "PROXY_MAX_UNSENT_BYTES",
        Form::Size(|limits| &mut limits.unsent),
        "responses that wait together: `App::max_unsent_bytes`",
    ),
    &Setting::new(
        "PROXY_HANDSHAKE_TIMEOUT",
        Form::Time(|limits| &mut limits.handshake),
        "the time of HTTP/2's handshake: `App::handshake_timeout`",
    ),
    &Setting::new(
        "PROXY_BODY_TIMEOUT",
        Form::Time(|limits| &mut limits.body),
        "the time of a request's message: `App::body_timeout`",
    ),
    &Setting::new(
        "PROXY_SEND_TIMEOUT",
        Form::Time(|limits| &mut limits.send),
        "how long a response waits for its peer: `App::send_timeout`",
    ),
    &Setting::new(
        "PROXY_STOP_DELAY",
        Form::TimeOrZero(|limits| &mut limits.stop_delay),
        "how long the app serves on at the stop while it reports that it doesn't: `App::stop_delay`",
    ),
    &Setting::new(
        "PROXY_DRAIN_TIMEOUT",
        Form::TimeOrZero(|limits| &mut limits.drain),
        "how long running calls may take at the stop: `App::drain_timeout`",
    ),
    &SETTINGS_FILE,
    &PRINT_CONFIG,
    &PRINT_SETTINGS,
    &Setting::new(
        "CENTRIFUGO_HTTP_API_KEY",
        Form::Secret,
        "the server API's key, for `Publisher::from_env` (feature `api`)",
    )
    .variable_only(),
    &Setting::new("CENTRIFUGO_API_URL", Form::Text, "the server API's URL, for `Publisher::from_env` (feature `api`)")
        .default("http://127.0.0.1:8000/api")
        .variable_only(),
    &RUST_LOG,
    &NO_COLOR,
];
