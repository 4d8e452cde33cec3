//! The app's tower layers around the gRPC service.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{BoxError, service_fn};

use crate::dispatch::call_record::CallRecord;
use crate::dispatch::counters::Place;
use crate::dispatch::{Dispatch, internal_error};
use crate::grpc::ProxyService;
use crate::grpc::method::Method;
use crate::handler::BoxFuture;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reject::logged::Logged;

/// The headers of HTTP/1 connections. HTTP/2 refuses to send them, and a layer for both versions may have set them.
const CONNECTION_HEADERS: [&str; 6] = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// A service with layers around it.
pub(crate) type Layered = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

/// The time at which a call arrived, in the extensions of its request: the layers take a part of the call's time.
#[derive(Clone, Copy)]
pub(super) struct Arrival(pub(super) Instant);

impl Arrival {
    /// Takes the time out of the request. A request without it arrives now, or is one that a layer has made.
    pub(super) fn of<B>(request: &mut http::Request<B>) -> Self {
        request.extensions_mut().remove().unwrap_or_else(|| Self(Instant::now()))
    }

    pub(super) fn note<B>(self, request: &mut http::Request<B>) {
        request.extensions_mut().insert(self);
    }
}

type Wrap = Box<dyn FnOnce(ProxyService) -> ProxyService + Send + Sync>;

/// The layers, from the innermost to the outermost.
#[derive(Default)]
pub(crate) struct Layers(Vec<Wrap>);

impl Layers {
    /// Adds a layer further outside. `wrap` puts it around a service.
    pub(crate) fn add(&mut self, wrap: impl FnOnce(ProxyService) -> Layered + Send + Sync + 'static) {
        self.0.push(Box::new(move |service: ProxyService| {
            let layered = wrap(service.clone());
            service.wrapped(layered)
        }));
    }

    pub(crate) fn around(self, service: ProxyService) -> ProxyService {
        let mut service = self.0.into_iter().fold(service, |service, wrap| wrap(service));
        if let Some(layered) = service.layered.take() {
            let dispatch = Arc::clone(&service.dispatch);
            let guarded = service_fn(move |request| {
                let call = dispatch.enter_layers().map(|()| LayeredCall::new(&layered, request, &dispatch));
                async {
                    match call {
                        Ok(call) => call.await,
                        Err(status) => Ok(status.into_http()),
                    }
                }
            });
            service.layered = Some(BoxCloneSyncService::new(guarded));
        }
        service
    }
}

/// A call inside of the app's layers, from the outermost on: a future of its response. It is counted as one that runs, and a
/// panic of a layer is reported as a failure.
struct LayeredCall {
    /// `None` once it has ended.
    response: Option<BoxFuture<Result<http::Response<Body>, Infallible>>>,
    /// `None`: the path is unknown, or that of a service of gRPC.
    record: Option<CallRecord>,
    dispatch: Arc<Dispatch>,
}

impl LayeredCall {
    /// The call, which has been counted.
    fn new(layered: &Layered, request: http::Request<Body>, dispatch: &Arc<Dispatch>) -> Self {
        let record = Method::of(request.uri().path()).and_then(Method::kind).map(|event| {
            // Only an error handler reads the metadata.
            let metadata = dispatch.error_handler().map(|_| request.headers().clone()).unwrap_or_default();
            CallRecord::in_layer(event, metadata, Arc::clone(dispatch))
        });
        let response: BoxFuture<_> = Box::pin(layered.clone().oneshot(request));
        Self { response: Some(response), record, dispatch: Arc::clone(dispatch) }
    }

    fn panicked(&self, panic: Reject) {
        match &self.record {
            Some(record) => record.failed(Arc::new(panic), ""),
            None => {
                self.dispatch.counters().panics(Place::Layer).increment();
                tracing::error!("in a tower layer: {panic}");
            }
        }
    }

    fn drop_response(&mut self) {
        if let Some(response) = self.response.take()
            && let Err(panic) = guard(|| drop(response))
        {
            self.panicked(panic);
        }
    }
}

impl Future for LayeredCall {
    type Output = Result<http::Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(response) = &mut self.response else { return Poll::Pending };
        let polled = match guard(|| response.as_mut().poll(context)) {
            Ok(polled) => ready!(polled),
            Err(panic) => {
                self.panicked(panic);
                Ok(internal_error().into_http())
            }
        };
        self.drop_response();
        Poll::Ready(polled)
    }
}

impl Drop for LayeredCall {
    fn drop(&mut self) {
        self.drop_response();
        self.dispatch.leave_layers();
    }
}

/// The response of a layer. A layer's error becomes a status, which is how gRPC reports a failure.
pub(crate) fn response<B>(result: Result<http::Response<B>, impl Into<BoxError>>) -> Result<http::Response<Body>, Infallible>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    Ok(match result {
        Ok(mut response) => {
            for name in CONNECTION_HEADERS {
                response.headers_mut().remove(name);
            }
            response.map(Body::new)
        }
        Err(error) => {
            let error = error.into();
            tracing::error!("a tower layer failed: {}", Logged(error));
            internal_error().into_http()
        }
    })
}
