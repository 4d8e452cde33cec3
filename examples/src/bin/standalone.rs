//! An app with its own engine: a room with history, and a handler that publishes. There is no Centrifugo.
//!
//! | environment | meaning | default |
//! |---|---|---|
//! | `PORT` | the port for clients: WebSocket, server API | `8000` |
//! | `PROXY_ENGINE` | `centrifugo`: a real Centrifugo serves the clients, with the configuration that `PROXY_PRINT_CONFIG=1` prints | `standalone` |
//! | `CENTRIFUGO_HTTP_API_KEY` | the key of the server API, any text; behind Centrifugo it is required | none: nobody calls it |
//!
//! Try, with `wscat -c ws://127.0.0.1:8000/connection/websocket`:
//!
//! * `{"id": 1, "connect": {"data": "ann"}}`
//! * `{"id": 2, "subscribe": {"channel": "room:lobby"}}`
//! * `{"id": 3, "rpc": {"method": "say", "data": "hi"}}`: a push to all that are in the room, and the offset as the reply.

use std::env;
use std::error::Error;

use centrifugo::{App, Connected, Data, Publisher, PublisherError, UserId, rpc, topic};
use serde_json::json;

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[topic("room:<_>")]
async fn join() -> bool {
    true
}

/// Says something in the lobby, and returns its offset.
#[rpc("say")]
async fn say(Data(text): Data<String>, user: UserId, publisher: Publisher) -> Result<u64, PublisherError> {
    let published = publisher.publish("room:lobby", &json!({ "text": text, "by": user.as_str() })).await?;
    Ok(published.offset)
}

fn app() -> App {
    let room = json!({ "name": "room", "history_size": 50, "history_ttl": "60s", "force_recovery": true });
    App::new().centrifugo(json!({ "channel": { "namespaces": [room] } }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut app = app();
    if let Ok(port) = env::var("PORT") {
        app = app.centrifugo(json!({ "http_server": { "port": port.parse::<u16>()? } }));
    }
    // Its own engine needs none, and gives one to the handlers.
    if let Ok(publisher) = Publisher::from_env() {
        app = app.publisher(publisher);
    }
    Ok(app.standalone().run().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifuge::Client;
    use centrifugo::testing::{TestApp, TestServer};
    use futures_util::StreamExt;
    use serde_json::Value;

    async fn connected(server: &TestServer, name: &str) -> Client {
        let client = Client::builder(server.websocket_url()).data(json!(name).to_string()).build().expect("a client");
        client.connect().expect("a start");
        client.ready(None).await.expect("a connection");
        client
    }

    #[tokio::test]
    async fn all_in_the_lobby_receive_what_one_says() {
        let server = TestServer::start(app()).await.expect("an app that can start");
        let (ann, bob) = (connected(&server, "ann").await, connected(&server, "bob").await);
        let lobby = bob.new_subscription("room:lobby").build().expect("a subscription");
        let mut publications = lobby.publications();
        lobby.subscribe();
        lobby.ready(None).await.expect("a granted subscription");

        let offset: u64 = ann.rpc_json("say", &"hi").await.expect("a reply");
        let publication = publications.next().await.expect("a publication");
        assert_eq!(publication.json::<Value>().expect("JSON"), json!({ "text": "hi", "by": "ann" }));
        assert_eq!(offset, 1);

        // The test publishes, too, and reads what the app has published.
        server.publisher().publish("room:lobby", "from the test").await.expect("a publication");
        let history = server.publisher().history("room:lobby").with(|history| history.limit(-1)).await;
        assert_eq!(history.expect("a history").publications.len(), 2);

        ann.close().await;
        bob.close().await;
        server.stop().await;
    }

    #[tokio::test]
    async fn everybody_may_join_a_room() {
        // The test kit calls no engine.
        let app = app().publisher(Publisher::new("http://127.0.0.1:1/api", "any").expect("a URL"));
        let app = TestApp::new(app).expect("an app that can start");
        assert!(app.subscribe("room:lobby").user("ann").await.is_reply());
    }
}
