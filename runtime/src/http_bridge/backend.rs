//! The backend of the bridge: an HTTP service of any type, behind one function that sends a request and reads its response.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use super::error::{BackendError, BoxError};
use super::reply::BufferedResponse;
use crate::handler::BoxFuture;

/// Sends a request, and reads the response within the limits.
pub(crate) type Backend =
    Arc<dyn Fn(Request<Full<Bytes>>, ResponseLimits) -> BoxFuture<Result<BufferedResponse, BackendError>> + Send + Sync>;

/// The limits of one response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResponseLimits {
    /// The longest time from the request to the end of the response.
    pub(crate) time: Duration,
    /// The longest body, in bytes.
    pub(crate) bytes: usize,
}

/// Runs an exchange for at most this time.
pub(crate) async fn within(
    time: Duration,
    exchange: impl Future<Output = Result<BufferedResponse, BackendError>>,
) -> Result<BufferedResponse, BackendError> {
    tokio::time::timeout(time, exchange).await.unwrap_or(Err(BackendError::Late(time)))
}

/// Reads the parts of a response that the client's reply contains.
pub(crate) async fn read<B>(response: Response<B>, limit: usize) -> Result<BufferedResponse, BackendError>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (head, body) = response.into_parts();
    // The body of a server's failure isn't for clients, so it isn't read.
    if head.status.is_server_error() {
        return Ok(BufferedResponse { status: head.status, body: Bytes::new() });
    }
    // Don't wait for a body that announces itself as too long.
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(BackendError::TooLong(limit));
    }
    match read_body(Limited::new(body, limit)).await {
        Ok(body) => Ok(BufferedResponse { status: head.status, body }),
        Err(error) if error.is::<LengthLimitError>() => Err(BackendError::TooLong(limit)),
        Err(error) => Err(BackendError::Incomplete(error)),
    }
}

/// Reads the body into one buffer. A list of its frames would take more memory than their bytes, because a server may send
/// one byte in each.
async fn read_body<B: Body>(body: B) -> Result<Bytes, B::Error> {
    let (mut body, mut whole) = (pin!(body), BytesMut::new());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            whole.put(data);
        }
    }
    Ok(whole.freeze())
}
