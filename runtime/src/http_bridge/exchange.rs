//! A service of any type, as one that takes requests and gives answers.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tonic::codegen::{Body, Service};

use super::failure::{BoxError, Fault};
use super::reply::Answer;
use crate::handler::BoxFuture;

/// Sends a request, and reads a response within the limits.
pub(crate) type Exchange = Arc<dyn Fn(Request<Full<Bytes>>, Limits) -> BoxFuture<Result<Answer, Fault>> + Send + Sync>;

/// How long a request may take, and how long its response may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From the request to the end of the response.
    pub(crate) time: Duration,
    /// Of the response's body.
    pub(crate) bytes: usize,
}

/// Each request gets a service of its own, as tower wants it.
pub(crate) fn with<S, B>(service: S) -> Exchange
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    Arc::new(move |request, limits| {
        let mut service = service.clone();
        Box::pin(within(limits.time, async move {
            poll_fn(|context| service.poll_ready(context)).await.map_err(|error| Fault::Service(error.into()))?;
            let response = service.call(request).await.map_err(|error| Fault::Service(error.into()))?;
            read(response, limits.bytes).await
        }))
    })
}

/// Ends an exchange that takes too long.
pub(crate) async fn within(time: Duration, exchange: impl Future<Output = Result<Answer, Fault>>) -> Result<Answer, Fault> {
    tokio::time::timeout(time, exchange).await.unwrap_or(Err(Fault::Late(time)))
}

/// Reads what is told of a response.
pub(crate) async fn read<B>(response: Response<B>, limit: usize) -> Result<Answer, Fault>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (head, body) = response.into_parts();
    // Not told, so not read.
    if head.status.is_server_error() {
        return Ok(Answer { status: head.status, body: Bytes::new() });
    }
    // What announces itself as too long is not waited for.
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(Fault::TooLong(limit));
    }
    match gather(Limited::new(body, limit)).await {
        Ok(body) => Ok(Answer { status: head.status, body }),
        Err(error) if error.is::<LengthLimitError>() => Err(Fault::TooLong(limit)),
        Err(error) => Err(Fault::Broken(error)),
    }
}

/// The body in one piece. Collected pieces would take more memory than their bytes, and a server may send one byte in each.
async fn gather<B: Body>(body: B) -> Result<Bytes, B::Error> {
    let (mut body, mut whole) = (pin!(body), BytesMut::new());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            whole.put(data);
        }
    }
    Ok(whole.freeze())
}
