//! The parts of an app: handlers and what runs around them, and the values and services that they use.

use std::collections::HashSet;
use std::ptr;

use bytes::Bytes;
use futures_util::FutureExt;
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{BoxError, Layer, Service, service_fn};

use super::list::ListOf;
use super::{App, collected};
use crate::dispatch::failure::{ErrorHandler, Failure};
use crate::grpc::{ProxyService, layers};
use crate::handler::Handler;
use crate::handler::interceptor::Interceptor;
use crate::http_bridge::{self, Http};

impl App {
    /// Creates an app with all handlers, interceptors and error handlers that attributes have collected in this program, in
    /// all of its crates, except those with `collect = false`.
    ///
    /// The compiler leaves out a library crate that the program never names, and its handlers with it. The app can't detect
    /// that, because nothing of the crate is in the program; check the line that it logs for each handler at its start. For
    /// a crate that has nothing but handlers, name it in the program:
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

    /// Creates an app without handlers, to which [`handlers`](Self::handlers) adds some, for example in a test.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds handlers, which the macro [`handlers!`](crate::handlers) lists. A handler that the app already has isn't added
    /// again.
    pub fn handlers(mut self, handlers: impl ListOf<Handler>) -> Self {
        add_new(&mut self.handlers, handlers.listed());
        self
    }

    /// Adds interceptors, which the macro [`interceptors!`](crate::interceptors) lists. An interceptor that the app already
    /// has isn't added again.
    pub fn interceptors(mut self, interceptors: impl ListOf<Interceptor>) -> Self {
        add_new(&mut self.interceptors, interceptors.listed());
        self
    }

    /// Sets the function that receives every internal failure. It replaces a collected
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

    /// Adds a [`tower::Layer`] around the gRPC service, for code that needs the HTTP request, such as tracing across
    /// processes. The layer that is added last is the outermost, as in axum.
    ///
    /// A layer receives all calls, including those without the [`secret`](Self::secret). Handlers take what it puts into the
    /// request's extensions as [`Extension`](crate::Extension). An error that it returns becomes a gRPC status, which
    /// clients receive as "internal server error".
    ///
    /// For code that needs the event, write an [`interceptor`](macro@crate::interceptor) instead.
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
        self.layers.add(move |service| {
            let layered = layer.layer(service);
            BoxCloneSyncService::new(service_fn(move |request| layered.clone().oneshot(request).map(layers::response)))
        });
        self
    }

    /// Adds a value that handlers take as [`State<T>`](crate::State). An app has one value of each type: a second one
    /// replaces the first.
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.states.insert(value);
        self
    }

    /// Adds the publisher that handlers take as an argument: `publisher: Publisher`.
    ///
    /// The [generated configuration](Self::centrifugo_config) contains its key as `http_api.key`, so whoever can read the
    /// configuration can call the API.
    ///
    /// Once the app runs its [own engine](crate::operations#engine), the publisher and all of its clones call the engine in the
    /// process. If several engines start with clones of one publisher, they call the last one.
    ///
    /// ```
    /// # fn app() -> Result<centrifugo::App, centrifugo::PublisherError> {
    /// let api = "http://127.0.0.1:8000/api";
    /// let publisher = centrifugo::Publisher::new(api, "long and random")?;
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

    /// Sets the HTTP service that answers the RPCs whose method is `verb:path` and which no handler matches: an
    /// `axum::Router`, any other tower service in the process, or an [`Http`] with options. See
    /// [`http_bridge`](crate::http_bridge).
    ///
    /// ```
    /// use axum::{Json, Router, extract::Path, routing::get};
    /// use serde_json::{Value, json};
    ///
    /// async fn user(Path(id): Path<u64>) -> Json<Value> {
    ///     Json(json!({ "id": id }))
    /// }
    ///
    /// // A client that calls `get:users/1` receives `{"code": 200, "id": 1}`.
    /// centrifugo::App::new().http(Router::new().route("/users/{id}", get(user)));
    /// ```
    pub fn http(mut self, service: impl Into<Http>) -> Self {
        self.http = Some(service.into());
        self.settings.rpc_namespaces.extend(http_bridge::verbs());
        self.handlers([&http_bridge::BRIDGE])
    }

    /// Sets a remote HTTP server, by its base URL, as [`http`](Self::http) sets a service: short for `App::http` with
    /// [`Http::upstream`]. Needs the feature `http-upstream`.
    ///
    /// ```
    /// // For a client's call of `get:users/1`, the app sends
    /// // `GET http://127.0.0.1:8080/api/users/1`.
    /// centrifugo::App::new().http_upstream("http://127.0.0.1:8080/api");
    /// ```
    #[cfg(feature = "http-upstream")]
    pub fn http_upstream(self, url: impl AsRef<str>) -> Self {
        self.http(Http::upstream(url))
    }
}

/// Adds the values of `more` that `all` doesn't contain yet.
fn add_new<T>(all: &mut Vec<&'static T>, more: impl IntoIterator<Item = &'static T>) {
    let mut known: HashSet<*const T> = all.iter().map(|one| ptr::from_ref(*one)).collect();
    all.extend(more.into_iter().filter(|one| known.insert(ptr::from_ref(*one))));
}
