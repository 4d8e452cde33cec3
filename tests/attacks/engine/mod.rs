//! Attacks of clients on an app with its own engine. After each of them a normal client works at once, the engine has no
//! entry of anyone who has gone, and its memory is what it was.

mod channels;
mod commands;
mod floods;
mod frames;
mod handlers;
mod http;
mod kept;
mod large;
mod limits;
mod slow;
mod stop;

use std::collections::VecDeque;
use std::time::Duration;

use ::http::{HeaderName, HeaderValue};
use centrifugo_tests::attacked::Memory;
use centrifugo_tests::attacked_engine::{API_KEY, Entries};
use centrifugo_tests::{AttackedEngine, PATIENCE};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const NOTHING: Entries = Entries { clients: 0, subscriptions: 0, channels: 0 };

/// Memory that the allocator keeps, and pages of code that are used for the first time.
const SLACK: usize = 24 << 20;

/// The engine, before an attack.
struct Target {
    engine: AttackedEngine,
    before: Memory,
}

impl Target {
    /// Starts the engine with these options beside those that the attacks need.
    async fn start(options: Value) -> Self {
        let engine = AttackedEngine::start(env!("CARGO_BIN_EXE_attacked-engine"), &config(options)).await;
        let target = Self { engine, before: Memory { now: 0, peak: 0 } };
        // What the first client needs is not the attack's.
        target.serves().await;
        Self { before: target.engine.memory(), ..target }
    }

    /// Checks that the attack has left nothing.
    async fn survives(&self) {
        self.serves().await;
        self.engine.has(NOTHING).await;
        println!("memory before the attack: {:?}, after: {:?}", self.before, self.engine.memory());
        self.engine.returns_to(self.before, SLACK).await;
    }

    /// Checks that a normal client works at once.
    async fn serves(&self) {
        let mut client = Client::connected(&self.engine).await;
        client.subscribes("normal").await;
        client.send(r#"{"id":3,"publish":{"channel":"normal","data":{"a":1}}}"#).await;
        let received = [client.next().await, client.next().await];
        assert!(received[0].contains(r#""data":{"a":1}"#), "{received:?}");
        assert_eq!(received[1], r#"{"id":3,"publish":{}}"#);
    }
}

/// The options of an attack, and those that all attacks need.
fn config(mut options: Value) -> Value {
    options["http_server"] = json!({"address": "127.0.0.1", "port": free_port()});
    options["http_api"] = json!({"key": API_KEY});
    options["channel"]["without_namespace"] = json!({
        "allow_subscribe_for_client": true, "allow_subscribe_for_anonymous": true,
        "allow_publish_for_subscriber": true, "allow_publish_for_anonymous": true,
        "presence": true, "join_leave": true, "history_size": 10, "history_ttl": "1s", "history_meta_ttl": "1s",
    });
    options
}

/// A port that is free now. (0 is Centrifugo's default port in a configuration.)
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A client that writes what a test wants it to.
struct Client {
    socket: WebSocketStream<TcpStream>,
    /// Messages of the last frame that have not been taken.
    messages: VecDeque<String>,
}

impl Client {
    /// A client that has not sent anything.
    async fn open(engine: &AttackedEngine) -> Self {
        Self::open_at(engine, "").await
    }

    /// A client with this query.
    async fn open_at(engine: &AttackedEngine, query: &str) -> Self {
        Self::open_with(engine, query, &[]).await
    }

    /// A client with this query and these headers.
    async fn open_with(engine: &AttackedEngine, query: &str, headers: &[(&'static str, &str)]) -> Self {
        let io = TcpStream::connect(engine.address()).await.expect("the engine accepts a connection");
        let url = format!("ws://{}/connection/websocket{query}", engine.address());
        let mut request = url.into_client_request().expect("a URL");
        request.headers_mut().extend(
            headers.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value"))
            }),
        );
        let upgraded = timeout(PATIENCE, tokio_tungstenite::client_async(request, io)).await.expect("an upgrade in time");
        Self { socket: upgraded.expect("an upgrade").0, messages: VecDeque::new() }
    }

    /// A client that has connected.
    async fn connected(engine: &AttackedEngine) -> Self {
        let mut client = Self::open(engine).await;
        client.send(r#"{"id":1,"connect":{}}"#).await;
        let reply = client.next().await;
        assert!(reply.starts_with(r#"{"id":1,"connect":{"client":"#), "{reply}");
        client
    }

    async fn subscribes(&mut self, channel: &str) {
        self.send(&json!({"id": 2, "subscribe": {"channel": channel}}).to_string()).await;
        let reply = self.next().await;
        assert!(reply.starts_with(r#"{"id":2,"subscribe":{"#), "{reply}");
    }

    async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the engine reads");
    }

    /// The next message.
    async fn next(&mut self) -> String {
        if let Some(message) = self.messages.pop_front() {
            return message;
        }
        let frame = self.text().await;
        let (first, rest) = frame.split_once('\n').unwrap_or((&frame, ""));
        self.messages.extend(rest.lines().map(ToOwned::to_owned));
        first.to_owned()
    }

    /// The next reply.
    async fn reply(&mut self) -> String {
        loop {
            let message = self.next().await;
            if message.starts_with("{\"id\":") {
                return message;
            }
        }
    }

    /// The next frame with messages.
    async fn text(&mut self) -> String {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time");
            if let Message::Text(text) = message.expect("a frame").expect("a frame") {
                return text.as_str().to_owned();
            }
        }
    }

    /// Reads to the end, and returns the code of the close frame, if there was one.
    async fn end(&mut self) -> Option<u16> {
        timeout(PATIENCE, async {
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Close(frame) = message {
                    return frame.map(|frame| frame.code.into());
                }
            }
            None
        })
        .await
        .expect("an end in time")
    }
}

/// A little while, in which what must not happen would.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
