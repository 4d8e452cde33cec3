//! HTTP/1.1 as Centrifugo speaks it: connections are kept, and one is opened whenever all others are in use.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::answers::{Answer, Call};
use super::pace;
use crate::Result;

/// A request, with the headers that Go's client sends.
pub(super) fn request(address: SocketAddr, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: {length}\r\n\
         Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n"
    );
    (head + body).into_bytes()
}

/// A connection, for one call at a time.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: Range<usize>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1024), body: 0..0 })
    }

    /// Makes a call. Afterwards [`body`](Self::body) is the body of the response.
    pub(super) async fn call(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection is closed".into());
            }
            if let Some(body) = body(&self.buffer)?
                && body.end <= self.buffer.len()
            {
                self.body = body;
                return Ok(());
            }
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        self.buffer.get(self.body.clone()).unwrap_or_default()
    }
}

/// Returns the position of a response's body, once all headers are there.
fn body(response: &[u8]) -> Result<Option<Range<usize>>> {
    let Some(end) = response.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&response[..end])?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(format!("the answer is {head}").into());
    }
    let length =
        head.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.ok_or("the answer has no length")?;
    let start = end + 4;
    Ok(Some(start..start + length.parse::<usize>()?))
}

/// A call that is made many times, always with the same response.
pub(super) struct Line {
    address: SocketAddr,
    idle: RefCell<Vec<Connection>>,
    request: Vec<u8>,
    expected: Vec<u8>,
}

impl Line {
    pub(super) async fn open(address: SocketAddr, call: Call) -> Result<Self> {
        let request = request(address, call.path(), &call.fields().json());
        let mut connection = Connection::open(address).await?;
        connection.call(&request).await?;
        let expected = connection.body().to_vec();
        call.check(&Answer::Json(expected.clone()))?;
        Ok(Self { address, idle: RefCell::new(vec![connection]), request, expected })
    }
}

impl pace::Line for Line {
    async fn call(&self) -> Result<()> {
        let idle = self.idle.borrow_mut().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(self.address).await?,
        };
        connection.call(&self.request).await?;
        if connection.body() != self.expected {
            return Err("the answer is another one than before".into());
        }
        self.idle.borrow_mut().push(connection);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::body;

    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ndate: today\r\n\r\n{}";

    #[test]
    fn a_body_is_where_the_headers_end() {
        let range = body(RESPONSE).expect("a good answer").expect("all headers");
        assert_eq!(&RESPONSE[range], b"{}");
    }

    #[test]
    fn incomplete_headers_have_no_body_yet() {
        assert!(body(&RESPONSE[..30]).expect("a good answer").is_none());
    }

    #[test]
    fn a_failure_is_an_error() {
        assert!(body(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
