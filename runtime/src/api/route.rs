//! The way of a publisher's calls: over HTTP, or to the app's own engine in the same process.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use cent::{BoxError, BoxFuture, DefaultHttpClient, HttpClient};
use centrifugo_standalone::Api;

/// The way of a publisher's calls, shared by its clones.
#[derive(Clone)]
pub(super) struct Route {
    /// The engine of the app that has the publisher, once it runs.
    engine: Arc<RwLock<Option<Api>>>,
    /// `None`: the publisher is only for an engine.
    http: Option<DefaultHttpClient>,
}

impl Route {
    /// A route over HTTP until there is an engine.
    pub(super) fn over_http() -> Result<Self, cent::Error> {
        Ok(Self { http: Some(DefaultHttpClient::new()?), ..Self::without_http() })
    }

    /// A route that leads nowhere until there is an engine.
    pub(super) fn without_http() -> Self {
        Self { engine: Arc::default(), http: None }
    }

    /// Leads to the engine from now on.
    pub(super) fn lead_to(&self, engine: Api) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(engine);
    }
}

impl HttpClient for Route {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Result<http::Response<Bytes>, BoxError>> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner).clone();
        match (engine, &self.http) {
            (Some(engine), _) => Box::pin(async move { Ok(engine.call(request).await) }),
            (None, Some(http)) => http.send(request),
            (None, None) => Box::pin(async { Err("the app's engine has not started".into()) }),
        }
    }
}
