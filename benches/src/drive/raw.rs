//! A client of Centrifugo that costs the machine little: raw frames of WebSocket on a socket, with JSON that is searched and
//! not parsed.

use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const MASKED: u8 = 0x80;

/// A client that has connected.
pub(super) struct Raw {
    socket: TcpStream,
    input: BytesMut,
    id: u32,
}

impl Raw {
    /// Opens a socket and a WebSocket, and connects.
    pub(super) async fn connect(address: SocketAddr) -> Result<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let mut client = Self { socket, input: BytesMut::new(), id: 0 };
        client.upgrade(address).await?;
        client.ask(r#""connect":{}"#).await?;
        Ok(client)
    }

    async fn upgrade(&mut self, address: SocketAddr) -> Result<()> {
        let request = format!(
            "GET /connection/websocket HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.socket.write_all(request.as_bytes()).await?;
        loop {
            self.fill().await?;
            if let Some(end) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.input.split_to(end + 4);
                if head.starts_with(b"HTTP/1.1 101") {
                    return Ok(());
                }
                return Err(format!("the upgrade is answered by {}", String::from_utf8_lossy(&head)).into());
            }
        }
    }

    /// Sends a command, and waits for its reply. Everything else that arrives before it is skipped.
    pub(super) async fn ask(&mut self, command: &str) -> Result<String> {
        let id = self.command(command).await?;
        let head = format!("{{\"id\":{id},");
        loop {
            let frame = self.next().await?;
            let lines = std::str::from_utf8(&frame)?;
            if let Some(line) = lines.lines().find(|line| line.starts_with(&head)) {
                let failed = line[head.len()..].starts_with("\"error\"");
                return if failed { Err(format!("{command} is answered by {line}").into()) } else { Ok(line.to_owned()) };
            }
        }
    }

    pub(super) async fn subscribe(&mut self, channel: &str) -> Result<()> {
        self.ask(&format!(r#""subscribe":{{"channel":"{channel}"}}"#)).await.map(drop)
    }

    /// Sends a command, and returns its id.
    pub(super) async fn command(&mut self, command: &str) -> Result<u32> {
        self.id += 1;
        self.send(&format!("{{\"id\":{},{command}}}", self.id)).await?;
        Ok(self.id)
    }

    /// Sends a frame of text, masked with zeros, which leaves it as it is.
    async fn send(&mut self, text: &str) -> Result<()> {
        let mut frame = Vec::with_capacity(text.len() + 8);
        frame.push(TEXT);
        match u8::try_from(text.len()) {
            Ok(length) if length < 126 => frame.push(MASKED | length),
            _ => {
                frame.push(MASKED | 126);
                frame.extend_from_slice(&u16::try_from(text.len())?.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        Ok(self.socket.write_all(&frame).await?)
    }

    /// The next frame. Pings are answered.
    pub(super) async fn next(&mut self) -> Result<Bytes> {
        loop {
            match self.take().await? {
                Some(frame) => return Ok(frame),
                None => self.fill().await?,
            }
        }
    }

    /// A frame that has arrived completely. Pings are answered.
    pub(super) async fn take(&mut self) -> Result<Option<Bytes>> {
        let frame = self.frame()?;
        if let Some(frame) = &frame
            && frame.split(|byte| *byte == b'\n').any(|line| line == b"{}")
        {
            self.send("{}").await?;
        }
        Ok(frame)
    }

    /// Waits for more bytes. It may be dropped at any time.
    pub(super) async fn fill(&mut self) -> Result<()> {
        match self.socket.read_buf(&mut self.input).await? {
            0 => Err("the connection has ended".into()),
            _ => Ok(()),
        }
    }

    fn frame(&mut self) -> Result<Option<Bytes>> {
        let (head, length) = match self.input[..] {
            [_, 127, a, b, c, d, e, f, g, h, ..] => (10, usize::try_from(u64::from_be_bytes([a, b, c, d, e, f, g, h]))?),
            [_, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
            [_, length, ..] if length < 126 => (2, usize::from(length)),
            _ => return Ok(None),
        };
        if self.input.len() < head + length {
            return Ok(None);
        }
        let opcode = self.input[0];
        self.input.advance(head);
        let payload = self.input.split_to(length).freeze();
        match opcode {
            TEXT => Ok(Some(payload)),
            CLOSE => Err(format!("the server closes: {}", String::from_utf8_lossy(payload.get(2..).unwrap_or(&[]))).into()),
            other => Err(format!("a frame begins with {other:#x}").into()),
        }
    }
}
