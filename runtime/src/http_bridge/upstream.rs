//! The backend that is a remote server, reached by HTTP.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use hyper::rt::{Read, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use tower::Service;

use super::backend::{self, Backend};
use super::connections::{CONNECT_TIMEOUT, Caller, LimitedConnector};
use super::error::{BackendError, BoxError};
use crate::error::Conflict;

/// The longest time that a connection is idle. Servers close idle connections after 5 s (Node) to 75 s (nginx); hyper
/// detects that, and sends the request over another connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The most connections that are open at a time, unless the app sets another number.
const DEFAULT_CONNECTIONS: usize = 100;

/// A server and its options, before its client is built.
pub(crate) struct Upstream {
    base: BaseUrl,
    /// The connector to a server whose base URL is `https://`.
    tls: Option<HttpsConnector<HttpConnector>>,
    connections: usize,
}

impl Upstream {
    /// Parses the base URL, and loads the system's certificates if it is `https://`.
    pub(crate) fn new(url: &str) -> Result<Self, Conflict> {
        // The log must not contain a password in the URL.
        let shown = || url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("..@{host}"));
        let refuse = |fault: String| Conflict::Upstream { url: shown(), fault };
        let base = BaseUrl::parse(url).map_err(|fault| refuse(fault.to_owned()))?;
        let tls = (base.scheme == Scheme::HTTPS).then(tls).transpose();
        let tls = tls.map_err(|error| refuse(format!("the system has no trusted certificates: {error}")))?;
        Ok(Self { base, tls, connections: DEFAULT_CONNECTIONS })
    }

    /// Limits the open connections, to at least one, without which every call would fail.
    pub(crate) fn limit_connections(&mut self, connections: usize) {
        self.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
    }

    /// Builds the client, as a backend.
    pub(crate) fn into_backend(self) -> Backend {
        match self.tls {
            Some(tls) => backend_over(tls, self.base, self.connections),
            None => backend_over(connector(), self.base, self.connections),
        }
    }
}

fn backend_over<C>(connector: C, base: BaseUrl, connections: usize) -> Backend
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    let connector = LimitedConnector::new(connector, connections, CONNECT_TIMEOUT);
    let mut builder = Client::builder(TokioExecutor::new());
    let client = builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT).build(connector);
    Arc::new(move |mut request, limits| {
        let (client, joined) = (client.clone(), base.join(request.uri()));
        Box::pin(async move {
            *request.uri_mut() = joined.map_err(|error| BackendError::Service(error.into()))?;
            let caller = Caller::default();
            let exchange = async {
                let response = client.request(request).await.map_err(|error| BackendError::Service(error.into()))?;
                backend::read(response, limits.bytes).await
            };
            let response = backend::within(limits.time, caller.clone().run(exchange)).await;
            response.map_err(|error| match error {
                BackendError::Late(time) if caller.has_waited() => BackendError::NoConnection { time, connections },
                error => error,
            })
        })
    })
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    // hyper divides the time among the server's addresses, so that one without an answer leaves time for the next.
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

/// A connector that trusts the system's certificates.
fn tls() -> io::Result<HttpsConnector<HttpConnector>> {
    let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
    Ok(builder.https_only().enable_all_versions().wrap_connector(connector()))
}

/// The URL to which every path is appended.
#[derive(Debug, Clone)]
struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Without a trailing `/`.
    path: String,
}

impl BaseUrl {
    fn parse(url: &str) -> Result<Self, &'static str> {
        if url.contains(['?', '#']) {
            return Err("it must have no query and no fragment, because paths are appended to it");
        }
        let parts = url.parse::<Uri>().map_err(|_| "it is not a URL: write one like `http://127.0.0.1:8080`")?.into_parts();
        let (scheme, authority) = match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => (scheme, authority),
            _ => return Err("it must begin with `http://` or `https://` and a host"),
        };
        if authority.as_str().contains('@') {
            return Err("it must have no user and no password");
        }
        if authority.host().is_empty() {
            return Err("it has no host");
        }
        let has_port = authority.as_str().len() > authority.host().len();
        if has_port && authority.port_u16().is_none_or(|port| port == 0) {
            return Err("its port must be between 1 and 65535");
        }
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err("its path must have no `.` or `..` segments");
        }
        Ok(Self { scheme, authority, path })
    }

    /// Appends a path with a query to the base URL.
    fn join(&self, uri: &Uri) -> Result<Uri, http::Error> {
        let below = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{below}", self.path))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(base: &str, uri: &str) -> String {
        BaseUrl::parse(base).unwrap().join(&uri.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn paths_are_appended_to_the_base_url() {
        assert_eq!(joined("http://127.0.0.1:8080", "/users/1?a=b"), "http://127.0.0.1:8080/users/1?a=b");
        assert_eq!(joined("https://api.test/v1/", "/users"), "https://api.test/v1/users");
        assert_eq!(joined("HTTP://[::1]:80/a/b", "/"), "http://[::1]:80/a/b/");
        assert_eq!(joined("http://api.test/v1", "/@evil.test/x"), "http://api.test/v1/@evil.test/x");
    }

    #[test]
    fn a_url_that_can_not_be_a_base_is_refused() {
        for url in [
            "",
            "localhost",
            "localhost:8080",
            "/api",
            "ftp://api.test",
            "http://",
            "http:///api",
            "http://api.test?x=1",
            "http://api.test#top",
            "http://api.test:x",
            "http://api.test:",
            "http://api.test:0",
            "http://api.test:70000",
            "http://api.test/a/../b",
            "http://user:pw@api.test",
            "http://api .test",
        ] {
            assert!(BaseUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_conflict_does_not_contain_the_password() {
        let conflict = Upstream::new("http://user:pw@api.test").err().unwrap();
        assert_eq!(
            conflict.to_string(),
            "the base URL `..@api.test` of `App::http_upstream` can't be used: it must have no user and no password"
        );
    }
}
