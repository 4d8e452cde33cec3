//! The web page: three files of this folder, the SDK from npm, and the address of Centrifugo.

use std::path::Path;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::Error;

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");

/// Returns the JavaScript SDK, which npm installs first if it is missing.
pub(crate) async fn sdk() -> Result<String, Error> {
    let web = Path::new(WEB);
    centrifugo_server::npm_ci(web).await?;
    let path = web.join("node_modules/centrifuge/dist/centrifuge.js");
    tokio::fs::read_to_string(&path).await.map_err(|source| Error::Sdk { path, source })
}

/// Serves the page. `endpoint` is Centrifugo's address for the SDK.
pub(crate) fn router(sdk: String, endpoint: &str) -> Router {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' {endpoint}; \
         base-uri 'none'; form-action 'none'"
    );
    let settings = serde_json::json!({ "endpoint": endpoint }).to_string();
    let html = (
        [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)],
        include_str!("../web/index.html"),
    );
    Router::new()
        .route("/", get(async move || html.clone()))
        .route("/chat.css", get(async || file("text/css", include_str!("../web/chat.css"))))
        .route("/chat.js", get(async || file("text/javascript", include_str!("../web/chat.js"))))
        .route("/centrifuge.js", get(async move || file("text/javascript", sdk.clone())))
        .route("/settings.json", get(async move || file("application/json", settings.clone())))
}

fn file(kind: &'static str, content: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, "no-cache")], content)
}
