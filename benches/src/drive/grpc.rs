//! gRPC as Centrifugo speaks it: one connection, and the headers that grpc-go sends. It uses HTTP/2 directly, so that the
//! driver costs little.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use h2::RecvStream;
use h2::client::SendRequest;
use http::{HeaderMap, HeaderValue, Method};
use tokio::net::TcpStream;

use super::answers::{Answer, Call};
use super::pace;
use crate::Result;

/// The number of different values of `grpc-timeout`: Centrifugo sends the remaining time, which differs from call to call.
const TIMEOUTS: usize = 100;

/// A request that is sent many times.
pub(super) struct Request {
    head: http::Request<()>,
    timeouts: Vec<HeaderValue>,
    body: Bytes,
    next: Cell<usize>,
}

impl Request {
    pub(super) fn new(address: SocketAddr, method: &str, message: &[u8], timeout: Option<Duration>) -> Result<Self> {
        let head = http::Request::builder()
            .method(Method::POST)
            .uri(format!("http://{address}/centrifugal.centrifugo.proxy.CentrifugoProxy/{method}"))
            .header("content-type", "application/grpc")
            .header("user-agent", "grpc-go/1.82.0")
            .header("te", "trailers")
            .header("grpc-accept-encoding", "gzip")
            .body(())?;
        let micros = timeout.map(|timeout| timeout.as_micros());
        let left = micros.into_iter().flat_map(|micros| (1..=TIMEOUTS as u128).map(move |passed| micros - passed));
        let timeouts = left.map(|micros| HeaderValue::try_from(format!("{micros}u"))).collect::<Result<_, _>>()?;
        Ok(Self { head, timeouts, body: framed(message)?, next: Cell::new(0) })
    }

    fn head(&self) -> http::Request<()> {
        let mut head = self.head.clone();
        let next = self.next.replace((self.next.get() + 1) % TIMEOUTS);
        if let Some(timeout) = self.timeouts.get(next) {
            head.headers_mut().insert("grpc-timeout", timeout.clone());
        }
        head
    }
}

/// Frames the message: a flag that it isn't compressed, its length, its bytes.
fn framed(message: &[u8]) -> Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(5 + message.len());
    bytes.put_u8(0);
    bytes.put_u32(message.len().try_into()?);
    bytes.put(message);
    Ok(bytes.freeze())
}

/// One connection, for all calls.
pub(super) struct Connection(SendRequest<Bytes>);

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        // Thousands of responses at once are small frames, which h2 takes for an attack. grpc-go doesn't.
        let mut client = h2::client::Builder::new();
        client.data_frame_budget(usize::MAX >> 1).initial_max_send_streams(usize::MAX >> 1);
        // Nor does it mind responses to calls that it has reset.
        client.max_concurrent_reset_streams(usize::MAX >> 1).max_local_error_reset_streams(None);
        let (sender, connection) = client.handshake(stream).await?;
        // An error of the connection also ends its calls, which report it.
        tokio::task::spawn_local(async { drop(connection.await) });
        Ok(Self(sender))
    }

    /// Makes a call, and returns the message of its response. `Err`: the call failed.
    pub(super) async fn call(&self, request: &Request) -> Result<Bytes> {
        let mut body = self.send(request).await?;
        let message = message(&mut body).await?;
        while let Some(rest) = body.data().await {
            if !rest?.is_empty() {
                return Err("there is more than one message".into());
            }
        }
        match body.trailers().await? {
            Some(trailers) => succeeded(&trailers)?,
            None => return Err("there are no trailers".into()),
        }
        Ok(message)
    }

    /// Sends the request, and waits for the headers of the response.
    pub(super) async fn send(&self, request: &Request) -> Result<RecvStream> {
        let mut sender = self.0.clone().ready().await?;
        let (response, mut stream) = sender.send_request(request.head(), false)?;
        stream.send_data(request.body.clone(), true)?;
        let (head, body) = response.await?.into_parts();
        if head.status != 200 {
            return Err(format!("HTTP status {}", head.status).into());
        }
        // A status in the headers is the whole response.
        if head.headers.contains_key("grpc-status") {
            succeeded(&head.headers)?;
        }
        Ok(body)
    }
}

/// Returns the next message of a response, without its flag and length.
pub(super) async fn message(body: &mut RecvStream) -> Result<Bytes> {
    let mut all = BytesMut::new();
    loop {
        if let Some((&[compressed, a, b, c, d], rest)) = all.split_first_chunk::<5>() {
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            if compressed != 0 || rest.len() > length {
                return Err("the message is compressed, or has others after it".into());
            }
            if rest.len() == length {
                return Ok(all.freeze().split_off(5));
            }
        }
        let chunk = body.data().await.ok_or("there is no message")??;
        body.flow_control().release_capacity(chunk.len())?;
        all.extend_from_slice(&chunk);
    }
}

fn succeeded(trailers: &HeaderMap) -> Result<()> {
    match trailers.get("grpc-status") {
        Some(status) if status == "0" => Ok(()),
        status => Err(format!("gRPC status {status:?}, {:?}", trailers.get("grpc-message")).into()),
    }
}

/// A call that is made many times, always with the same response.
pub(super) struct Line {
    connection: Connection,
    request: Request,
    expected: Bytes,
}

impl Line {
    pub(super) async fn open(address: SocketAddr, call: Call, timeout: Duration) -> Result<Self> {
        let connection = Connection::open(address).await?;
        let request = Request::new(address, call.method(), &call.fields().encode(call), Some(timeout))?;
        let expected = connection.call(&request).await?;
        call.check(&Answer::Grpc(expected.clone()))?;
        Ok(Self { connection, request, expected })
    }
}

impl pace::Line for Line {
    async fn call(&self) -> Result<()> {
        if self.connection.call(&self.request).await? == self.expected {
            Ok(())
        } else {
            Err("the answer is another one than before".into())
        }
    }
}
