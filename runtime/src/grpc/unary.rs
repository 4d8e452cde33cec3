//! A request with one message and one response.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt;
use http::request::Parts;
use http::{Request, Response};
use tonic::Status;

use crate::dispatch::{Dispatch, Head};
use crate::grpc::method::{Unary, UnaryCall};
use crate::grpc::response_body::ResponseBody;
use crate::grpc::single_frame::{Read, RequestBody, read, read_arrived};
use crate::grpc::{from_tonic, via_tonic};
use crate::handler::BoxFuture;

/// A unary request: a future of its response.
// Small, and without a box around what nearly every call takes: it is moved several times on its way into a task.
pub(crate) enum UnaryRequest {
    /// The call begins in the task that polls this. `None` once it has begun.
    Arrived(Option<Arrived>),
    Call(UnaryCall),
    /// The message has not arrived yet, or is read by tonic's codec.
    Boxed(BoxFuture<Response<ResponseBody>>),
}

/// A call that has arrived and not begun: its message, with all that the call needs.
pub(crate) struct Arrived {
    dispatch: Arc<Dispatch>,
    method: Unary,
    head: Head,
    message: Bytes,
}

impl UnaryRequest {
    pub(crate) fn new<B: RequestBody>(
        dispatch: Arc<Dispatch>,
        method: Unary,
        request: Request<B>,
        arrived: Instant,
    ) -> Self {
        match read_arrived(request, dispatch.max_message_size()) {
            Ok(Read::Message(parts, message)) => {
                Self::Arrived(Some(Arrived::new(dispatch, method, parts, message, arrived)))
            }
            Ok(Read::Other(request)) => {
                Self::Boxed(via_tonic::unary(dispatch, method, request, arrived).map(from_tonic).boxed())
            }
            Err(request) => Self::Boxed(wait(dispatch, method, *request, arrived).boxed()),
        }
    }
}

/// Waits for the message.
async fn wait<B: RequestBody>(
    dispatch: Arc<Dispatch>,
    method: Unary,
    request: Request<B>,
    arrived: Instant,
) -> Response<ResponseBody> {
    match read(request, dispatch.max_message_size()).await {
        Read::Message(parts, message) => respond(Arrived::new(dispatch, method, parts, message, arrived).call().await),
        Read::Other(request) => from_tonic(via_tonic::unary(dispatch, method, request, arrived).await),
    }
}

impl Arrived {
    fn new(dispatch: Arc<Dispatch>, method: Unary, parts: Parts, message: Bytes, arrived: Instant) -> Self {
        let head = Head::new(parts.headers, parts.extensions, arrived);
        Self { dispatch, method, head, message }
    }

    fn call(self) -> UnaryCall {
        let Self { dispatch, method, head, message } = self;
        method.call(dispatch, head, message)
    }
}

fn respond(framed: Result<Bytes, Status>) -> Response<ResponseBody> {
    framed.map_or_else(Status::into_http, ResponseBody::message)
}

impl Future for UnaryRequest {
    type Output = Response<ResponseBody>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Self::Arrived(arrived) = &mut *self
            && let Some(arrived) = arrived.take()
        {
            *self = Self::Call(arrived.call());
        }
        match &mut *self {
            // It has become a call above.
            Self::Arrived(_) => Poll::Pending,
            Self::Call(call) => Poll::Ready(respond(ready!(Pin::new(call).poll(context)))),
            Self::Boxed(response) => response.as_mut().poll(context),
        }
    }
}
