//! The health service, `grpc.health.v1`: reports to probes and load balancers whether the app serves.
//!
//! It is public, so its calls take nothing from Centrifugo's: a request is short, one that arrives as a whole is answered at
//! once, and few others may stay open. tonic-health would keep a buffer for each open call, and its streams never end.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::FutureExt;
use futures_util::stream::{self, Stream, StreamExt};
use http::{Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;
use tower::BoxError;

use crate::dispatch::Dispatch;
use crate::dispatch::message::{PREFIX, decode, frame};
use crate::event::facts::SERVICE;
use crate::grpc::method::Health;
use crate::grpc::response_body::ResponseBody;
use crate::grpc::single_frame::{self, Read, RequestBody, is_whole};
use crate::reject::logged::Logged;

/// The longest request, which is the name of a service.
const MAX_REQUEST: usize = 1 << 10;

/// `grpc.health.v1.HealthCheckRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckResponse {
    #[prost(enumeration = "ServingStatus", tag = "1")]
    status: i32,
}

/// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
enum ServingStatus {
    Unknown = 0,
    Serving = 1,
    NotServing = 2,
    ServiceUnknown = 3,
}

impl ServingStatus {
    /// The status of a service: the empty name is the whole app. It serves from its first call until it is about to stop.
    fn of(service: &str, dispatch: &Dispatch) -> Self {
        match service {
            "" | SERVICE if dispatch.leaving().is_cancelled() => Self::NotServing,
            "" | SERVICE => Self::Serving,
            _ => Self::ServiceUnknown,
        }
    }

    fn framed(self) -> Bytes {
        // Two bytes are never too long.
        frame(&HealthCheckResponse { status: self.into() }, MAX_REQUEST).unwrap_or_default()
    }
}

/// Responds to a call of the health service.
pub(super) async fn call<B: RequestBody>(
    dispatch: Arc<Dispatch>,
    method: Health,
    request: Request<B>,
) -> Response<ResponseBody> {
    respond(dispatch, method, request).await.unwrap_or_else(Status::into_http)
}

async fn respond<B: RequestBody>(
    dispatch: Arc<Dispatch>,
    method: Health,
    request: Request<B>,
) -> Result<Response<ResponseBody>, Status> {
    let HealthCheckRequest { service } = decode(receive(&dispatch, request).await?)?;
    match method {
        Health::Check => check(&dispatch, &service),
        Health::Watch => {
            let permit = permit(&dispatch, &dispatch.health_calls().watches)?;
            Ok(ResponseBody::infallible(watch(dispatch, service, permit)))
        }
    }
}

/// Receives the message of a request. One that has to be waited for needs a permit.
async fn receive<B: RequestBody>(dispatch: &Dispatch, request: Request<B>) -> Result<Bytes, Status> {
    let mut message = pin!(message(request));
    if let Some(message) = message.as_mut().now_or_never() {
        return message;
    }
    let _permit = permit(dispatch, &dispatch.health_calls().incomplete)?;
    message.await
}

fn check(dispatch: &Dispatch, service: &str) -> Result<Response<ResponseBody>, Status> {
    match ServingStatus::of(service, dispatch) {
        ServingStatus::ServiceUnknown => Err(Status::not_found(format!("there is no service {}", Logged(service)))),
        status => Ok(ResponseBody::message(status.framed())),
    }
}

/// The status now, and the one when the app is about to stop, unless it is the same. The stream ends then, so that it
/// doesn't delay the stop.
fn watch(dispatch: Arc<Dispatch>, service: String, permit: OwnedSemaphorePermit) -> impl Stream<Item = Bytes> {
    let first = ServingStatus::of(&service, &dispatch);
    let last = async move {
        dispatch.leaving().cancelled().await;
        drop(permit);
        Some(ServingStatus::of(&service, &dispatch)).filter(|last| *last != first)
    };
    stream::once(ready(first)).chain(last.into_stream().filter_map(ready)).map(ServingStatus::framed)
}

/// The permit of a call that stays open.
fn permit(dispatch: &Dispatch, room: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Status> {
    Arc::clone(room).try_acquire_owned().map_err(|_| {
        dispatch.health_calls().full.reached(format_args!("too many are open, so one is refused"));
        Status::resource_exhausted("too many health calls are open")
    })
}

/// Reads the message of a request.
async fn message<B: RequestBody>(request: Request<B>) -> Result<Bytes, Status> {
    let request = match single_frame::read(request, MAX_REQUEST).await {
        Read::Message(_, message) => return Ok(message),
        Read::Other(request) => request,
    };
    let body = Limited::new(request.into_body(), PREFIX + MAX_REQUEST);
    let data = body.collect().await.map_err(unreadable)?.to_bytes();
    match data.first() {
        Some(0) if is_whole(&data, MAX_REQUEST) => Ok(data.slice(PREFIX..)),
        Some(1) => Err(Status::unimplemented("a health call may not be compressed")),
        _ => Err(Status::internal("a health call has one message")),
    }
}

/// The status of a body that can't be read: it is too long, or has reached a limit of the server, or has been reset.
fn unreadable(error: BoxError) -> Status {
    if error.is::<LengthLimitError>() {
        return Status::out_of_range(format!("the request of a health call has at most {MAX_REQUEST} bytes"));
    }
    Status::from_error(error)
}
