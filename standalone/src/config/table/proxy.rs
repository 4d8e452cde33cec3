//! Keys of proxies, by which the app is called.

use super::key::{Key, flag, map, number, object, objects, text, texts, time};
use super::rules;
use super::shared::TLS;

pub(super) const NAMED: &[Key] = &[text("name", "")];

pub(super) const SWITCHED: &[Key] = &[flag("enabled")];

pub(super) const PROXY: &[Key] = &[
    text("endpoint", "").remark("required, as in Centrifugo, and the same everywhere: the app is called in process"),
    time("timeout", "1s"),
    texts("http_headers"),
    texts("grpc_metadata").idle("for `uni_grpc`, which is refused"),
    texts("emulated_headers"),
    flag("binary_encoding"),
    flag("include_connection_meta"),
    object("http", &[&[object("tls", &[TLS]), map("static_headers"), OF_STATUSES]])
        .idle("for endpoints of HTTP, which are refused"),
    object(
        "grpc",
        &[&[
            object("tls", &[TLS]).noted(IN_PROCESS),
            text("credentials_key", ""),
            text("credentials_value", ""),
            flag("compression").noted(IN_PROCESS),
            map("static_metadata").remark("`${CENTRIFUGO_VAR_..}` is refused"),
        ]],
    ),
];

/// Statuses of a proxy's responses, with the errors or disconnects that clients receive for them.
const OF_STATUSES: Key = objects(
    "status_to_code_transforms",
    &[&[
        number("status_code", 0),
        object("to_error", &[&[number("code", 0), text("message", ""), flag("temporary")]]),
        object("to_disconnect", &[DISCONNECT]),
    ]],
)
.rule(rules::of_status);

pub(super) const DISCONNECT: &[Key] = &[number("code", 0), text("reason", "")];

const IN_PROCESS: &str = "the app is called in process, without a connection";
