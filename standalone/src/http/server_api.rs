//! The routes of the server API: the method, the key, then the call.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{Method, StatusCode};
use http_body::Body as _;

use crate::api::{self, key};
use crate::config::options::ApiOptions;

use super::{Server, path};

/// The most bytes of a request. Centrifugo has no limit.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// `<prefix>/<method>` and `<prefix>`, the old route.
pub(super) fn routes(options: &ApiOptions) -> Router<Server> {
    Router::new().route(path(&options.prefix), any(call)).route(&format!("{}/{{method}}", options.prefix), any(call))
}

async fn call(State(server): State<Server>, request: Request) -> Response {
    let options = &server.engine.options.http_api;
    if api::Target::of(request.uri().path(), &options.prefix).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    if request.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if !key::is_authorized(options, request.headers(), request.uri()) {
        server.engine.log.info("refusing a call of the server API with 401: it has no or another key than `http_api.key`");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (parts, body) = request.into_parts();
    // One that announces its length is refused before it is read.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    match to_bytes(body, MAX_BODY).await {
        Ok(body) => api::call(&server.engine, http::Request::from_parts(parts, body)).await.map(Body::from),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}
