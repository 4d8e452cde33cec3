//! The table of all keys of Centrifugo v6.9.1's configuration, which the parser, the docs and the tests follow.

mod brokers;
mod channel;
mod client;
mod consumers;
mod key;
mod proxy;
mod rules;
mod server;
mod shared;
mod transports;

pub(crate) use key::{Choice, Fate, Key, Shape};
use key::{flag, object, objects, text};

/// The configuration as a whole.
pub(crate) const ROOT: &[&[Key]] = &[&[
    object("http_server", &[server::HTTP_SERVER]),
    object("client", &[client::CLIENT]),
    object("channel", &[channel::CHANNEL]),
    object("rpc", &[channel::RPC]),
    objects("proxies", &[proxy::NAMED, proxy::PROXY]),
    object("http_api", &[server::HTTP_API]),
    object("websocket", &[transports::WEBSOCKET]),
    object("health", &[server::HEALTH]),
    object("node", &[server::NODE]),
    object("shutdown", &[server::SHUTDOWN]),
    object("engine", &[brokers::ENGINE]).noted(ONE_PROCESS),
    object("broker", &[brokers::BROKER]).noted(ONE_PROCESS),
    object("presence_manager", &[brokers::PRESENCE_MANAGER]).noted(ONE_PROCESS),
    object("controller", &[brokers::CONTROLLER]).noted(ONE_PROCESS),
    object("map_broker", &[brokers::MAP_BROKER]).idle("for maps, which are refused"),
    object("shared_poll", &[channel::SHARED_POLL]).idle("for shared polls, which are refused"),
    object("grpc_api", &[server::GRPC_API]).refused("call the HTTP API, or use `Publisher`"),
    objects("consumers", &[proxy::NAMED, consumers::CONSUMER])
        .rule(rules::consumer)
        .refused("read the queue in the app, and publish with `Publisher`"),
    object("sse", &[transports::SSE]).refused(WEBSOCKET_ONLY),
    object("http_stream", &[transports::HTTP_STREAM]).refused(WEBSOCKET_ONLY),
    object("webtransport", &[transports::WEBTRANSPORT]).refused(WEBSOCKET_ONLY),
    object("uni_sse", &[transports::UNI_SSE]).refused(WEBSOCKET_ONLY),
    object("uni_http_stream", &[transports::UNI_HTTP_STREAM]).refused(WEBSOCKET_ONLY),
    object("uni_websocket", &[transports::UNI_WEBSOCKET]).refused(WEBSOCKET_ONLY),
    object("uni_grpc", &[transports::UNI_GRPC]).refused(WEBSOCKET_ONLY),
    object("emulation", &[transports::EMULATION]).idle("for `sse` and `http_stream`, which are refused"),
    object("init", &[server::INIT]).refused("use `/health` for health checks"),
    object("log", &[server::LOG]).noted("the engine logs with `tracing`, by the app's subscriber"),
    object("admin", &[server::ADMIN]).noted("there is no admin page"),
    object("prometheus", &[server::PROMETHEUS]).noted("metrics are those of the app"),
    object("swagger", &[server::SWAGGER]).noted("there is no Swagger page"),
    object("debug", &[server::DEBUG]).noted("there are no profiles of Go"),
    object("opentelemetry", &[server::OPENTELEMETRY]).noted("traces are those of the app"),
    object("graphite", &[server::GRAPHITE]).noted("metrics are those of the app"),
    object("usage_stats", &[server::USAGE_STATS]).noted("nothing is sent"),
    text("pid_file", "").noted("the engine writes no such file"),
    flag("enable_unreleased_features").noted("the engine has no unreleased features"),
]];

const ONE_PROCESS: &str = "the engine is one process and keeps everything in its memory";
const WEBSOCKET_ONLY: &str = "let clients connect by WebSocket";
