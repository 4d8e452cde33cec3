//! The app's tower layers around the gRPC service.

use std::convert::Infallible;

use bytes::Bytes;
use tonic::body::Body;
use tower::BoxError;
use tower::util::BoxCloneSyncService;

use crate::dispatch::internal_error;
use crate::grpc::ProxyService;
use crate::reject::logged::Logged;

/// The headers of HTTP/1 connections. HTTP/2 refuses to send them, and a layer for both versions may have set them.
const CONNECTION_HEADERS: [&str; 6] = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// A service with layers around it.
pub(crate) type Layered = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

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
        self.0.into_iter().fold(service, |service, wrap| wrap(service))
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
