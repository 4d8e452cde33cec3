//! The router that receives the RPCs.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Json, Path, RawQuery, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::{any, delete, get, post, put};
use axum::{Extension, Router};
use centrifugo::{ClientId, UserId};
use futures_util::stream;
use serde_json::{Value, json};

async fn user(Path(id): Path<u64>) -> Json<Value> {
    Json(json!({ "id": id, "code": "mine" }))
}

async fn query(RawQuery(query): RawQuery) -> Json<Value> {
    Json(json!({ "query": query.map(|query| query.replace("%5B", "[").replace("%5D", "]")) }))
}

async fn store(Json(news): Json<Value>) -> (StatusCode, Json<Value>) {
    match news["title"].as_str() {
        Some(title) if !title.is_empty() => (StatusCode::CREATED, Json(json!({ "title": title }))),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": { "title": ["say something"] } }))),
    }
}

async fn echo(request: Request) -> Json<Value> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    Json(json!({
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "type": head.headers.get("content-type").and_then(|value| value.to_str().ok()),
        "body": String::from_utf8_lossy(&body),
    }))
}

async fn whoami(headers: HeaderMap, user: Option<Extension<UserId>>, client: Option<Extension<ClientId>>) -> Json<Value> {
    let all =
        |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok().map(str::to_owned)).collect::<Vec<_>>();
    Json(json!({
        "user": all("x-centrifugo-user"),
        "client_is_known": all("x-centrifugo-client").len() == 1 && all("x-centrifugo-client") != ["spoofed"],
        "typed": user.map(|Extension(user)| user.into_string()),
        "typed_client_is_known": client.is_some_and(|Extension(client)| {
            all("x-centrifugo-client") == [client.into_string()]
        }),
        "language": all("accept-language"),
        "accept": all("accept"),
        "others": headers.keys().filter(|name| {
            let name = name.as_str();
            name.starts_with("grpc-") || ["te", "user-agent", "x-secret", "x_centrifugo_user"].contains(&name)
        }).map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

async fn broken_off() -> Body {
    let rest = Err(io::Error::other("the disk is gone"));
    Body::from_stream(stream::iter([Ok("{\"id\":"), rest]))
}

pub(super) fn router() -> Router {
    Router::new()
        .route("/users/{id}", get(user))
        .route("/query", get(query))
        .route("/news/store", post(store))
        .route("/echo", put(echo).patch(echo).delete(echo).post(echo))
        .route("/whoami", get(whoami))
        .route("/names/{name}", get(async |Path(name): Path<String>| Json(name)))
        .route("/list", get(async || Json([1, 2])))
        .route("/gone", delete(async || StatusCode::NO_CONTENT))
        .route("/text", get(async || "hello"))
        .route("/old", get(async || Redirect::to("/list")))
        .route("/broken", get(async || (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "message": "no such table" })))))
        .route(
            "/panic",
            get(async || {
                if true {
                    panic!("at the disco")
                }
            }),
        )
        .route("/broken-off", get(broken_off))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(60)).await))
        .route("/large", get(async || Json("x".repeat(64 << 10))))
        .route("/secret", any(async || Json("inner")))
}
