//! The routes of the server API: the method, the key, then the call.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{Method, StatusCode, Uri};
use http_body::Body as _;

use crate::api::{self, key};
use crate::config::options::ApiOptions;
use crate::config::paths;

use super::{Server, serve};

/// The most bytes of a request. Centrifugo has no limit.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Adds `<prefix>/<method>` and `<prefix>`, the old route.
pub(super) fn routes(router: Router<Server>, options: &ApiOptions) -> Router<Server> {
    let router = paths::of_api(&options.prefix).fold(router, |router, path| router.route(&path, any(call)));
    serve(router, &options.prefix, old_route)
}

/// The route whose body names the method. With the prefix `/` it has all paths without a route, also `/a/publish`.
async fn old_route(State(server): State<Server>, mut request: Request) -> Response {
    if server.engine.options.http_api.prefix.is_empty()
        && let Some(root) = root(request.uri())
    {
        *request.uri_mut() = root;
    }
    call(State(server), request).await
}

/// `/` with the query, which may have the key.
fn root(uri: &Uri) -> Option<Uri> {
    let query = uri.query().map(|query| format!("/?{query}"));
    query.as_deref().unwrap_or("/").parse().ok()
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
