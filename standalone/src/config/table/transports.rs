//! Keys of the clients' transports.

use super::key::{Key, flag, number, object, objects, text, time};
use super::rules;
use super::shared::{ALL_PATHS, TLS};

pub(super) const WEBSOCKET: &[Key] = &[
    flag("disabled").refused("WebSocket is the only transport: leave the engine out instead"),
    text("handler_prefix", "/connection/websocket").remark(ALL_PATHS),
    flag("compression").refused("leave it out: clients then receive plain frames"),
    number("compression_min_size", 0).idle("for `compression`, which is refused"),
    number("compression_level", 1).idle("for `compression`, which is refused"),
    number("read_buffer_size", 0).noted("the engine sizes its buffers itself"),
    flag("use_write_buffer_pool").noted("the engine sizes its buffers itself"),
    number("write_buffer_size", 0).noted("the engine sizes its buffers itself"),
    time("write_timeout", "1s"),
    number("message_size_limit", 65536),
    number("decompressed_message_size_limit", 0).idle("for `compression`, which is refused"),
];

pub(super) const SSE: &[Key] =
    &[flag("enabled"), text("handler_prefix", "/connection/sse"), number("max_request_body_size", 65536)];

pub(super) const HTTP_STREAM: &[Key] =
    &[flag("enabled"), text("handler_prefix", "/connection/http_stream"), number("max_request_body_size", 65536)];

pub(super) const WEBTRANSPORT: &[Key] =
    &[flag("enabled"), text("handler_prefix", "/connection/webtransport"), number("message_size_limit", 65536)];

pub(super) const UNI_SSE: &[Key] = &[
    flag("enabled"),
    text("handler_prefix", "/connection/uni_sse"),
    number("max_request_body_size", 65536),
    object("connect_code_to_http_response", &[&[flag("enabled"), TO_RESPONSES]]),
];

pub(super) const UNI_HTTP_STREAM: &[Key] = &[
    flag("enabled"),
    text("handler_prefix", "/connection/uni_http_stream"),
    number("max_request_body_size", 65536),
    object("connect_code_to_http_response", &[&[flag("enabled"), TO_RESPONSES]]),
];

/// Codes of errors, with the responses to requests that can't connect.
const TO_RESPONSES: Key =
    objects("transforms", &[&[number("code", 0), object("to", &[&[number("status_code", 0), text("body", "")]])]])
        .rule(rules::to_response);

pub(super) const UNI_WEBSOCKET: &[Key] = &[
    flag("enabled"),
    text("handler_prefix", "/connection/uni_websocket"),
    flag("compression"),
    number("compression_min_size", 0),
    number("compression_level", 1),
    number("read_buffer_size", 0),
    flag("use_write_buffer_pool"),
    number("write_buffer_size", 0),
    time("write_timeout", "1s"),
    number("message_size_limit", 65536),
    number("decompressed_message_size_limit", 0),
    flag("disable_closing_handshake"),
    flag("disable_disconnect_push"),
    flag("join_push_messages"),
];

pub(super) const UNI_GRPC: &[Key] = &[
    flag("enabled"),
    text("address", ""),
    number("port", 11000),
    number("max_receive_message_size", 0),
    object("tls", &[TLS]),
];

pub(super) const EMULATION: &[Key] = &[text("handler_prefix", "/emulation"), number("max_request_body_size", 65536)];
