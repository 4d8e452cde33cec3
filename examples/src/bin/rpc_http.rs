//! RPCs that go to HTTP: an axum router in the same process serves `get:..` and `post:..`. One method has a handler.
//!
//! Try, after `{"id": 1, "connect": {}}`:
//!
//! * `{"id": 2, "rpc": {"method": "get:users/1"}}`: `{"code": 200, "id": 1, "name": "Ann"}`;
//! * `{"id": 3, "rpc": {"method": "get:users/2"}}`: `{"code": 404, "message": "no such user"}`;
//! * `{"id": 4, "rpc": {"method": "post:news/store", "data": {"title": "Hi"}}}`: `{"code": 201, "title": "Hi"}`;
//! * `{"id": 5, "rpc": {"method": "post:news/store", "data": {"title": ""}}}`:
//!   `{"code": 422, "errors": {"title": ["say something"]}}`;
//! * `{"id": 6, "rpc": {"method": "get:users/me"}}`: `{"name": "nobody"}`, from the handler;
//! * `{"id": 7, "rpc": {"method": "users"}}`: error 404, neither a handler's method nor a verb and a path.

use axum::Router;
use axum::extract::{Json, Path};
use axum::http::StatusCode;
use axum::routing::{get, post};
use centrifugo::{App, Connected, UserId, rpc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct News {
    title: String,
}

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("get:users/me")]
async fn me(user: UserId) -> Value {
    json!({ "name": if user.is_anonymous() { "nobody" } else { user.as_str() } })
}

async fn user(Path(id): Path<u64>) -> (StatusCode, Json<Value>) {
    match id {
        1 => (StatusCode::OK, Json(json!({ "id": id, "name": "Ann" }))),
        _ => (StatusCode::NOT_FOUND, Json(json!({ "message": "no such user" }))),
    }
}

async fn store(Json(news): Json<News>) -> Result<(StatusCode, Json<News>), (StatusCode, Json<Value>)> {
    if news.title.trim().is_empty() {
        let errors = json!({ "errors": { "title": ["say something"] } });
        return Err((StatusCode::UNPROCESSABLE_ENTITY, Json(errors)));
    }
    Ok((StatusCode::CREATED, Json(news)))
}

fn app() -> App {
    App::new().http(Router::new().route("/users/{id}", get(user)).route("/news/store", post(store)))
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    app().run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn methods_without_a_handler_go_to_the_router() {
        let app = TestApp::new(app()).expect("an app that can start");
        let ann = json!({ "code": 200, "id": 1, "name": "Ann" });
        assert_eq!(app.rpc("get:users/1").await.data::<Value>(), ann);
        assert_eq!(app.rpc("get:users/2").await.data::<Value>(), json!({ "code": 404, "message": "no such user" }));
        assert_eq!(app.rpc("get:users/me").user("7").await.data::<Value>(), json!({ "name": "7" }));
        let stored = app.rpc("post:news/store").data(json!({ "title": "Hi" })).await;
        assert_eq!(stored.data::<Value>(), json!({ "code": 201, "title": "Hi" }));
        assert_eq!(app.rpc("users").await.error().code(), 404);
    }

    #[tokio::test]
    async fn an_anonymous_user_is_nobody() {
        assert_eq!(me(UserId::default()).await, json!({ "name": "nobody" }));
        assert_eq!(me(UserId::new("7")).await, json!({ "name": "7" }));
    }
}
