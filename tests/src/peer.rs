//! A peer that speaks HTTP/2 correctly, by the `h2` crate, and may send invalid gRPC.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Request, StatusCode, request};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::rustls::ClientConfig;

use crate::tls;
use crate::wire::{self, DynamicMessage, Message, Value};

/// The bytes that are sent where only the length matters.
static FILLER: [u8; 16 << 10] = [b' '; 16 << 10];

/// A connection to the app. It is closed when this is dropped.
#[derive(Debug)]
pub struct Peer {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<()>,
}

/// A call whose request isn't complete yet.
#[derive(Debug)]
pub struct Call {
    /// The response.
    pub response: ResponseFuture,
    /// The request's body.
    pub body: Upload,
}

/// The body of a request that isn't complete yet.
#[derive(Debug)]
pub struct Upload(SendStream<Bytes>);

/// The response to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP's status.
    pub http: StatusCode,
    /// gRPC's status: of the trailers, or of the headers where nothing follows them.
    pub status: Option<u32>,
    /// The body.
    pub body: Bytes,
}

impl Peer {
    /// A connection with the usual settings.
    ///
    /// # Panics
    ///
    /// If the app doesn't accept it.
    pub async fn connect(app: SocketAddr) -> Self {
        Self::connect_with(app, &Builder::new()).await
    }

    /// Like [`connect`](Self::connect), with other settings.
    ///
    /// # Panics
    ///
    /// If the app doesn't accept it.
    pub async fn connect_with(app: SocketAddr, settings: &Builder) -> Self {
        let socket = TcpStream::connect(app).await.expect("the app listens");
        Self::over(socket, settings).await.expect("the app speaks HTTP/2")
    }

    /// A connection with TLS.
    ///
    /// # Errors
    ///
    /// Those of the handshakes.
    pub async fn connect_tls(app: SocketAddr, client: &Arc<ClientConfig>) -> io::Result<Self> {
        let socket = tls::connect(app, client).await?;
        Self::over(socket, &Builder::new()).await.map_err(io::Error::other)
    }

    /// A connection on this socket.
    ///
    /// # Errors
    ///
    /// The socket's.
    pub async fn over<S>(socket: S, settings: &Builder) -> Result<Self, h2::Error>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (requests, connection) = settings.handshake(socket).await?;
        let connection = tokio::spawn(async move { drop(connection.await) });
        Ok(Self { requests, connection })
    }

    /// Begins a call: sends only its headers.
    ///
    /// # Errors
    ///
    /// The connection's.
    pub async fn begin(&mut self, request: Request<()>) -> Result<Call, h2::Error> {
        let mut requests = self.requests.clone().ready().await?;
        let (response, body) = requests.send_request(request, false)?;
        Ok(Call { response, body: Upload(body) })
    }

    /// Makes a call with one message.
    ///
    /// # Errors
    ///
    /// The call's.
    ///
    /// # Panics
    ///
    /// If the request isn't well-formed.
    pub async fn call(&mut self, request: request::Builder, message: &DynamicMessage) -> Result<Response, h2::Error> {
        self.call_raw(request.body(()).expect("a request"), wire::framed(&message.encode_to_vec())).await
    }

    /// Makes a call with any body.
    ///
    /// # Errors
    ///
    /// The call's.
    pub async fn call_raw(&mut self, request: Request<()>, body: Bytes) -> Result<Response, h2::Error> {
        let mut call = self.begin(request).await?;
        call.body.0.send_data(body, true)?;
        Response::read(call.response).await
    }

    /// Begins as many calls, each with the first bytes of a body.
    ///
    /// # Errors
    ///
    /// The connection's.
    pub async fn begin_all(&mut self, request: &Request<()>, body: &Bytes, calls: usize) -> Result<Vec<Call>, h2::Error> {
        let mut begun = Vec::with_capacity(calls);
        for _ in 0..calls {
            let mut call = self.begin(request.clone()).await?;
            call.body.0.send_data(body.clone(), false)?;
            begun.push(call);
        }
        Ok(begun)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Upload {
    /// Sends these bytes as soon as HTTP/2's windows have room for them.
    ///
    /// # Errors
    ///
    /// The call's.
    pub async fn send(&mut self, mut bytes: Bytes) -> Result<(), h2::Error> {
        while !bytes.is_empty() {
            let room = room(&mut self.0, bytes.len()).await?;
            self.0.send_data(bytes.split_to(room.min(bytes.len())), false)?;
        }
        Ok(())
    }

    /// Sends this many bytes without a meaning, as HTTP/2's windows have room.
    ///
    /// # Errors
    ///
    /// The call's.
    pub async fn fill(&mut self, mut length: usize) -> Result<(), h2::Error> {
        while length > 0 {
            let part = length.min(FILLER.len());
            self.send(Bytes::from_static(&FILLER[..part])).await?;
            length -= part;
        }
        Ok(())
    }

    /// Ends the body.
    ///
    /// # Errors
    ///
    /// The call's.
    pub fn end(&mut self) -> Result<(), h2::Error> {
        self.0.send_data(Bytes::new(), true)
    }

    /// Resets the call's stream.
    pub fn reset(mut self) {
        self.0.send_reset(Reason::CANCEL);
    }

    /// Waits until the app has reset the call's stream.
    ///
    /// # Errors
    ///
    /// The connection's.
    pub async fn is_reset(&mut self) -> Result<Reason, h2::Error> {
        poll_fn(|context| self.0.poll_reset(context)).await
    }
}

/// Waits until there is room in HTTP/2's windows, for so many bytes at most.
async fn room(body: &mut SendStream<Bytes>, wanted: usize) -> Result<usize, h2::Error> {
    body.reserve_capacity(wanted);
    while body.capacity() == 0 {
        match poll_fn(|context| body.poll_capacity(context)).await {
            Some(room) => drop(room?),
            None => return Err(Reason::STREAM_CLOSED.into()),
        }
    }
    Ok(body.capacity())
}

impl Response {
    /// Reads a response to its end.
    ///
    /// # Errors
    ///
    /// The call's.
    pub async fn read(response: ResponseFuture) -> Result<Self, h2::Error> {
        let (head, mut body) = response.await?.into_parts();
        let bytes = data(&mut body).await?;
        let trailers = body.trailers().await?;
        let status = trailers.as_ref().and_then(status).or_else(|| status(&head.headers));
        Ok(Self { http: head.status, status, body: bytes })
    }

    /// Reads many at a time.
    ///
    /// # Errors
    ///
    /// The first of the calls'.
    ///
    /// # Panics
    ///
    /// If a task does.
    pub async fn read_all(responses: impl IntoIterator<Item = ResponseFuture>) -> Result<Vec<Self>, h2::Error> {
        let all: JoinSet<_> = responses.into_iter().map(Self::read).collect();
        all.join_all().await.into_iter().collect()
    }

    /// The gRPC statuses of responses, and how many have each.
    ///
    /// # Panics
    ///
    /// If one has none.
    pub fn statuses(responses: &[Self]) -> BTreeMap<u32, usize> {
        let mut statuses = BTreeMap::new();
        for response in responses {
            *statuses.entry(response.status.unwrap_or_else(|| panic!("no status: {response:?}"))).or_default() += 1;
        }
        statuses
    }

    /// The message of the response to an RPC.
    ///
    /// # Panics
    ///
    /// If the body is no such message.
    pub fn message(&self) -> Option<DynamicMessage> {
        let message = self.body.get(5..)?;
        Some(wire::decode("RPCResponse", Bytes::copy_from_slice(message)).expect("a response that can be read"))
    }

    /// The data of the reply to an RPC; `None` if it has none.
    pub fn reply(&self) -> Option<Vec<u8>> {
        let response = self.message()?;
        let result = response.get_field_by_name("result")?;
        let data = result.as_message()?.get_field_by_name("data")?;
        Some(data.as_bytes()?.to_vec())
    }

    /// The code of the error reply to an RPC.
    pub fn error(&self) -> Option<u32> {
        wire::error_code(&self.message()?)
    }
}

fn status(headers: &HeaderMap) -> Option<u32> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

async fn data(body: &mut RecvStream) -> Result<Bytes, h2::Error> {
    let mut all = BytesMut::new();
    while let Some(data) = body.data().await {
        let data = data?;
        body.flow_control().release_capacity(data.len())?;
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

/// A valid request to one of the service's methods.
pub fn request(rpc: &str) -> request::Builder {
    request_to(&wire::path(rpc))
}

/// A valid request to any path.
pub fn request_to(path: &str) -> request::Builder {
    let request = Request::post(format!("http://app{path}"));
    request.header("content-type", "application/grpc").header("te", "trailers")
}

/// An RPC of a client.
pub fn rpc(method: &str, data: &[u8]) -> DynamicMessage {
    let data = Value::Bytes(Bytes::copy_from_slice(data));
    wire::message("RPCRequest", &[("method", wire::text(method)), ("data", data)])
}
