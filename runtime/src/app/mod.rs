//! The app: its handlers, and what they are given.

mod check;
#[allow(missing_docs, missing_debug_implementations, reason = "only expansions use it")]
pub(crate) mod collected;
#[cfg(feature = "logs")]
pub(crate) mod logs;
mod report;

use std::collections::HashSet;
use std::fmt;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tonic::body::Body;
use tower::{BoxError, Layer, Service};

use self::check::Checked;
use self::report::report;
use crate::config::{self, Config, Settings};
use crate::dispatch::Dispatch;
use crate::dispatch::failure::{ErrorHandler, Failure, Reporter};
use crate::dispatch::secret::Secret;
use crate::dispatch::warnings::Warnings;
use crate::error::StartError;
use crate::event::kind::Kind;
use crate::grpc::ProxyService;
use crate::grpc::layers::Layers;
use crate::handler::Handler;
use crate::handler::call::States;
use crate::handler::interceptor::Interceptor;
use crate::http_bridge::{self, Http};
use crate::server::address::Address;
use crate::server::{Limits, Server, signals};

/// The application's side of Centrifugo: the handlers, and what they need.
///
/// ```no_run
/// use std::sync::Arc;
///
/// struct Users;
///
/// #[tokio::main]
/// async fn main() -> Result<(), centrifugo::StartError> {
///     centrifugo::App::new()
///         .state(Arc::new(Users))
///         .secret("x-centrifugo-secret", "long and random")
///         .emulated_headers(["authorization"])
///         .run()
///         .await
/// }
/// ```
#[derive(Default)]
#[must_use = "an app does nothing until it runs"]
pub struct App {
    handlers: Vec<&'static Handler>,
    interceptors: Vec<&'static Interceptor>,
    error_handlers: Vec<ErrorHandler>,
    layers: Layers,
    states: States,
    settings: Settings,
    address: Option<String>,
    limits: Limits,
    http: Option<Http>,
    /// There is no Centrifugo: see [`testing`](crate::testing).
    is_test: bool,
}

/// Serves all handlers that the program's attributes have collected, until SIGTERM or ctrl-c: [`App::new`], then [`App::run`].
///
/// # Errors
///
/// As [`App::run`].
pub async fn run() -> Result<(), StartError> {
    App::new().run().await
}

impl App {
    /// An app with every handler, interceptor and error handler that attributes have collected in this program, in all of its crates;
    /// those with `collect = false` excepted.
    ///
    /// The compiler leaves out a library crate that the program never names, and with it the crate's handlers. No start can notice
    /// that, as nothing of them is there; it logs a line for each handler that it has. For a crate of nothing but handlers, name it
    /// in the program:
    ///
    /// ```
    /// # extern crate serde as my_handlers;
    /// use my_handlers as _;
    /// ```
    pub fn new() -> Self {
        let mut app = Self::empty().handlers(collected::handlers()).interceptors(collected::interceptors());
        app.error_handlers = collected::error_handlers().collect();
        app.settings.channels = collected::channels().collect();
        app
    }

    /// An app without handlers, for [`handlers`](Self::handlers): in tests, say.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds handlers, named by the macro [`handlers!`](crate::handlers). One that is there already isn't added twice.
    pub fn handlers(mut self, handlers: impl IntoIterator<Item = &'static Handler>) -> Self {
        add(&mut self.handlers, handlers);
        self
    }

    /// Adds interceptors, named by the macro [`interceptors!`](crate::interceptors). One that is there already isn't added twice.
    pub fn interceptors(mut self, interceptors: impl IntoIterator<Item = &'static Interceptor>) -> Self {
        add(&mut self.interceptors, interceptors);
        self
    }

    /// The function that is told of every internal failure, in the place of a collected
    /// [`error_handler`](macro@crate::error_handler).
    ///
    /// ```
    /// # let app = centrifugo::App::empty();
    /// app.error_handler(async |failure| eprintln!("{failure}"));
    /// ```
    pub fn error_handler<F>(mut self, handler: impl Fn(Failure) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.error_handlers = vec![ErrorHandler::new(handler, None)];
        self
    }

    /// Puts a [`tower::Layer`] around the gRPC service: for what needs the HTTP request, such as tracing that crosses processes. The
    /// last one is the outermost, as in axum.
    ///
    /// It sees all calls, also those without the secret. What it puts into the request's extensions, handlers take as
    /// [`Extension`](crate::Extension). An error of its own becomes a gRPC status, which clients see as "internal server error".
    ///
    /// What needs the event is rather an [`interceptor`](macro@crate::interceptor).
    ///
    /// ```
    /// # let app = centrifugo::App::empty();
    /// use tower::limit::ConcurrencyLimitLayer;
    ///
    /// app.layer(ConcurrencyLimitLayer::new(10_000));
    /// ```
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<ProxyService> + Send + Sync + 'static,
        L::Service: Service<http::Request<Body>, Response = http::Response<B>, Future: Send + 'static>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<http::Request<Body>>>::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.layers.add(layer);
        self
    }

    /// A value that handlers take as [`State<T>`](crate::State), one for each type: a second one takes the first one's place.
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.states.insert(value);
        self
    }

    /// The publisher that handlers take as an argument: `publisher: Publisher`.
    ///
    /// The [generated configuration](Self::centrifugo_config) gets its key as `http_api.key`, so whoever may read the one has the other.
    ///
    /// ```
    /// # fn app() -> Result<centrifugo::App, centrifugo::PublisherError> {
    /// let publisher = centrifugo::Publisher::new("http://127.0.0.1:8000/api", "long and random")?;
    /// let app = centrifugo::App::new().publisher(publisher);
    /// # Ok(app)
    /// # }
    /// # app().unwrap();
    /// ```
    #[cfg(feature = "api")]
    pub fn publisher(self, publisher: crate::api::Publisher) -> Self {
        let key = publisher.key().map(|key| serde_json::json!({ "http_api": { "key": key } }));
        self.state(publisher).centrifugo(key.unwrap_or_default())
    }

    /// What answers RPCs that no handler takes, and whose method is `verb:path`: an `axum::Router`, any other tower service in
    /// process, or an [`Http`] with options. See [`http_bridge`](crate::http_bridge).
    ///
    /// ```
    /// use axum::{Json, Router, extract::Path, routing::get};
    /// use serde_json::{Value, json};
    ///
    /// async fn user(Path(id): Path<u64>) -> Json<Value> {
    ///     Json(json!({ "id": id }))
    /// }
    ///
    /// // A client calls `get:users/1`, and gets `{"code": 200, "id": 1}`.
    /// centrifugo::App::new().http(Router::new().route("/users/{id}", get(user)));
    /// ```
    pub fn http(mut self, service: impl Into<Http>) -> Self {
        self.http = Some(service.into());
        self.settings.rpc_namespaces.extend(http_bridge::verbs());
        self.handlers([&http_bridge::BRIDGE])
    }

    /// The same with a server, by its base URL: [`App::http`] with [`Http::upstream`]. Needs the feature `http-upstream`.
    ///
    /// ```
    /// // A client calls `get:users/1`, and `GET http://127.0.0.1:8080/api/users/1` is asked.
    /// centrifugo::App::new().http_upstream("http://127.0.0.1:8080/api");
    /// ```
    #[cfg(feature = "http-upstream")]
    pub fn http_upstream(self, url: impl AsRef<str>) -> Self {
        self.http(Http::upstream(url))
    }

    /// Where to listen, as `host:port`; `:port` is every interface, and port 0 picks a free one. The environment's `PROXY_ADDRESS` takes precedence; without both it
    /// is `127.0.0.1:10001`.
    ///
    /// Whoever reaches the port speaks for any user: keep it private, or set a [`secret`](Self::secret).
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Answers only calls with this entry in their metadata, exactly once; all others get UNAUTHENTICATED.
    ///
    /// Centrifugo sends it by `grpc.credentials_key` and `grpc.credentials_value` of the proxies, which the
    /// [generated configuration](Self::centrifugo_config) has.
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.secret = Some((name.into(), value.into()));
        self
    }

    /// Headers of the client's HTTP request that all events bring along, besides those that handlers take as
    /// [`Header`](crate::Header).
    ///
    /// A value with anything but printable ASCII (UTF-8 in some cookie) fails every call of its client before the app sees it:
    /// [`Header`](crate::Header) says what to do.
    pub fn http_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.settings.http_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Headers that a client may put into its connect command, because browsers can't set any on a WebSocket (the SDK's option
    /// `headers`). They are the client's word; an HTTP header of the same name takes precedence. For values, see
    /// [`http_headers`](Self::http_headers).
    pub fn emulated_headers<H: Into<String>>(mut self, names: impl IntoIterator<Item = H>) -> Self {
        self.settings.emulated_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// A channel namespace that no handler's pattern and no typed channel names: one that `connect` grants channels of, or that a
    /// handler for any namespace (`"<namespace>:<id>"`) answers for.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.settings.namespaces.push(name.into());
        self
    }

    /// Settings that the [generated configuration](Self::centrifugo_config) gets besides: objects are merged, and so are lists of named
    /// objects (namespaces) by their `name`; `null` takes a generated value away, other values replace it.
    ///
    /// ```
    /// # use serde_json::json;
    /// centrifugo::App::new().centrifugo(json!({
    ///     "client": { "allowed_origins": ["https://example.com"] },
    ///     "channel": { "namespaces": [{ "name": "chat", "presence": true, "history_size": 50, "history_ttl": "300s" }] }
    /// }));
    /// ```
    pub fn centrifugo(mut self, settings: serde_json::Value) -> Self {
        self.settings.custom.push(settings);
        self
    }

    /// How many calls one connection may have at a time; 65,536 by default, 1 at least.
    ///
    /// Centrifugo sends all calls of a kind as concurrent streams of a single connection. At the limit it queues calls, which
    /// miss their deadline (1 s); streams would hang without any. No limit at all would let one peer take all memory.
    /// 200, the default of many servers, is a single burst of reconnecting clients.
    pub fn max_concurrent_calls(mut self, calls: u32) -> Self {
        self.limits.concurrent_calls = calls.max(1);
        self
    }

    /// The longest request and the longest answer in bytes; 4 MiB by default, which is what Centrifugo takes.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.limits.message_size = bytes;
        self
    }

    /// How long a peer may take for its HTTP/2 handshake, preface and settings, after it has connected; 10 s by default. A connection without
    /// one is closed.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.limits.handshake = timeout;
        self
    }

    /// How long a peer may take to send a request's message; 10 s by default. A call that takes longer gets DEADLINE_EXCEEDED, and what came of its
    /// message is dropped. Centrifugo sends a message at once.
    ///
    /// How long a *handler* may take is what Centrifugo says with each call: the `timeout` of the proxy, 1 s by default. Then the handler is dropped.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = timeout;
        self
    }

    /// How many bytes all request messages together may hold that have begun to arrive, and aren't complete; 64 MiB by default. A single connection
    /// may hold a quarter of it, and always one message of [`max_message_size`](Self::max_message_size).
    ///
    /// A call that goes over it gets RESOURCE_EXHAUSTED. A message that arrives in one piece, which is the usual case, doesn't count.
    pub fn max_unfinished_bytes(mut self, bytes: usize) -> Self {
        self.limits.unfinished = bytes;
        self
    }

    /// How long running calls have to finish when the app is to end; 10 s by default.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.limits.drain = timeout;
        self
    }

    /// Centrifugo's configuration for the app's handlers, as `centrifugo checkconfig` accepts it: proxies that call `endpoint`
    /// (`grpc://127.0.0.1:10001`), channel and RPC namespaces, forwarded headers, the secret.
    ///
    /// `run()` prints it and ends, if the environment has `PROXY_PRINT_CONFIG=1`; [`print_config`](Self::print_config) does before that.
    /// [`Server::centrifugo_config`] has it for the address that it listens on.
    ///
    /// # Errors
    ///
    /// [`StartError::NoHandlers`] and [`StartError::Conflicts`], as at a start.
    pub fn centrifugo_config(&self, endpoint: &str) -> Result<serde_json::Value, StartError> {
        Ok(config::generate(&self.check()?.registry, &self.settings, endpoint))
    }

    /// Prints Centrifugo's configuration, if the environment has `PROXY_PRINT_CONFIG=1`, and says whether it did: `main` ends then,
    /// before databases and ports are opened that only a running app needs. States may be missing yet.
    ///
    /// It also installs the logs, as [`run`](Self::run) does. [`bind`](Self::bind) and [`into_service`](Self::into_service) do
    /// neither, so programs that use these call it first.
    ///
    /// ```no_run
    /// # #[derive(Clone)]
    /// # struct Database;
    /// # async fn open() -> Result<Database, std::io::Error> { Ok(Database) }
    /// #[tokio::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let app = centrifugo::App::new();
    ///     if app.print_config()? {
    ///         return Ok(());
    ///     }
    ///     let server = app.state(open().await?).bind().await?;
    ///     println!("on port {}", server.local_addr().port());
    ///     Ok(server.serve().await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`centrifugo_config`](Self::centrifugo_config), but for missing states; [`StartError::Listen`], if nobody could listen on
    /// the address; and [`StartError::Print`].
    pub fn print_config(&self) -> Result<bool, StartError> {
        #[cfg(feature = "logs")]
        crate::app::logs::install();
        if !std::env::var("PROXY_PRINT_CONFIG").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")) {
            return Ok(false);
        }
        let endpoint = Address::choose(self.address.as_deref())?.endpoint();
        let config = config::generate(&self.check_without_states()?.registry, &self.settings, &endpoint);
        config::print(&config).map_err(StartError::Print)?;
        Ok(true)
    }

    /// The app as a tonic service, to mount beside services of your own.
    ///
    /// # Errors
    ///
    /// [`StartError::NoHandlers`], and [`StartError::Conflicts`] with everything that is wrong.
    pub fn into_service(self) -> Result<ProxyService, StartError> {
        let checked = self.check()?;
        Ok(self.service(checked).0)
    }

    /// Listens, and serves later. It prints no configuration and installs no logs: [`print_config`](Self::print_config) does.
    ///
    /// # Errors
    ///
    /// As [`into_service`](Self::into_service), and [`StartError::Listen`].
    pub async fn bind(self) -> Result<Server, StartError> {
        let checked = self.check()?;
        let listener = Address::choose(self.address.as_deref())?.listen().await?;
        let limits = self.limits;
        let (service, config) = self.service(checked);
        Ok(Server::new(listener, service, limits, config))
    }

    /// Serves until SIGTERM or ctrl-c, then lets running calls finish; a second signal ends it at once.
    ///
    /// With `PROXY_PRINT_CONFIG=1` in the environment it [prints](Self::print_config) Centrifugo's configuration instead. The feature `logs` (on by
    /// default) prints logs to stderr, chosen by `RUST_LOG`, unless the app has a `tracing` subscriber of its own.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind), and what goes wrong while serving.
    pub async fn run(self) -> Result<(), StartError> {
        if self.print_config()? {
            return Ok(());
        }
        let signals = signals().map_err(StartError::Signals)?;
        self.bind().await?.serve_until_any(signals).await
    }

    /// The app for [`testing`](crate::testing): without secret and layers, which belong to the server.
    pub(crate) fn into_dispatch(mut self) -> Result<(Arc<Dispatch>, Config), StartError> {
        let checked = self.check()?;
        self.is_test = true;
        Ok(self.dispatch(checked))
    }

    fn service(mut self, checked: Checked) -> (ProxyService, Config) {
        let layers = std::mem::take(&mut self.layers);
        let (dispatch, config) = self.dispatch(checked);
        (layers.around(ProxyService::new(dispatch)), config)
    }

    fn dispatch(mut self, Checked { registry, routes, secret }: Checked) -> (Arc<Dispatch>, Config) {
        report(&registry, &self.settings);
        let namespaces = config::literal_namespaces(registry.of(Kind::Rpc)).collect();
        let bridge =
            self.http.and_then(|http| http.bridge(secret.as_ref().map(Secret::name), namespaces, self.limits.message_size));
        if let Some(bridge) = bridge {
            self.states.insert(bridge);
        }
        let config = Config { registry, settings: self.settings };
        let warnings = Warnings::of(&config.generate(""), self.is_test);
        let error_handler = self.error_handlers.into_iter().next();
        let reporter = Reporter { error_handler, states: Arc::new(self.states) };
        let dispatch = Dispatch::new(routes, reporter, secret, warnings, self.limits.message_size);
        (Arc::new(dispatch), config)
    }
}

/// What it serves, and where; of its settings, some are secrets.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("handlers", &self.handlers)
            .field("interceptors", &self.interceptors)
            .field("address", &self.address)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Adds those that aren't there yet.
fn add<T>(all: &mut Vec<&'static T>, more: impl IntoIterator<Item = &'static T>) {
    let mut known: HashSet<*const T> = all.iter().map(|one| ptr::from_ref(*one)).collect();
    all.extend(more.into_iter().filter(|one| known.insert(ptr::from_ref(*one))));
}
