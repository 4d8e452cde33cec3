//! The web page: three files of this folder, the SDK, and the address for clients.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::sdk::Sdk;

/// Serves the page. `endpoint` is the address for the SDK: a path of the page's own server, or a URL.
pub(crate) fn router(sdk: Sdk, endpoint: &str) -> Router {
    let html = include_str!("../web/index.html").replace("{sdk}", &sdk.element()).replace("{sdk-note}", sdk.note());
    let kind = "text/html; charset=utf-8".to_owned();
    let html = ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, policy(&sdk, endpoint))], html);
    let settings = serde_json::json!({ "endpoint": endpoint }).to_string();
    let router = Router::new()
        .route("/", get(async move || html.clone()))
        .route("/chat.css", get(async || file("text/css", include_str!("../web/chat.css"))))
        .route("/chat.js", get(async || file("text/javascript", include_str!("../web/chat.js"))))
        .route("/settings.json", get(async move || file("application/json", settings.clone())));
    match sdk {
        Sdk::Cdn => router,
        Sdk::File(script) => router.route("/centrifuge.js", get(async move || file("text/javascript", script.clone()))),
    }
}

/// What the page may load: its own files, and the SDK. `'self'` includes WebSockets to the page's own server.
fn policy(sdk: &Sdk, endpoint: &str) -> String {
    let elsewhere = if endpoint.starts_with('/') { "" } else { endpoint };
    format!(
        "default-src 'none'; script-src 'self' {}; style-src 'self'; img-src data:; connect-src 'self' {elsewhere}; \
         base-uri 'none'; form-action 'none'",
        sdk.source()
    )
}

fn file(kind: &'static str, content: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, "no-cache")], content)
}
