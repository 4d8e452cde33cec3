//! A peer that writes HTTP/2 frames by hand, also frames that a library refuses to send.

use std::io;
use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::wire;

/// The first bytes of a connection.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A flag of DATA and HEADERS: nothing follows on the stream.
pub const END_STREAM: u8 = 1;
/// A flag of HEADERS and CONTINUATION: the block of headers is complete.
pub const END_HEADERS: u8 = 4;
/// A flag of SETTINGS and PING: it acknowledges one.
pub const ACK: u8 = 1;
/// The setting of the window that streams begin with.
pub const INITIAL_WINDOW: u16 = 4;

const HEAD: usize = 9;

/// The type of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "HTTP/2's names")]
#[repr(u8)]
pub enum Kind {
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
    /// A type that HTTP/2 doesn't define, and that a receiver ignores.
    Unknown = 0xfa,
}

/// A frame that the app has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream; 0 is the connection.
    pub stream: u32,
    /// The bytes after its head.
    pub payload: Bytes,
}

impl Frame {
    /// Whether it is one of these.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind as u8
    }

    /// Whether it is one of these with this flag.
    pub fn has(&self, kind: Kind, flag: u8) -> bool {
        self.is(kind) && self.flags & flag != 0
    }

    /// The number that GOAWAY and WINDOW_UPDATE begin with.
    ///
    /// # Panics
    ///
    /// If it has none.
    pub fn number(&self) -> u32 {
        self.payload.clone().get_u32() & (u32::MAX >> 1)
    }
}

/// A connection on which any bytes may be sent.
#[derive(Debug)]
pub struct Raw {
    /// The half that is written.
    pub socket: OwnedWriteHalf,
    /// The frames that the app sends.
    pub frames: Frames,
}

/// The frames that the app sends.
#[derive(Debug)]
pub struct Frames {
    socket: OwnedReadHalf,
    unread: BytesMut,
}

impl Raw {
    /// A connection on which nothing has been sent.
    ///
    /// # Panics
    ///
    /// If the app doesn't accept it.
    pub async fn connect(app: SocketAddr) -> Self {
        let (read, socket) = TcpStream::connect(app).await.expect("the app listens").into_split();
        Self { socket, frames: Frames { socket: read, unread: BytesMut::new() } }
    }

    /// A connection whose handshake is complete, with these settings.
    ///
    /// # Panics
    ///
    /// If the app doesn't accept it.
    pub async fn greeted(app: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let mut raw = Self::connect(app).await;
        let greeting = [PREFACE, &self::settings(settings), &frame(Kind::Settings, ACK, 0, &[])].concat();
        raw.send(&greeting).await.expect("the app reads the handshake");
        while let Some(frame) = raw.frames.next().await {
            if frame.has(Kind::Settings, ACK) {
                return raw;
            }
        }
        panic!("the app closes the connection before its handshake is complete");
    }

    /// Writes all of these bytes.
    ///
    /// # Errors
    ///
    /// The socket's: the app has closed it.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes).await
    }

    /// Waits until the app has read all that was sent, by a PING that it acknowledges. Skips the frames before that.
    ///
    /// # Panics
    ///
    /// If the app closes the connection.
    pub async fn is_read(&mut self) {
        self.send(&frame(Kind::Ping, 0, 0, b"are read")).await.expect("the app reads on");
        while let Some(frame) = self.frames.next().await {
            if frame.has(Kind::Ping, ACK) {
                return;
            }
        }
        panic!("the app closes the connection");
    }

    /// Reads frames until there have been as many of this kind.
    ///
    /// # Panics
    ///
    /// If the app closes the connection before.
    pub async fn skip_to(&mut self, kind: Kind, mut frames: u32) {
        while frames > 0 {
            let frame = self.frames.next().await.expect("the app closes the connection");
            frames -= u32::from(frame.is(kind));
        }
    }
}

impl Frames {
    /// The next frame; `None` when the app has closed the connection.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            match self.socket.read_buf(&mut self.unread).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let mut head = self.unread.get(..HEAD)?;
        let length = head.get_uint(3) as usize;
        let (kind, flags, stream) = (head.get_u8(), head.get_u8(), head.get_u32() & (u32::MAX >> 1));
        if self.unread.len() < HEAD + length {
            return None;
        }
        self.unread.advance(HEAD);
        Some(Frame { kind, flags, stream, payload: self.unread.split_to(length).freeze() })
    }
}

/// A frame of any kind.
///
/// # Panics
///
/// If the payload is longer than a frame can state.
pub fn frame(kind: Kind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length of 24 bits");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend([kind as u8, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// SETTINGS.
pub fn settings(settings: &[(u16, u32)]) -> Vec<u8> {
    let one = |(name, value): &(u16, u32)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat();
    frame(Kind::Settings, 0, 0, &settings.iter().flat_map(one).collect::<Vec<u8>>())
}

/// WINDOW_UPDATE: the receiver may send this many bytes more.
pub fn window_update(stream: u32, bytes: u32) -> Vec<u8> {
    frame(Kind::WindowUpdate, 0, stream, &bytes.to_be_bytes())
}

/// A whole call: HEADERS and DATA.
pub fn call(stream: u32, headers: &[u8], body: &[u8]) -> Vec<u8> {
    let mut call = frame(Kind::Headers, END_HEADERS, stream, headers);
    call.extend(frame(Kind::Data, END_STREAM, stream, body));
    call
}

/// The headers of a call of one of the service's methods.
pub fn headers(rpc: &str) -> Vec<u8> {
    headers_to(&wire::path(rpc))
}

/// The headers of a call to any path.
pub fn headers_to(path: &str) -> Vec<u8> {
    block(&[
        (":method", b"POST"),
        (":scheme", b"http"),
        (":authority", b"app"),
        (":path", path.as_bytes()),
        ("content-type", b"application/grpc"),
        ("te", b"trailers"),
    ])
}

/// A block of headers, whatever their values are: literals of HPACK that aren't indexed.
pub fn block(fields: &[(&str, &[u8])]) -> Vec<u8> {
    fields.iter().flat_map(|(name, value)| literal(0, name, value)).collect()
}

/// A literal of HPACK with a new name; the first byte is its kind.
pub fn literal(first: u8, name: &str, value: &[u8]) -> Vec<u8> {
    let mut literal = vec![first];
    for text in [name.as_bytes(), value] {
        literal.extend(length(text.len()));
        literal.extend(text);
    }
    literal
}

/// An integer of HPACK with a prefix of seven bits.
fn length(length: usize) -> Vec<u8> {
    let Some(mut rest) = length.checked_sub(127) else { return vec![length as u8] };
    let mut bytes = vec![127];
    while rest >= 128 {
        bytes.push(rest as u8 | 128);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}
