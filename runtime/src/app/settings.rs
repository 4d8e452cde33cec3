//! The app's settings: the address, the secret, additions to Centrifugo's configuration, and the server's limits.

use std::time::Duration;

use super::App;
use super::secret::SecretSetting;
#[cfg(feature = "tls")]
use super::tls_setting::Tls;

impl App {
    /// Sets the address to listen on, as `host:port` or as the path of a Unix socket, `unix:///run/app.sock`. `:port` means
    /// every interface, and port 0 a free port. The environment variable `PROXY_ADDRESS` takes precedence; without either,
    /// the address is `127.0.0.1:10001`.
    ///
    /// Whoever can reach the port can act as any user: keep it private, or set a [`secret`](Self::secret). The app warns at
    /// its start if it does neither. A socket's file has mode 0660; [`operations`](crate::operations#unix-socket) describes
    /// when it is replaced and removed.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Listens beside other instances of the app on the same port (`SO_REUSEPORT`), so that one after the other can be
    /// restarted without losing a call: [`operations`](crate::operations#rolling-restart) describes how. The system gives
    /// each new connection to one of them.
    ///
    /// All instances have to set it, and to run as the same user. Without it, which is the default, an app refuses to start
    /// on a port that another process listens on.
    pub fn reuse_port(mut self) -> Self {
        self.reuse_port = true;
        self
    }

    /// Sets a metadata entry that each call must contain exactly once. All other calls receive UNAUTHENTICATED, except those
    /// of the [health service](crate::operations#health). The environment variable `PROXY_SECRET` takes precedence over the
    /// value, and needs no `secret`: the entry's name is `x-centrifugo-secret` then.
    ///
    /// Centrifugo sends the entry if its proxies have `grpc.credentials_key` and `grpc.credentials_value`, which the
    /// [generated configuration](Self::centrifugo_config) contains.
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.secret = Some(SecretSetting::one(name.into(), value.into()));
        self
    }

    /// Sets a [`secret`](Self::secret) that is being replaced: each call must contain one of the values, the first of which
    /// is the one in the generated configuration. [`operations`](crate::operations#replace-the-secret) describes the steps.
    ///
    /// ```
    /// # let app = centrifugo::App::empty();
    /// app.secrets("x-centrifugo-secret", ["the new one", "the previous one"]);
    /// ```
    pub fn secrets<V: Into<String>>(mut self, name: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        self.secret = Some(SecretSetting::any(name.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    /// Encrypts the connections of the app's own server, and may require certificates of its peers. The environment
    /// variables `PROXY_TLS_CERT_PEM`, `PROXY_TLS_KEY_PEM` and `PROXY_TLS_CLIENT_CA_PEM` take precedence; each is a file's
    /// name or a text in PEM. Needs the feature `tls`, and so do these variables.
    ///
    /// The [generated configuration](Self::centrifugo_config) has `grpc.tls` for each proxy, whose endpoint remains
    /// `grpc://`. A tonic server that the app is [mounted in](Self::into_service) has TLS settings of its own.
    /// [`operations`](crate::operations#tls) describes it all.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Adds headers of the client's HTTP request that Centrifugo forwards with every event, besides those that handlers take
    /// as [`Header`](crate::Header).
    ///
    /// A value with anything but printable ASCII, such as UTF-8 in a cookie, makes every call of its client fail before the
    /// app receives it: [`Header`](crate::Header) describes what to do.
    pub fn http_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.settings.http_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds headers that a client may send in its connect command (the SDK's option `headers`), because browsers can't set
    /// any on a WebSocket. The client chooses them freely; an HTTP header of the same name takes precedence. For what values
    /// may contain, see [`http_headers`](Self::http_headers).
    pub fn emulated_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.settings.emulated_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds a channel namespace that neither a handler's pattern nor a typed channel names: because `connect` subscribes
    /// clients to its channels, or because a handler for any namespace (`"<namespace>:<id>"`) handles them.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.settings.namespaces.push(name.into());
        self
    }

    /// Merges settings into the [generated configuration](Self::centrifugo_config): objects key by key, lists of named
    /// objects (namespaces) by their `name`. `null` removes a generated value, and any other value replaces it.
    ///
    /// ```
    /// # use serde_json::json;
    /// centrifugo::App::new().centrifugo(json!({
    ///     "client": { "allowed_origins": ["https://example.com"] },
    ///     "channel": {
    ///         "namespaces": [
    ///             { "name": "chat", "presence": true, "history_size": 50, "history_ttl": "60s" }
    ///         ]
    ///     }
    /// }));
    /// ```
    pub fn centrifugo(mut self, settings: serde_json::Value) -> Self {
        self.settings.custom.push(settings);
        self
    }

    /// Sets how many connections may be open at a time: 4,096 by default, at least 1. Each node of Centrifugo has one
    /// connection for each proxy and kind of event, which is about ten.
    ///
    /// Beyond the limit, a new connection replaces the oldest one that has had no call of Centrifugo: a call of its service,
    /// with the [secret](Self::secret) if there is one. So peers without the secret can't keep Centrifugo out. If there is
    /// no such connection, the new one is closed as soon as it is accepted.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections.max(1);
        self
    }

    /// Sets how many calls may run at a time, on all connections together: 65,536 by default, at least 1. Further calls
    /// receive RESOURCE_EXHAUSTED at once, before their handlers are called.
    ///
    /// Their clients receive Centrifugo's error 100, which is temporary: SDKs connect and subscribe again, later and later.
    /// So an app that can't keep up with all clients keeps up with some of them, instead of being late for all. A good limit
    /// is the number of calls that the app finishes within the proxy's `timeout`.
    ///
    /// A call counts from its arrival to the end of its handler, a stream only while it opens. With [layers](Self::layer), a
    /// call counts from the outermost layer on.
    pub fn max_running_calls(mut self, calls: usize) -> Self {
        self.limits.running_calls = calls.max(1);
        self
    }

    /// Sets how long a call may take, from its arrival to the end of its handler, with the extractors and interceptors; a
    /// stream, until it is open. Without it, the time is as long as Centrifugo waits: the proxy's `timeout`, 1 s by default.
    ///
    /// The option `timeout` of an attribute sets the time of one handler: `#[rpc("report", timeout = "500ms")]`. The
    /// shortest of all counts, and then the handler is dropped at the `.await` that it waits at. Its client receives error
    /// 100, as it does when Centrifugo waits no longer, but sooner, and what the handler holds is free again. The least time
    /// is 1 ms.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # let app = centrifugo::App::empty();
    /// app.timeout(Duration::from_millis(800));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.call = Some(timeout.max(Duration::from_millis(1)));
        self
    }

    /// Sets how many calls one connection may have at a time: 65,536 by default, at least 1.
    ///
    /// Centrifugo sends all calls of an event as concurrent streams of a single connection. At the limit it queues calls,
    /// which then miss their deadline (1 s by default); streams have no deadline and would hang. The limit exists because
    /// otherwise one peer could use up all memory. 200, the default of many servers, is one burst of reconnecting clients.
    pub fn max_concurrent_calls(mut self, calls: u32) -> Self {
        self.limits.concurrent_calls = calls.max(1);
        self
    }

    /// Sets the largest size of a request and of a response in bytes: 4 MiB by default, which is also what Centrifugo
    /// accepts.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.limits.message_size = bytes;
        self
    }

    /// Sets how long a peer may take for its HTTP/2 handshake after it has connected: 10 s by default. The handshake is the
    /// preface, the settings, and the acknowledgement of the app's settings, and that of TLS before them. Then the app
    /// closes the connection.
    ///
    /// The same time holds for each frame and for each block of headers that the peer begins. A peer that has begun nothing
    /// may be silent for any time.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.limits.handshake = timeout;
        self
    }

    /// Sets how long a peer may take to send a request's message: 10 s by default. A call that takes longer receives
    /// DEADLINE_EXCEEDED, and the part of its message that has arrived is dropped. Centrifugo sends a message at once.
    ///
    /// How long a *handler* may take is another limit: [`timeout`](Self::timeout).
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = timeout;
        self
    }

    /// Sets how many bytes of incomplete request messages the app holds in total: 64 MiB by default. A single connection may
    /// hold a quarter of it, and always one message of [`max_message_size`](Self::max_message_size).
    ///
    /// A call that exceeds the limit receives RESOURCE_EXHAUSTED. A message that arrives in one piece, which is the usual
    /// case, doesn't count.
    pub fn max_unfinished_bytes(mut self, bytes: usize) -> Self {
        self.limits.unfinished = bytes;
        self
    }

    /// Sets how long a response may wait while its peer takes nothing of it: 30 s by default. Then its call is reset. A
    /// stream to a slow peer goes on as long as the peer takes any bytes in that time. A connection whose peer takes no
    /// bytes at all is closed; so is one whose peer takes nothing of a short response, within twice that time.
    pub fn send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.send = timeout;
        self
    }

    /// Sets how many bytes of responses the app holds in total while their peers don't take them: 128 MiB by default. A
    /// single connection may hold a quarter of it, and always one message of [`max_message_size`](Self::max_message_size).
    ///
    /// A call that exceeds the limit is reset, which its caller takes for RESOURCE_EXHAUSTED. Short responses, of 64 KiB
    /// together on each connection, don't count.
    pub fn max_unsent_bytes(mut self, bytes: usize) -> Self {
        self.limits.unsent = bytes;
        self
    }

    /// Sets how long the app goes on after SIGTERM before it stops: not at all by default. In that time it serves as before,
    /// except that its [health service](crate::operations#health) reports NOT_SERVING, and `/health` of its own engine 503.
    ///
    /// For a balancer that has to notice the stop by probes, and that gives a connection which an instance refuses to no
    /// other one: [`operations`](crate::operations#rolling-restart) has the figures.
    pub fn stop_delay(mut self, delay: Duration) -> Self {
        self.limits.stop_delay = delay;
        self
    }

    /// Sets how long running calls may take to finish when the app stops: 10 s by default. Handlers that still run then are
    /// dropped, at the `.await` that they wait at, and the log names each of them.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.limits.drain = timeout;
        self
    }
}
