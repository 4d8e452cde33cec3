//! A tower layer for peers that don't speak gRPC.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::{Request, Response, header};
use tonic::body::Body;
use tower::Service;

/// Responds with a short body to all requests but gRPC calls, which a service of gRPC alone would refuse without one.
#[derive(Debug, Clone)]
pub struct Greeting<S>(
    /// The service of gRPC.
    pub S,
);

impl<S> Service<Request<Body>> for Greeting<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            Either::Left(self.0.call(request))
        } else {
            Either::Right(ready(Ok(Response::new(Body::new("a short body".to_owned())))))
        }
    }
}
