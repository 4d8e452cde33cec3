//! The app's side of it: what answers, how long it may take, how much it may say.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request, Response};
use http_body_util::Full;
use tonic::codegen::{Body, Service};

use super::Bridge;
use super::exchange::{self, Exchange};
use super::failure::BoxError;
use super::query::Lists;
#[cfg(feature = "http-upstream")]
use super::upstream::Upstream;
use crate::error::Conflict;

/// What stands around a response in the app's answer, at most: gRPC's frame, the message's fields, and `code`.
const FRAMING: usize = 1 << 10;

/// The HTTP that answers RPCs, for [`App::http`](crate::App::http): a tower service in process, or a server.
///
/// ```
/// use std::time::Duration;
/// use axum::{Json, Router, routing::get};
/// use centrifugo::{App, Http};
/// use serde_json::json;
///
/// let router = Router::new().route("/ping", get(async || Json(json!({ "pong": true }))));
/// App::new().http(Http::new(router).timeout(Duration::from_millis(200)).max_response(64 << 10));
/// ```
#[must_use = "it answers nothing until `App::http` has it"]
pub struct Http {
    source: Result<Source, Conflict>,
    timeout: Option<Duration>,
    max_response: Option<usize>,
    lists: Lists,
}

/// What answers. A server's client is built when all options are known.
enum Source {
    Service(Exchange),
    #[cfg(feature = "http-upstream")]
    Upstream(Upstream),
}

impl Source {
    fn exchange(self) -> Exchange {
        match self {
            Self::Service(exchange) => exchange,
            #[cfg(feature = "http-upstream")]
            Self::Upstream(upstream) => upstream.exchange(),
        }
    }
}

impl Http {
    /// A service in process: an `axum::Router`, or any other tower service of `http` requests. Each request gets a clone.
    ///
    /// Its requests have a path and a query, no authority; the [`UserId`](crate::UserId) and the
    /// [`ClientId`](crate::ClientId) are among their extensions.
    pub fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        Self::of(Ok(Source::Service(exchange::with(service))), Lists::Repeated)
    }

    /// A server, by the URL that all paths are put behind: `https://api.example.com/v1`. A client with a pool of
    /// connections asks it; redirects are not followed, proxies of the environment not used.
    ///
    /// The URL has a host, maybe a port and a path, and nothing else; another one is a [`Conflict::Upstream`] at the start.
    /// The server must take `x-centrifugo-user` from nobody but this app. Needs the feature `http-upstream`.
    #[cfg(feature = "http-upstream")]
    pub fn upstream(url: impl AsRef<str>) -> Self {
        Self::of(Upstream::new(url.as_ref()).map(Source::Upstream), Lists::Brackets)
    }

    fn of(source: Result<Source, Conflict>, lists: Lists) -> Self {
        Self { source, timeout: None, max_response: None, lists }
    }

    /// Whether lists in the data of `get` and `head` have brackets in the query: `{"tags": ["x", "y"]}` as `tags[]=x&tags[]=y`, which
    /// PHP and Rails read, instead of `tags=x&tags=y`, which extractors of Rust's servers do. By default a service in process
    /// gets none, and a server gets them.
    ///
    /// ```
    /// # let router = axum::Router::new();
    /// use centrifugo::{App, Http};
    ///
    /// App::new().http(Http::new(router).list_brackets(true));
    /// ```
    pub fn list_brackets(mut self, on: bool) -> Self {
        self.lists = if on { Lists::Brackets } else { Lists::Repeated };
        self
    }

    /// The longest time from the request to the end of the response. By default, and at most, nine tenths of the `timeout`
    /// that Centrifugo has for the RPC proxy (1 s, unless it is configured), so that the log still gets the reason.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The longest body of a response, in bytes. By default [`App::max_message_size`](crate::App::max_message_size) less
    /// 1 KiB: 4 MiB less 1 KiB. Centrifugo closes a client that is sent more than its `client.queue_max_size` (1 MiB) at once.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = Some(bytes);
        self
    }

    /// The most connections to the server of [`Http::upstream`] that are open at a time, including idle ones and those that
    /// are being opened. By default 100; at least one. A service in process has none.
    ///
    /// Calls beyond that wait for a connection within their deadline. When one gets no answer, the log names this option.
    /// Over HTTP/2, all calls share one connection. Opening one to a host with IPv4 and IPv6 addresses may take two sockets
    /// for a moment.
    ///
    /// ```
    /// use centrifugo::{App, Http};
    ///
    /// App::new().http(Http::upstream("http://127.0.0.1:8080/api").max_connections(20));
    /// ```
    #[cfg(feature = "http-upstream")]
    pub fn max_connections(mut self, connections: usize) -> Self {
        if let Ok(Source::Upstream(upstream)) = &mut self.source {
            upstream.limit_connections(connections);
        }
        self
    }

    /// What is wrong with it, if anything is.
    pub(crate) fn conflict(&self) -> Option<&Conflict> {
        self.source.as_ref().err()
    }

    /// What the handler needs. `None`, if there is a conflict.
    pub(crate) fn bridge(self, secret: Option<&HeaderName>, namespaces: Vec<String>, max_message: usize) -> Option<Bridge> {
        Some(Bridge {
            exchange: self.source.ok()?.exchange(),
            timeout: self.timeout,
            max_response: self.max_response.unwrap_or(max_message.saturating_sub(FRAMING)),
            secret: secret.cloned(),
            namespaces,
            lists: self.lists,
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
    fn from(service: S) -> Self {
        Self::new(service)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).field("max_response", &self.max_response).finish()
    }
}
