//! A client's connection, which reads in the background and answers pings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, http};

use super::format::Format;
use super::transcript;

type Sink = Arc<Mutex<SplitSink<WebSocketStream<TcpStream>, Message>>>;

/// How a scenario opens a connection.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    format: Format,
    /// Pings stand in the transcript, and nothing answers them.
    pings: bool,
    /// The transcript has none of its messages: how many arrive before the end of a slow client is a matter of luck.
    silent: bool,
    query: String,
    headers: Vec<(String, String)>,
}

impl Options {
    /// `protobuf`, `pings`, `silent`, `?QUERY`, `HEADER=VALUE`.
    ///
    /// # Errors
    ///
    /// A word that is none of these.
    pub(crate) fn read(words: &[String]) -> Result<Self, String> {
        let (mut format, mut pings, mut silent) = (Format::Json, false, false);
        let (mut query, mut headers) = (String::new(), Vec::new());
        for word in words {
            match word.as_str() {
                "protobuf" => format = Format::Protobuf,
                "pings" => pings = true,
                "silent" => silent = true,
                other if other.starts_with('?') => other.clone_into(&mut query),
                other => headers.push(header(other)?),
            }
        }
        if format == Format::Protobuf && query.is_empty() && headers.is_empty() {
            query.push_str("?format=protobuf");
        }
        Ok(Self { format, pings, silent, query, headers })
    }

    fn request(&self, address: SocketAddr) -> Result<http::Request<()>, Error> {
        let mut request = format!("ws://{address}/connection/websocket{}", self.query).into_client_request()?;
        for (name, value) in &self.headers {
            let name: http::HeaderName = name.parse().map_err(http::Error::from)?;
            let value = http::HeaderValue::from_bytes(value.as_bytes()).map_err(http::Error::from)?;
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

fn header(word: &str) -> Result<(String, String), String> {
    let (name, value) = word.split_once('=').ok_or_else(|| format!("no option `{word}`"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What a connection has received.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The messages, as JSON texts.
    pub(crate) messages: Vec<String>,
    /// How the connection has ended.
    pub(crate) end: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) name: String,
    options: Options,
    sink: Option<Sink>,
    pub(crate) received: watch::Receiver<Received>,
    paused: watch::Sender<bool>,
    /// Whether the client has ended it. How the server agrees differs from library to library.
    closed: Arc<AtomicBool>,
    /// The number of messages that the scenario's expectations have passed.
    pub(crate) passed: usize,
}

impl Connection {
    /// Opens a connection. One that the server refuses has ended already.
    pub(crate) async fn open(
        name: &str,
        options: Options,
        address: SocketAddr,
        learn: impl Fn(&Value) + Send + Sync + 'static,
    ) -> Self {
        let (sender, received) = watch::channel(Received::default());
        let (paused, reads) = watch::channel(false);
        let closed = Arc::new(AtomicBool::new(false));
        let sink = match upgrade(address, &options).await {
            Ok((stream, subprotocol)) => {
                sender.send_modify(|received| received.messages.extend(subprotocol));
                let (sink, stream) = stream.split();
                let sink = Arc::new(Mutex::new(sink));
                let reader = Reader { sink: sink.clone(), sender, options: options.clone(), closed: closed.clone() };
                tokio::spawn(reader.run(stream, reads, learn));
                Some(sink)
            }
            Err(refusal) => {
                sender.send_modify(|received| received.end = Some(refusal));
                None
            }
        };
        Self { name: name.to_owned(), options, sink, received, paused, closed, passed: 0 }
    }

    /// Sends these commands in one frame. A peer that has gone receives nothing; the transcript has its end.
    pub(crate) async fn send(&self, commands: &[String]) {
        self.send_frame(self.options.format.frame(commands)).await;
    }

    pub(crate) async fn send_bytes(&self, bytes: Bytes) {
        self.send_frame(Message::Binary(bytes)).await;
    }

    /// Begins to close the connection.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.send_frame(Message::Close(None)).await;
    }

    async fn send_frame(&self, frame: Message) {
        if let Some(sink) = &self.sink {
            drop(sink.lock().await.send(frame).await);
        }
    }

    /// Stops reading, or goes on.
    pub(crate) fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// The messages, but for the reply to the scenario's last command, and the end.
    pub(crate) fn transcript(&self) -> Vec<String> {
        let received = self.received.borrow();
        if self.options.silent {
            return vec![if received.end.is_some() { "ended" } else { "open" }.to_owned()];
        }
        let messages = received.messages.iter().filter(|message| !message.contains("4294967295"));
        let end = received.end.as_deref().map_or("open".to_owned(), |end| format!("ended {end}"));
        messages.map(|message| transcript::canonical(message)).chain([end]).collect()
    }

    /// Whether it has a connect reply, and no end.
    pub(crate) fn is_connected(&self) -> bool {
        let (received, wanted) = (self.received.borrow(), json!({ "connect": {} }));
        let is_reply = |message: &String| transcript::contains(&serde_json::from_str(message).unwrap_or_default(), &wanted);
        received.end.is_none() && received.messages.iter().any(is_reply)
    }
}

/// The stream, and the subprotocol that the server chose.
async fn upgrade(address: SocketAddr, options: &Options) -> Result<(WebSocketStream<TcpStream>, Option<String>), String> {
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let request = options.request(address).map_err(|error| error.to_string())?;
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((stream, response)) => {
            let chosen = response.headers().get("sec-websocket-protocol").and_then(|value| value.to_str().ok());
            Ok((stream, chosen.map(|chosen| format!("subprotocol {chosen}"))))
        }
        Err(Error::Http(response)) => Err(format!("refused {}", response.status().as_u16())),
        Err(error) => Err(error.to_string()),
    }
}

/// The half of a connection that reads.
struct Reader {
    sink: Sink,
    sender: watch::Sender<Received>,
    options: Options,
    closed: Arc<AtomicBool>,
}

impl Reader {
    async fn run(
        self,
        mut stream: SplitStream<WebSocketStream<TcpStream>>,
        mut reads: watch::Receiver<bool>,
        learn: impl Fn(&Value) + Sync,
    ) {
        let mut end = None;
        loop {
            // The scenario has ended.
            if reads.wait_for(|paused| !paused).await.is_err() {
                return;
            }
            let frame = tokio::select! {
                frame = stream.next() => frame,
                changed = reads.changed() => if changed.is_ok() { continue } else { return },
            };
            match frame {
                Some(Ok(Message::Text(text))) => self.frame(text.into(), &learn).await,
                Some(Ok(Message::Binary(bytes))) => self.frame(bytes, &learn).await,
                Some(Ok(Message::Close(frame))) => {
                    end = frame.map(|frame| format!("{} {}", u16::from(frame.code), frame.reason).trim_end().to_owned());
                }
                Some(Ok(Message::Ping(_))) => self.keep("ping frame".to_owned()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            }
        }
        let end = if self.closed.load(Ordering::Relaxed) { Some("by the client".to_owned()) } else { end };
        self.sender.send_modify(|received| received.end = Some(end.unwrap_or_else(|| "no close frame".into())));
    }

    async fn frame(&self, bytes: Bytes, learn: &(impl Fn(&Value) + Sync)) {
        for message in self.options.format.replies(bytes) {
            if message == "{}" && !self.options.pings {
                drop(self.sink.lock().await.send(self.options.format.frame(&[message])).await);
                continue;
            }
            learn(&serde_json::from_str(&message).unwrap_or_default());
            self.keep(message);
        }
    }

    fn keep(&self, message: String) {
        self.sender.send_modify(|received| received.messages.push(message));
    }
}
