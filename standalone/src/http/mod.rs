//! The HTTP side: the upgrade to a WebSocket, the server API, and the health check.
//!
//! Paths are Centrifugo's, unless the configuration changes them: `/connection/websocket`, `/api/<method>`, `/health`.

mod handshake;
mod late;
mod listener;
mod origin;
mod query;
mod rate;
mod server_api;
mod unread;
mod unsent;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use hyper_util::rt::TokioIo;

use crate::client::{Connection, Engine};
use crate::config::options::{HealthOptions, Options, WebsocketOptions};

use self::handshake::Handshake;
use self::rate::Rate;

pub(crate) use self::listener::Http;

/// What the handlers of requests share.
#[derive(Clone)]
struct Server {
    engine: Arc<Engine>,
    rate: Arc<Rate>,
}

/// The routes of the engine, to serve or to nest in another router.
pub(crate) fn router(engine: Arc<Engine>) -> Router {
    let rate = Arc::new(Rate::new(engine.options.client.connection_rate_limit));
    let Options { websocket: WebsocketOptions { prefix, .. }, health: HealthOptions { prefix: health_prefix }, .. } =
        &engine.options;
    let mut router = serve(serve(Router::new(), prefix, websocket), health_prefix, health);
    if !engine.options.http_api.disabled {
        router = server_api::routes(router, &engine.options.http_api);
    }
    router.with_state(Server { engine, rate })
}

/// Adds the route of a prefix. An empty one, of `/`, is for all paths without a route, as in Centrifugo.
fn serve<H: Handler<T, Server>, T: 'static>(router: Router<Server>, prefix: &str, handler: H) -> Router<Server> {
    if prefix.is_empty() { router.fallback(handler) } else { router.route(prefix, any(handler)) }
}

/// A prefix as a path: without its `/` at the end, it may be empty.
pub(crate) fn path(prefix: &str) -> &str {
    if prefix.is_empty() { "/" } else { prefix }
}

/// The health check, by which balancers find out whether the engine serves, and goes on to do so.
async fn health(State(server): State<Server>) -> impl IntoResponse {
    let status = if server.engine.is_healthy() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], "{}")
}

/// Upgrades a request to a client's connection, or refuses it.
async fn websocket(State(server): State<Server>, mut request: Request) -> Response {
    if server.is_full() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let is_allowed = origin::is_allowed(request.headers(), &server.engine.options.client.allowed_origins);
    let handshake = match server.check(&request, is_allowed) {
        Ok(handshake) => handshake,
        Err(status) => {
            let mut response = Handshake::refusal(status);
            if is_allowed {
                origin::allow_to_read(request.headers(), response.headers_mut());
            }
            return response;
        }
    };
    server.engine.sweep_from_now();
    let response = handshake.response();
    let upgrade = hyper::upgrade::on(&mut request);
    let Parts { headers, mut extensions, .. } = request.into_parts().0;
    // It is a part of the buffer that the request was read into, which would stay in memory as long as the connection.
    extensions.remove::<OriginalUri>();
    let engine = Arc::clone(&server.engine);
    server.engine.connections.spawn(async move {
        // A client that is gone before the upgrade has no connection.
        if let Ok(io) = upgrade.await {
            Connection::new(engine, handshake.request(headers, extensions)).run(TokioIo::new(io)).await;
        }
    });
    response.map(|()| Body::empty())
}

impl Server {
    /// Whether the engine takes no more connections at the moment.
    fn is_full(&self) -> bool {
        if !self.rate.allows() {
            self.engine.log.info("refusing a connection with 503: `client.connection_rate_limit` is reached");
            return true;
        }
        if self.engine.options.client.connection_limit.is_some_and(|limit| self.engine.hub.clients() >= limit) {
            self.engine.log.info("refusing a connection with 503: `client.connection_limit` is reached");
            return true;
        }
        self.engine.stopping.is_cancelled()
    }

    /// Checks the request in Centrifugo's order. `Err`: the status of the refusal.
    fn check(&self, request: &Request, is_allowed: bool) -> Result<Handshake, StatusCode> {
        let handshake = Handshake::of(request)?;
        if !is_allowed {
            let line = "refusing a connection with 403: its origin is neither this server's nor in `client.allowed_origins`";
            let origin = request.headers().get(ORIGIN).map_or(&[][..], HeaderValue::as_bytes);
            self.engine.log.info_of(line, &String::from_utf8_lossy(origin));
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(handshake)
    }
}
