//! A minimal client of Centrifugo: its JSON protocol over a WebSocket, one command at a time.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::Result;

/// A client that is connected as user 42.
pub(super) struct Client {
    socket: WebSocketStream<TcpStream>,
    id: u32,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}/connection/websocket");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        let mut client = Self { socket, id: 0 };
        let reply: Value = serde_json::from_str(&client.ask(r#""connect":{"data":{"token":"secret"}}"#).await?)?;
        let connected = &reply["connect"];
        if connected["data"] == json!({ "a": 1 }) && connected["subs"]["news"].is_object() {
            Ok(client)
        } else {
            Err(format!("connect is answered by {reply}").into())
        }
    }

    pub(super) async fn rpc(&mut self) -> Result<()> {
        self.expect(r#""rpc":{"method":"ping"}"#, r#""rpc":{"data":"pong"}"#).await
    }

    pub(super) async fn subscribe(&mut self, room: usize) -> Result<()> {
        self.expect(&format!(r#""subscribe":{{"channel":"room:{room}"}}"#), r#""subscribe":{}"#).await
    }

    async fn expect(&mut self, command: &str, answer: &str) -> Result<()> {
        let reply = self.ask(command).await?;
        if reply == format!("{{\"id\":{},{answer}}}", self.id) {
            Ok(())
        } else {
            Err(format!("{command} is answered by {reply}").into())
        }
    }

    /// Sends a command, and waits for its reply.
    async fn ask(&mut self, command: &str) -> Result<String> {
        self.id += 1;
        let (id, command) = (format!("{{\"id\":{},", self.id), format!("{{\"id\":{},{command}}}", self.id));
        self.socket.send(Message::text(command)).await?;
        loop {
            let message = self.socket.next().await.ok_or("the connection has ended")??;
            let Message::Text(lines) = message else { return Err(format!("the connection says {message:?}").into()) };
            let mut reply = None;
            for line in lines.lines() {
                match line {
                    // A ping, to which the client replies with the same.
                    "{}" => self.socket.send(Message::text("{}")).await?,
                    line if line.starts_with(&id) => reply = Some(line.to_owned()),
                    line => return Err(format!("nobody has asked for {line}").into()),
                }
            }
            if let Some(reply) = reply {
                return Ok(reply);
            }
        }
    }
}
