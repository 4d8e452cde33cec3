//! The app's tower layers around the gRPC service.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{BoxError, Layer, Service, service_fn};

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
    pub(crate) fn add<L, B>(&mut self, layer: L)
    where
        L: Layer<ProxyService> + Send + Sync + 'static,
        L::Service: Service<http::Request<Body>, Response = http::Response<B>, Future: Send + 'static>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<http::Request<Body>>>::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.0.push(Box::new(move |service: ProxyService| {
            let layered = layer.layer(service.clone());
            let infallible = service_fn(move |request| layered.clone().oneshot(request).map(response));
            service.wrapped(BoxCloneSyncService::new(infallible))
        }));
    }

    pub(crate) fn around(self, service: ProxyService) -> ProxyService {
        self.0.into_iter().fold(service, |service, wrap| wrap(service))
    }
}

/// The response of a layer. A layer's error becomes a status, which is how gRPC reports a failure.
fn response<B>(result: Result<http::Response<B>, impl Into<BoxError>>) -> Result<http::Response<Body>, Infallible>
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
