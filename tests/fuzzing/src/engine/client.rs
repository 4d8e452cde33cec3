//! A client of the engine: WebSocket frames, written and read by a codec of this crate's own.

use centrifugo_standalone::Standalone;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// Larger than everything that one side sends: nobody waits for the other to read.
const PIPE: usize = 1 << 20;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;

/// A client's end of a connection.
pub(crate) struct Client {
    pipe: DuplexStream,
    is_protobuf: bool,
}

/// Everything that a client has received.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The messages of all frames: JSON objects, or messages of Protobuf without their lengths.
    pub(crate) messages: Vec<Vec<u8>>,
    /// The code of the close frame, if there was one.
    pub(crate) close: Option<u16>,
}

impl Client {
    /// Opens a connection.
    pub(crate) async fn open(engine: &Standalone, is_protobuf: bool) -> Self {
        let (pipe, served) = duplex(PIPE);
        let service = TowerToHyperService::new(engine.router());
        tokio::spawn(Builder::new().serve_connection(TokioIo::new(served), service).with_upgrades());
        let mut client = Self { pipe, is_protobuf };
        let query = if is_protobuf { "?format=protobuf" } else { "" };
        let request = format!(
            "GET /connection/websocket{query} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        client.write(request.as_bytes()).await;
        client
    }

    /// Sends bytes, which may be no frame. What the engine does not take any more is lost.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.pipe.write_all(bytes).await;
    }

    /// Sends a frame of the protocol.
    pub(crate) async fn send(&mut self, payload: &[u8]) {
        let opcode = if self.is_protobuf { BINARY } else { TEXT };
        self.write(&masked(0x80 | opcode, payload)).await;
    }

    /// Closes the connection, and returns what has arrived until its end.
    pub(crate) async fn end(mut self) -> Received {
        self.write(&masked(0x80 | CLOSE, &[])).await;
        let mut bytes = Vec::new();
        self.pipe.read_to_end(&mut bytes).await.expect("a pipe does not fail");
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("the head of a response");
        assert!(bytes.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&bytes[..head]));
        Received::read(&bytes[head + 4..], self.is_protobuf)
    }
}

/// A frame with this first byte. Its mask is zero, so that the payload is as it is.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![first];
    match u8::try_from(length) {
        Ok(short @ ..=125) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(length).expect("a frame below 64 KiB").to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

impl Received {
    /// Reads the engine's frames, and checks that they are ones that a server sends.
    fn read(mut bytes: &[u8], is_protobuf: bool) -> Self {
        let mut received = Self::default();
        while let Some((first, payload)) = take_frame(&mut bytes) {
            assert!(received.close.is_none(), "a frame after the close frame");
            match (first, is_protobuf) {
                (0x81, false) => received.messages.extend(lines(payload)),
                (0x82, true) => received.messages.extend(delimited(payload)),
                (0x88, _) => received.close = Some(code(payload)),
                // The pong of the client's ping.
                (0x8a, _) => assert!(payload.len() <= 125, "a long pong"),
                _ => panic!("a frame that begins with {first:#x}"),
            }
        }
        received
    }
}

/// Takes the next frame: its first byte, and its payload.
fn take_frame<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let [first, length, ..] = **bytes else {
        assert!(bytes.is_empty(), "half a frame: {bytes:?}");
        return None;
    };
    let (head, length) = match length {
        126 => (4, u64::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        127 => (10, u64::from_be_bytes(bytes[2..10].try_into().expect("eight bytes"))),
        short => (2, u64::from(short)),
    };
    let end = head + usize::try_from(length).expect("a length");
    assert!(end <= bytes.len(), "half a frame of {length} bytes");
    let payload = &bytes[head..end];
    *bytes = &bytes[end..];
    Some((first, payload))
}

fn lines(payload: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    payload.split(|byte| *byte == b'\n').map(<[u8]>::to_vec)
}

fn delimited(mut payload: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while !payload.is_empty() {
        let length = prost::decode_length_delimiter(&mut payload).expect("the length of a message");
        let (message, rest) = payload.split_at(length);
        messages.push(message.to_vec());
        payload = rest;
    }
    messages
}

/// The code of a close frame, whose reason has to be text.
fn code(payload: &[u8]) -> u16 {
    match payload {
        [] => 1005,
        [first, second, reason @ ..] => {
            assert!(std::str::from_utf8(reason).is_ok(), "{reason:?}");
            u16::from_be_bytes([*first, *second])
        }
        other => panic!("a close frame with {other:?}"),
    }
}
