//! RPCs that go to another server: `get:users/1` becomes a request of `/users/1` at `UPSTREAM_URL`.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `UPSTREAM_URL` | the server's base URL | `http://127.0.0.1:8080` |
//!
//! Try, with any HTTP server there (for example `python3 -m http.server 8080`), after `{"id": 1, "connect": {}}`:
//!
//! * `{"id": 2, "rpc": {"method": "get:nothing"}}`: `{"code": 404, "message": "Not Found"}`, or the server's JSON;
//! * the same without a server: error 100; the app's log has the cause.

use centrifugo::{App, Connected, Data};

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(name: Option<Data<String>>) -> Connected {
    name.map_or_else(Connected::anonymous, |Data(name)| Connected::user(name))
}

fn app(upstream: &str) -> App {
    App::new().http_upstream(upstream)
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    let upstream = std::env::var("UPSTREAM_URL").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    app(&upstream).run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use axum::{Json, Router, routing::get};
    use centrifugo::testing::TestApp;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn the_server_receives_the_user() {
        let whoami = get(async |headers: HeaderMap| {
            let user = headers.get("x-centrifugo-user").and_then(|user| user.to_str().ok()).unwrap_or("nobody");
            Json(json!({ "user": user }))
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let server = axum::serve(listener, Router::new().route("/api/whoami", whoami));
        let server = tokio::spawn(server.into_future());

        let app = TestApp::new(app(&url)).expect("an app that can start");
        assert_eq!(app.rpc("get:whoami").user("ann").await.data::<Value>(), json!({ "code": 200, "user": "ann" }));
        assert_eq!(app.rpc("get:whoami").await.data::<Value>(), json!({ "code": 200, "user": "nobody" }));
        assert_eq!(app.rpc("get:other").await.data::<Value>(), json!({ "code": 404, "message": "Not Found" }));
        server.abort();
    }
}
