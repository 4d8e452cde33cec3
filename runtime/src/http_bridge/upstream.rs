//! A server that answers in the app's stead.

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
use tonic::codegen::Service;

use super::connections::{Caller, Capped, OPENING};
use super::exchange::{self, Exchange};
use super::failure::{BoxError, Fault};
use crate::error::Conflict;

/// How long a connection may be idle. Servers close theirs after 5 s (Node) to 75 s (nginx); one that the server has closed
/// is noticed, and the request goes out on another one.
const IDLE: Duration = Duration::from_secs(30);

/// How many connections may be open at a time, unless the app says otherwise.
const CONNECTIONS: usize = 100;

/// A server, before its client is built.
pub(crate) struct Upstream {
    base: Base,
    /// What opens connections to a server whose base URL is `https://`.
    tls: Option<HttpsConnector<HttpConnector>>,
    connections: usize,
}

impl Upstream {
    /// The server with this base URL.
    pub(crate) fn new(url: &str) -> Result<Self, Conflict> {
        // A password in the URL is not for the log.
        let shown = || url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("..@{host}"));
        let refuse = |fault: String| Conflict::Upstream { url: shown(), fault };
        let base = Base::parse(url).map_err(|fault| refuse(fault.to_owned()))?;
        let tls = (base.scheme == Scheme::HTTPS).then(tls).transpose();
        let tls = tls.map_err(|error| refuse(format!("there are no certificates to trust: {error}")))?;
        Ok(Self { base, tls, connections: CONNECTIONS })
    }

    /// At least one, since no call would ever be answered without.
    pub(crate) fn limit_connections(&mut self, connections: usize) {
        self.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
    }

    /// Sends requests to the server.
    pub(crate) fn exchange(self) -> Exchange {
        match self.tls {
            Some(tls) => through(tls, self.base, self.connections),
            None => through(connector(), self.base, self.connections),
        }
    }
}

fn through<C>(connector: C, base: Base, connections: usize) -> Exchange
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    let connector = Capped::new(connector, connections, OPENING);
    let mut builder = Client::builder(TokioExecutor::new());
    let client = builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector);
    Arc::new(move |mut request, limits| {
        let (client, joined) = (client.clone(), base.join(request.uri()));
        Box::pin(async move {
            *request.uri_mut() = joined.map_err(|error| Fault::Service(error.into()))?;
            let caller = Caller::default();
            let answer = async {
                let response = client.request(request).await.map_err(|error| Fault::Service(error.into()))?;
                exchange::read(response, limits.bytes).await
            };
            let answer = exchange::within(limits.time, caller.clone().run(answer)).await;
            answer.map_err(|fault| match fault {
                Fault::Late(time) if caller.has_waited() => Fault::Crowded { time, connections },
                fault => fault,
            })
        })
    })
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    // Shared by all addresses of the server, so that one that is silent leaves time for the next.
    connector.set_connect_timeout(Some(OPENING));
    connector
}

/// With the certificates that the system trusts.
fn tls() -> io::Result<HttpsConnector<HttpConnector>> {
    let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
    Ok(builder.https_only().enable_all_versions().wrap_connector(connector()))
}

/// What every path is put behind.
#[derive(Debug, Clone)]
struct Base {
    scheme: Scheme,
    authority: Authority,
    /// Without a `/` at the end.
    path: String,
}

impl Base {
    fn parse(url: &str) -> Result<Self, &'static str> {
        if url.contains(['?', '#']) {
            return Err("it must have no query and no fragment: paths are put behind it");
        }
        let parts = url.parse::<Uri>().map_err(|_| "it is no URL: write `http://127.0.0.1:8080`")?.into_parts();
        let (scheme, authority) = match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => (scheme, authority),
            _ => return Err("it must begin with `http://` or `https://`, and a host"),
        };
        if authority.as_str().contains('@') {
            return Err("it must have no user and no password");
        }
        if authority.host().is_empty() {
            return Err("it has no host");
        }
        let has_port = authority.as_str().len() > authority.host().len();
        if has_port && authority.port_u16().is_none_or(|port| port == 0) {
            return Err("its port must be one from 1 to 65535");
        }
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err("its path must have no `.` and `..` segments");
        }
        Ok(Self { scheme, authority, path })
    }

    /// The URI of a path and a query, under the base.
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
        Base::parse(base).unwrap().join(&uri.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn paths_are_put_behind_the_base() {
        assert_eq!(joined("http://127.0.0.1:8080", "/users/1?a=b"), "http://127.0.0.1:8080/users/1?a=b");
        assert_eq!(joined("https://api.test/v1/", "/users"), "https://api.test/v1/users");
        assert_eq!(joined("HTTP://[::1]:80/a/b", "/"), "http://[::1]:80/a/b/");
        assert_eq!(joined("http://api.test/v1", "/@evil.test/x"), "http://api.test/v1/@evil.test/x");
    }

    #[test]
    fn a_url_that_is_no_base_is_refused() {
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
            assert!(Base::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_password_is_not_told() {
        let conflict = Upstream::new("http://user:pw@api.test").err().unwrap();
        assert_eq!(
            conflict.to_string(),
            "the base URL `..@api.test` of `App::http_upstream` can't be used: it must have no user and no password"
        );
    }
}
