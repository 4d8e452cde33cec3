//! The reflection service, `grpc.reflection.v1`: describes the services of the app to tools such as grpcurl.
//!
//! An app has it only if the app or its operator switches it on. It needs the secret, because it reveals the schema, and a
//! call of it is a stream, which ends when the app stops. tonic-reflection's server would answer each stream in a task that
//! nothing but its caller ends, and end it without a reason when a request can't be read; only its messages are used here.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use prost::Message;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep_until;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest,
    ServerReflectionResponse, ServiceResponse,
};
use tower::service_fn;

use crate::dispatch::Dispatch;
use crate::grpc::bytes_codec::BytesCodec;
use crate::grpc::schema::SCHEMA;
use crate::handler::{BoxFuture, grpc_timeout};

/// The longest request, which is the name of a symbol or of a file.
const MAX_REQUEST: usize = 1 << 10;

/// An open call.
struct Open {
    dispatch: Arc<Dispatch>,
    requests: Streaming<Bytes>,
    /// Ready with the status when the call has to end.
    cut: BoxFuture<Status>,
    _permit: OwnedSemaphorePermit,
}

/// Responds to a call of the reflection service.
pub(super) async fn call(dispatch: Arc<Dispatch>, request: http::Request<Body>, arrived: Instant) -> http::Response<Body> {
    let until = grpc_timeout::of(request.headers()).map(|allowed| arrived + allowed);
    let grpc = Grpc::new(BytesCodec).max_decoding_message_size(MAX_REQUEST);
    let mut grpc = grpc.max_encoding_message_size(dispatch.max_message_size());
    let service = service_fn(move |requests: Request<Streaming<Bytes>>| {
        let opened = open(Arc::clone(&dispatch), requests.into_inner(), until);
        ready(opened.map(|open| Response::new(responses(open))))
    });
    grpc.streaming(service, request).await
}

fn open(dispatch: Arc<Dispatch>, requests: Streaming<Bytes>, until: Option<Instant>) -> Result<Open, Status> {
    let permit = dispatch.reflection_permit()?;
    let cut = Box::pin(cut(Arc::clone(&dispatch), until));
    Ok(Open { dispatch, requests, cut, _permit: permit })
}

/// Ready with the status when the app stops, or when the caller's time is over.
async fn cut(dispatch: Arc<Dispatch>, until: Option<Instant>) -> Status {
    let deadline = async {
        match until {
            Some(until) => sleep_until(until.into()).await,
            None => pending().await,
        }
    };
    tokio::select! {
        biased;
        () = dispatch.stopping().cancelled() => Status::unavailable("the server stops"),
        () = deadline => Status::deadline_exceeded("the caller's deadline is over"),
    }
}

/// One response for each request, made when the one before it has been taken.
fn responses(open: Open) -> impl Stream<Item = Result<Bytes, Status>> {
    stream::try_unfold(open, async |mut open| {
        let request = tokio::select! {
            // First, so that a client with ever more requests doesn't delay the stop.
            biased;
            status = &mut open.cut => return Err(status),
            request = open.requests.message() => request?,
        };
        let Some(request) = request else { return Ok(None) };
        let response = respond(open.dispatch.decode(request)?)?;
        Ok(Some((response.encode_to_vec().into(), open)))
    })
}

/// The response to a request. What can't be found is no status, because a status would end the call.
fn respond(request: ServerReflectionRequest) -> Result<ServerReflectionResponse, Status> {
    let wanted = request.message_request.as_ref().ok_or_else(|| Status::invalid_argument("the request is empty"))?;
    let found = find(wanted).unwrap_or_else(|name| {
        let (error_code, error_message) = (Code::NotFound.into(), format!("there is no {name}"));
        MessageResponse::ErrorResponse(ErrorResponse { error_code, error_message })
    });
    let valid_host = request.host.clone();
    Ok(ServerReflectionResponse { valid_host, original_request: Some(request), message_response: Some(found) })
}

/// Finds what a request is for. `Err`: the name of what there isn't.
fn find(wanted: &MessageRequest) -> Result<MessageResponse, &str> {
    match wanted {
        MessageRequest::FileByFilename(name) => SCHEMA.file(name).map(described).ok_or(name),
        MessageRequest::FileContainingSymbol(name) => SCHEMA.file_of(name).map(described).ok_or(name),
        MessageRequest::FileContainingExtension(_) => Err("extension"),
        MessageRequest::AllExtensionNumbersOfType(name) => match SCHEMA.file_of(name) {
            Some(_) => Ok(no_extensions(name)),
            None => Err(name),
        },
        MessageRequest::ListServices(_) => Ok(services()),
    }
}

fn described(file: &Bytes) -> MessageResponse {
    MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto: vec![file.to_vec()] })
}

fn no_extensions(name: &str) -> MessageResponse {
    let (base_type_name, extension_number) = (name.to_owned(), Vec::new());
    MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse { base_type_name, extension_number })
}

fn services() -> MessageResponse {
    let service = SCHEMA.services().map(|name| ServiceResponse { name: name.to_owned() }).collect();
    MessageResponse::ListServicesResponse(ListServiceResponse { service })
}
