//! Tower layers around the gRPC service.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use tonic::Status;
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, ServiceExt};
use tower::{BoxError, Layer, Service, service_fn};

use crate::grpc::ProxyService;
use crate::reject::logged::Logged;

/// Headers that say something about an HTTP/1 connection. HTTP/2 refuses to send them; a layer made for both may have set them.
const OF_A_CONNECTION: [&str; 6] = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// A service with layers around it.
pub(crate) type Layered = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

type Wrap = Box<dyn FnOnce(ProxyService) -> ProxyService + Send + Sync>;

/// The layers, from the inside.
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
            let answering = service_fn(move |request| layered.clone().oneshot(request).map(answered));
            service.wrapped(BoxCloneSyncService::new(answering))
        }));
    }

    pub(crate) fn around(self, service: ProxyService) -> ProxyService {
        self.0.into_iter().fold(service, |service, wrap| wrap(service))
    }
}

/// gRPC tells a failure by a status.
fn answered<B>(result: Result<http::Response<B>, impl Into<BoxError>>) -> Result<http::Response<Body>, Infallible>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    Ok(match result {
        Ok(mut response) => {
            for name in OF_A_CONNECTION {
                response.headers_mut().remove(name);
            }
            response.map(Body::new)
        }
        Err(error) => {
            let error = error.into();
            tracing::error!("a tower layer failed: {}", Logged(error));
            Status::internal("internal server error").into_http()
        }
    })
}
