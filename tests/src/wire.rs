//! A gRPC client of the proxy's service that isn't Centrifugo, and sends valid and invalid messages.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
pub use protox::prost_reflect::prost::{DecodeError, Message};
use protox::prost_reflect::{DescriptorPool, MessageDescriptor, ReflectMessage};
pub use protox::prost_reflect::{DynamicMessage, Value};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::client::Grpc;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};

use self::bytes_codec::BytesCodec;

#[path = "../../runtime/src/grpc/bytes_codec.rs"]
mod bytes_codec;

const PACKAGE: &str = "centrifugal.centrifugo.proxy";

static SCHEMA: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/proto");
    let files = protox::compile(["proxy.proto"], [folder]).expect("a schema");
    DescriptorPool::from_file_descriptor_set(files).expect("a schema")
});

fn descriptor(name: &str) -> MessageDescriptor {
    SCHEMA.get_message_by_name(&format!("{PACKAGE}.{name}")).expect("a message of the schema")
}

/// A message of the schema with these fields, and the fields that Centrifugo always sends.
///
/// # Panics
///
/// If the schema has no such message or field.
pub fn message(name: &str, fields: &[(&str, Value)]) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor(name));
    for (field, value) in [("client", "c1"), ("transport", "websocket"), ("protocol", "json"), ("encoding", "json")] {
        if message.descriptor().get_field_by_name(field).is_some() {
            message.set_field_by_name(field, text(value));
        }
    }
    for (field, value) in fields {
        message.set_field_by_name(field, value.clone());
    }
    message
}

/// The value of a string field.
pub fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// The path of one of the service's methods.
pub fn path(rpc: &str) -> String {
    format!("/{PACKAGE}.CentrifugoProxy/{rpc}")
}

/// A gRPC message behind its head, uncompressed.
///
/// # Panics
///
/// If it is longer than a head can state.
pub fn framed(message: &[u8]) -> Bytes {
    let mut framed = Vec::from(head(message.len()));
    framed.extend_from_slice(message);
    framed.into()
}

/// The head of an uncompressed gRPC message of this length.
///
/// # Panics
///
/// If it is longer than a head can state.
pub fn head(length: usize) -> [u8; 5] {
    let [a, b, c, d] = u32::try_from(length).expect("a length of 32 bits").to_be_bytes();
    [0, a, b, c, d]
}

/// The message of the schema in these bytes.
///
/// # Errors
///
/// If they are no such message.
///
/// # Panics
///
/// If the schema has no such message.
pub fn decode(name: &str, bytes: Bytes) -> Result<DynamicMessage, DecodeError> {
    DynamicMessage::decode(descriptor(name), bytes)
}

/// Calls one of the service's methods with a request of the schema, and returns the response.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn call(app: SocketAddr, rpc: &str, request: &DynamicMessage) -> Result<DynamicMessage, Status> {
    call_with(app, rpc, MetadataMap::new(), request).await
}

/// Like [`call`], with metadata.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn call_with(
    app: SocketAddr,
    rpc: &str,
    metadata: MetadataMap,
    request: &DynamicMessage,
) -> Result<DynamicMessage, Status> {
    let path = path(rpc);
    let bytes = call_raw(app, &path, metadata, request.encode_to_vec().into()).await?;
    let name = request.descriptor().name().replace("Request", "Response");
    Ok(decode(&name, bytes).expect("a response that can be read"))
}

/// Sends any bytes to any path.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn call_raw(app: SocketAddr, path: &str, metadata: MetadataMap, bytes: Bytes) -> Result<Bytes, Status> {
    call_over(connection(app).await, path, metadata, bytes).await
}

/// Starts many calls with the same request on one connection, and waits for none of them.
pub fn burst(connection: &Channel, rpc: &str, request: &DynamicMessage, calls: usize) -> JoinSet<Result<Bytes, Status>> {
    let (path, bytes) = (path(rpc), Bytes::from(request.encode_to_vec()));
    let one = move |_| {
        let (connection, path, bytes) = (connection.clone(), path.clone(), bytes.clone());
        async move { call_over(connection, &path, MetadataMap::new(), bytes).await }
    };
    (0..calls).map(one).collect()
}

/// A connection for many calls.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn connection(app: SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{app}")).expect("an address").connect().await.expect("an app")
}

/// The form in which a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One message in one frame, as Centrifugo sends it.
    Plain,
    /// Compressed, as Centrifugo sends it with `compression`.
    Gzip,
}

/// Sends any bytes, and returns the complete response: its message, and the metadata before and after it.
///
/// # Errors
///
/// The status, with its metadata.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn respond(connection: &Channel, rpc: &str, bytes: Bytes, form: Form) -> Result<(MetadataMap, Bytes), Status> {
    let mut grpc = grpc(connection, form).await;
    let path = path(rpc).parse().expect("a path");
    let (metadata, bytes, _) = grpc.unary(Request::new(bytes), path, BytesCodec).await?.into_parts();
    Ok((metadata, bytes))
}

async fn call_over(connection: Channel, path: &str, metadata: MetadataMap, bytes: Bytes) -> Result<Bytes, Status> {
    let mut grpc = Grpc::new(connection);
    grpc.ready().await.expect("an app");
    let mut request = Request::new(bytes);
    *request.metadata_mut() = metadata;
    let path = path.parse().expect("a path");
    Ok(grpc.unary(request, path, BytesCodec).await?.into_inner())
}

/// Opens a unidirectional stream on a connection.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn open(connection: &Channel, request: &DynamicMessage) -> Result<Opened, Status> {
    open_by(connection, request, Form::Plain).await
}

/// Like [`open`], with a request in this form.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn open_by(connection: &Channel, request: &DynamicMessage, form: Form) -> Result<Opened, Status> {
    let mut grpc = grpc(connection, form).await;
    let path = path("SubscribeUnidirectional").parse().expect("a path");
    let request = Request::new(Bytes::from(request.encode_to_vec()));
    Ok(Opened(grpc.server_streaming(request, path, BytesCodec).await?.into_inner()))
}

async fn grpc(connection: &Channel, form: Form) -> Grpc<Channel> {
    let mut grpc = Grpc::new(connection.clone());
    if form == Form::Gzip {
        grpc = grpc.send_compressed(CompressionEncoding::Gzip);
    }
    grpc.ready().await.expect("an app");
    grpc
}

/// Opens a bidirectional stream on a connection. The sender sends its messages, the first one included.
///
/// # Errors
///
/// The status.
///
/// # Panics
///
/// If the app doesn't listen.
pub async fn open_bidirectional(
    connection: &Channel,
) -> (mpsc::Sender<DynamicMessage>, impl Future<Output = Result<Opened, Status>> + use<>) {
    let (sender, mut messages) = mpsc::channel::<DynamicMessage>(1);
    let messages =
        stream::poll_fn(move |context| messages.poll_recv(context)).map(|message| Bytes::from(message.encode_to_vec()));
    let mut grpc = Grpc::new(connection.clone());
    grpc.ready().await.expect("an app");
    let path = path("SubscribeBidirectional").parse().expect("a path");
    let opened = async move { Ok(Opened(grpc.streaming(Request::new(messages), path, BytesCodec).await?.into_inner())) };
    (sender, opened)
}

/// The messages of a stream.
#[derive(Debug)]
pub struct Opened(Streaming<Bytes>);

impl Opened {
    /// The next message; `None` at the end.
    ///
    /// # Errors
    ///
    /// The status that the stream has ended with.
    ///
    /// # Panics
    ///
    /// If the schema has no such message.
    pub async fn next(&mut self) -> Result<Option<DynamicMessage>, Status> {
        let bytes = self.0.message().await?;
        Ok(bytes.map(|bytes| decode("StreamSubscribeResponse", bytes).expect("a response that can be read")))
    }
}

/// The code of the error in a response, if it has one.
pub fn error_code(response: &DynamicMessage) -> Option<u32> {
    if !response.has_field_by_name("error") {
        return None;
    }
    let error = response.get_field_by_name("error")?;
    error.as_message()?.get_field_by_name("code")?.as_u32()
}
