//! The options that the engine honours, read from Centrifugo's configuration. Names are those of the configuration's keys.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use regex::Regex;

/// Everything that the engine is configured by.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: ListenAddress,
    pub(crate) client: ClientOptions,
    pub(crate) channel: ChannelOptions,
    pub(crate) rpc: RpcOptions,
    pub(crate) http_api: ApiOptions,
    pub(crate) websocket: WebsocketOptions,
    pub(crate) health: HealthOptions,
    /// `node.name`.
    pub(crate) node_name: Option<String>,
    /// `shutdown.timeout`.
    pub(crate) shutdown_timeout: Duration,
}

/// `http_server`: where clients connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListenAddress {
    /// An IP address or a name. `None`: all interfaces.
    pub(crate) host: Option<String>,
    pub(crate) port: u16,
}

/// `client`: connections.
#[derive(Debug)]
pub(crate) struct ClientOptions {
    /// Origins of pages beside those of the same origin, as lower-case patterns with `*`.
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) insecure: bool,
    pub(crate) allow_anonymous_connect_without_token: bool,
    pub(crate) disallow_anonymous_connection_tokens: bool,
    pub(crate) channel_limit: usize,
    /// The most bytes that wait for one client.
    pub(crate) queue_max_size: usize,
    /// `None`: no limit, which is 0 in the configuration.
    pub(crate) connection_limit: Option<usize>,
    pub(crate) connection_rate_limit: Option<u32>,
    pub(crate) user_connection_limit: Option<usize>,
    /// The number of commands of one client that run at once: at least 1.
    pub(crate) concurrency: usize,
    pub(crate) history_max_publication_limit: usize,
    pub(crate) recovery_max_publication_limit: usize,
    pub(crate) connect_include_server_time: bool,
    pub(crate) user_id_http_header: Option<HeaderName>,
    /// `None`: no pings.
    pub(crate) ping_interval: Option<Duration>,
    /// `None`: pongs aren't checked.
    pub(crate) pong_timeout: Option<Duration>,
    pub(crate) stale_close_delay: Duration,
    pub(crate) presence_update_interval: Duration,
    /// `None`: positions aren't checked.
    pub(crate) channel_position_check_delay: Option<Duration>,
    pub(crate) expired_close_delay: Duration,
    pub(crate) expired_sub_close_delay: Duration,
    /// `None`: no personal channels.
    pub(crate) personal_channel: Option<PersonalChannel>,
    /// `client.token`.
    pub(crate) token: TokenOptions,
    /// `client.subscription_token`, if it is enabled. `None`: subscription tokens are verified like connection tokens.
    pub(crate) subscription_token: Option<TokenOptions>,
    /// `client.proxy.connect`, if it is enabled.
    pub(crate) connect: Option<Arc<ProxyOptions>>,
    /// `client.proxy.refresh`, if it is enabled.
    pub(crate) refresh: Option<Arc<ProxyOptions>>,
}

/// `client.subscribe_to_user_personal_channel`.
#[derive(Debug)]
pub(crate) struct PersonalChannel {
    /// Empty: without namespace.
    pub(crate) namespace: String,
    pub(crate) single_connection: bool,
}

/// How tokens are verified. Without any key, no token is accepted.
#[derive(Debug, Default)]
pub(crate) struct TokenOptions {
    pub(crate) hmac_secret_key: Option<String>,
    pub(crate) hmac_previous_secret_key: Option<String>,
    /// Unix seconds. `None`: the previous key is valid without end.
    pub(crate) hmac_previous_secret_key_valid_until: Option<u64>,
    /// PEM.
    pub(crate) rsa_public_key: Option<String>,
    /// PEM.
    pub(crate) ecdsa_public_key: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) audience_regex: Option<Regex>,
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_regex: Option<Regex>,
    /// `sub` by default.
    pub(crate) user_id_claim: Option<String>,
}

/// `channel`: names, and the options of namespaces.
#[derive(Debug)]
pub(crate) struct ChannelOptions {
    pub(crate) max_length: usize,
    pub(crate) private_prefix: String,
    pub(crate) namespace_boundary: String,
    pub(crate) user_boundary: String,
    pub(crate) user_separator: String,
    pub(crate) history_meta_ttl: Duration,
    pub(crate) without_namespace: Arc<Namespace>,
    pub(crate) namespaces: BTreeMap<String, Arc<Namespace>>,
}

/// `channel.without_namespace`, or one of `channel.namespaces`.
#[derive(Debug, Default)]
pub(crate) struct Namespace {
    pub(crate) name: String,
    pub(crate) presence: bool,
    pub(crate) join_leave: bool,
    pub(crate) force_push_join_leave: bool,
    /// The number of publications that are kept. 0: no history.
    pub(crate) history_size: usize,
    pub(crate) history_ttl: Duration,
    /// The namespace's own, or `channel.history_meta_ttl`.
    pub(crate) history_meta_ttl: Duration,
    pub(crate) force_positioning: bool,
    pub(crate) allow_positioning: bool,
    pub(crate) force_recovery: bool,
    pub(crate) allow_recovery: bool,
    pub(crate) recovery_mode: RecoveryMode,
    pub(crate) auto_cache_recover: bool,
    pub(crate) allow_tags_filter: bool,
    pub(crate) allow_subscribe: Allowed,
    pub(crate) allow_publish: Allowed,
    pub(crate) allow_presence: Allowed,
    pub(crate) allow_history: Allowed,
    pub(crate) allow_user_limited_channels: bool,
    /// Tested on the part after the first namespace boundary.
    pub(crate) channel_regex: Option<Regex>,
    pub(crate) publication_data_format: DataFormat,
    pub(crate) subscribe: Option<Arc<ProxyOptions>>,
    pub(crate) publish: Option<Arc<ProxyOptions>>,
    pub(crate) sub_refresh: Option<Arc<ProxyOptions>>,
    pub(crate) subscribe_stream: Option<StreamProxy>,
}

impl Namespace {
    /// Whether publications are kept.
    pub(crate) fn has_history(&self) -> bool {
        self.history_size > 0 && !self.history_ttl.is_zero()
    }
}

/// `allow_*_for_client`, `allow_*_for_subscriber` and `allow_*_for_anonymous`.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) for_client: bool,
    pub(crate) for_subscriber: bool,
    pub(crate) for_anonymous: bool,
}

/// `force_recovery_mode`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecoveryMode {
    #[default]
    Stream,
    Cache,
}

/// `publication_data_format`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataFormat {
    /// Anything that isn't empty.
    #[default]
    NotEmpty,
    Json,
    JsonObject,
    /// Anything, also nothing (`binary`).
    Binary,
}

/// A namespace's proxy for streams.
#[derive(Debug, Clone)]
pub(crate) struct StreamProxy {
    pub(crate) options: Arc<ProxyOptions>,
    pub(crate) is_bidirectional: bool,
}

/// A proxy object: how the app is called.
#[derive(Debug, Default)]
pub(crate) struct ProxyOptions {
    pub(crate) timeout: Duration,
    pub(crate) http_headers: Vec<HeaderName>,
    pub(crate) emulated_headers: Vec<HeaderName>,
    /// `grpc.static_metadata`.
    pub(crate) static_metadata: Vec<(HeaderName, HeaderValue)>,
    /// `grpc.credentials_key` and `grpc.credentials_value`: appended to every call.
    pub(crate) credentials: Option<(HeaderName, HeaderValue)>,
    pub(crate) binary_encoding: bool,
    pub(crate) include_connection_meta: bool,
}

/// `rpc`.
#[derive(Debug)]
pub(crate) struct RpcOptions {
    pub(crate) namespace_boundary: String,
    pub(crate) without_namespace: RpcNamespace,
    pub(crate) namespaces: BTreeMap<String, RpcNamespace>,
    /// The method of `rpc.ping`, if it is enabled: the engine replies itself.
    pub(crate) ping: Option<String>,
}

/// `rpc.without_namespace`, or one of `rpc.namespaces`.
#[derive(Debug, Default, Clone)]
pub(crate) struct RpcNamespace {
    /// `None`: `proxy_enabled` is off.
    pub(crate) proxy: Option<Arc<ProxyOptions>>,
}

/// `http_api`.
#[derive(Debug, Default)]
pub(crate) struct ApiOptions {
    /// `/api`, without `/` at its end.
    pub(crate) prefix: String,
    /// `None`: every call is refused.
    pub(crate) key: Option<String>,
    /// Whether calls need no key.
    pub(crate) insecure: bool,
    pub(crate) disabled: bool,
    /// `error_mode` is `transport`: errors are HTTP statuses without the header `X-Centrifugo-Error-Mode`, too.
    pub(crate) transport_errors: bool,
}

/// `health`.
#[derive(Debug)]
pub(crate) struct HealthOptions {
    /// `/health`, without `/` at its end.
    pub(crate) prefix: String,
}

/// `websocket`.
#[derive(Debug)]
pub(crate) struct WebsocketOptions {
    /// `/connection/websocket`, without `/` at its end.
    pub(crate) prefix: String,
    /// In bytes.
    pub(crate) message_size_limit: usize,
    pub(crate) write_timeout: Duration,
}
