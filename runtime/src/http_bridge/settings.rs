//! The bridge's settings in the app: the service or the server, and the limits of its responses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::TryFutureExt;
use http::{HeaderName, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::{Service, ServiceExt};

use super::Bridge;
use super::backend::{Backend, read, within};
use super::error::{BackendError, BoxError};
use super::query::ListStyle;
#[cfg(feature = "http-upstream")]
use super::upstream::Upstream;
use crate::error::Conflict;

/// The most bytes that a reply has besides the HTTP response's body: gRPC's frame, the message's fields, and `code`.
const FRAMING: usize = 1 << 10;

/// An HTTP service that answers RPCs, with its options, for [`App::http`](crate::App::http): a tower service in the process,
/// or a remote server.
///
/// ```
/// use std::time::Duration;
/// use axum::{Json, Router, routing::get};
/// use centrifugo::{App, Http};
/// use serde_json::json;
///
/// let router = Router::new().route("/ping", get(async || Json(json!({ "pong": true }))));
/// let http = Http::new(router).timeout(Duration::from_millis(200)).max_response(64 << 10);
/// App::new().http(http);
/// ```
#[must_use = "it has no effect until `App::http` receives it"]
pub struct Http {
    backend: Result<BackendBuilder, Conflict>,
    timeout: Option<Duration>,
    max_response: Option<usize>,
    list_style: ListStyle,
}

/// A backend before all options are known. The client of a remote server is built afterwards.
enum BackendBuilder {
    Service(Backend),
    #[cfg(feature = "http-upstream")]
    Upstream(Upstream),
}

impl BackendBuilder {
    fn build(self) -> Backend {
        match self {
            Self::Service(backend) => backend,
            #[cfg(feature = "http-upstream")]
            Self::Upstream(upstream) => upstream.into_backend(),
        }
    }
}

impl Http {
    /// A service in the process: an `axum::Router`, or any other tower service of `http` requests, with the bounds of
    /// [`From`](#impl-From%3CS%3E-for-Http). A clone of it serves each request.
    ///
    /// The requests have a path and a query, and no authority. Their extensions contain the [`UserId`](crate::UserId) and
    /// the [`ClientId`](crate::ClientId).
    pub fn new(service: impl Into<Self>) -> Self {
        service.into()
    }

    /// A remote server, by the base URL to which all paths are appended: `https://api.example.com/v1`. A client with a pool
    /// of connections sends the requests. It follows no redirects, and uses no proxies from the environment.
    ///
    /// The URL has a scheme, a host, optionally a port and a path, and nothing else: any other URL is a
    /// [`Conflict::Upstream`] at the start. The server must accept `x-centrifugo-user` from this app alone. Needs the
    /// feature `http-upstream`.
    #[cfg(feature = "http-upstream")]
    pub fn upstream(url: impl AsRef<str>) -> Self {
        Self::of(Upstream::new(url.as_ref()).map(BackendBuilder::Upstream), ListStyle::Brackets)
    }

    fn of(backend: Result<BackendBuilder, Conflict>, list_style: ListStyle) -> Self {
        Self { backend, timeout: None, max_response: None, list_style }
    }

    /// Sets whether lists in the data of `get` and `head` have brackets in the query: `{"tags": ["x", "y"]}` becomes
    /// `tags[]=x&tags[]=y`, which PHP and Rails read, instead of `tags=x&tags=y`, which the extractors of Rust's web
    /// frameworks read. By default, lists have brackets for a remote server, and none for a service in the process.
    ///
    /// ```
    /// # let router = axum::Router::new();
    /// use centrifugo::{App, Http};
    ///
    /// App::new().http(Http::new(router).list_brackets(true));
    /// ```
    pub fn list_brackets(mut self, on: bool) -> Self {
        self.list_style = if on { ListStyle::Brackets } else { ListStyle::Repeated };
        self
    }

    /// Sets the longest time from the request to the end of the response. By default, and at most, it is nine tenths of the
    /// `timeout` that Centrifugo's configuration has for the RPC proxy (1 s by default), so that the app can still log the
    /// reason.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the longest body of a response, in bytes. By default, it is
    /// [`App::max_message_size`](crate::App::max_message_size) less 1 KiB: 4 MiB less 1 KiB. Centrifugo disconnects a client
    /// for which more than its `client.queue_max_size` (1 MiB) is waiting to be sent.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = Some(bytes);
        self
    }

    /// Sets how many connections to the server of [`Http::upstream`] may be open at a time, including idle ones and those
    /// that are being opened: 100 by default, at least 1. A service in the process has no connections.
    ///
    /// Further calls wait for a connection until their deadline. If a call fails because of that, the log names this option.
    /// Over HTTP/2, all calls share one connection. To open a connection to a host with IPv4 and IPv6 addresses, the app may
    /// use two sockets for a moment.
    ///
    /// ```
    /// use centrifugo::{App, Http};
    ///
    /// let api = Http::upstream("http://127.0.0.1:8080/api");
    /// App::new().http(api.max_connections(20));
    /// ```
    #[cfg(feature = "http-upstream")]
    pub fn max_connections(mut self, connections: usize) -> Self {
        if let Ok(BackendBuilder::Upstream(upstream)) = &mut self.backend {
            upstream.limit_connections(connections);
        }
        self
    }

    /// The conflict that stops the app, if the base URL can't be used.
    pub(crate) fn conflict(&self) -> Option<&Conflict> {
        self.backend.as_ref().err()
    }

    /// Builds the bridge; `None` if there is a conflict.
    pub(crate) fn bridge(self, secret: Option<&HeaderName>, namespaces: Vec<String>, max_message: usize) -> Option<Bridge> {
        Some(Bridge {
            backend: self.backend.ok()?.build(),
            timeout: self.timeout,
            max_response: self.max_response.unwrap_or(max_message.saturating_sub(FRAMING)),
            secret: secret.cloned(),
            namespaces,
            list_style: self.list_style,
        })
    }
}

impl<S, B> From<S> for Http
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Each request gets a clone of the service, because a tower service that is ready is ready for one call.
    fn from(service: S) -> Self {
        let backend: Backend = Arc::new(move |request, limits| {
            let response = service.clone().oneshot(request).map_err(|error| BackendError::Service(error.into()));
            Box::pin(within(limits.time, async move { read(response.await?, limits.bytes).await }))
        });
        Self::of(Ok(BackendBuilder::Service(backend)), ListStyle::Repeated)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).field("max_response", &self.max_response).finish()
    }
}
