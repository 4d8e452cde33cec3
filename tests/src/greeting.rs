//! A tower layer for peers that don't speak gRPC.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, Either, FutureExt};
use http::{Request, Response, header};
use http_body_util::BodyExt;
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
    type Future = Either<S::Future, BoxFuture<'static, Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            Either::Left(self.0.call(request))
        } else {
            Either::Right(greet(request.into_body()).map(Ok).boxed())
        }
    }
}

/// Responds when the request has ended. A response before that makes h2 reset the stream, and ignore what still arrives for
/// it. Whether the reset leaves before a peer's invalid frame arrives is a race, and h2spec waits for a reaction to that.
async fn greet(request: Body) -> Response<Body> {
    // A request that fails is answered, too: its stream has ended by then.
    let _ = request.collect().await;
    Response::new(Body::new("a short body".to_owned()))
}
