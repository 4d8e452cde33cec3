//! Messages in a single frame, which are read without tonic's codec.
//!
//! Centrifugo sends a request as one uncompressed message, which nearly always comes in one HTTP/2 frame. Such a message is
//! read in place, without a copy. All others (gzip, several frames) go [through tonic](crate::grpc::via_tonic), together
//! with the frames that have been read. A test compares the responses of both.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use http::request::Parts;
use http::{HeaderMap, Request};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, BodyStream, StreamBody};
use tower::BoxError;

use crate::dispatch::message::PREFIX;

/// The body of a request, from [`Server`](crate::Server) or another server.
pub(crate) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static {
    /// Sets the limits of the body by its headers, which have the caller's deadline. Called before the body is waited for.
    fn set_limits(&mut self, headers: &HeaderMap);
}

/// The body of another server, which has its own limits; or a body of `Server` behind layers, whose limits are set.
impl RequestBody for tonic::body::Body {
    fn set_limits(&mut self, _: &HeaderMap) {}
}

/// Reads the message of a request, if it is the only one, in one frame, and within the limit. `Err`: the whole request.
// No `async fn`: its future would hold the request twice.
pub(crate) fn only_message<B: RequestBody>(
    request: Request<B>,
    max: usize,
) -> impl Future<Output = Result<(Parts, Bytes), Request<tonic::body::Body>>> {
    let (parts, mut body) = request.into_parts();
    async move {
        let first = match limited(&parts, &mut body).await {
            Some(Ok(frame)) => whole(frame, max).map_err(|frame| Some(Ok(frame))),
            other => Err(other),
        };
        let data = match first {
            Ok(data) => data,
            Err(first) => {
                body.set_limits(&parts.headers);
                return Err(Request::from_parts(parts, put_back(first, body)));
            }
        };
        // A second frame that is here already belongs to the request. The end of the body is not waited for.
        let second = if body.is_end_stream() { None } else { body.frame().now_or_never().flatten() };
        let Some(second) = second else { return Ok((parts, data.slice(PREFIX..))) };
        let frames = [Ok(Frame::data(data)), second];
        Err(Request::from_parts(parts, put_back(frames, body)))
    }
}

/// The next frame. The limits are set only if it isn't here yet.
fn limited<B: RequestBody>(parts: &Parts, body: &mut B) -> impl Future<Output = Option<Result<Frame<Bytes>, B::Error>>> {
    let mut is_limited = false;
    poll_fn(move |context| {
        let polled = Pin::new(&mut *body).poll_frame(context);
        if polled.is_ready() || std::mem::replace(&mut is_limited, true) {
            return polled;
        }
        body.set_limits(&parts.headers);
        Pin::new(&mut *body).poll_frame(context)
    })
}

/// The body, with the frames before it that have been read.
fn put_back<B: RequestBody>(
    frames: impl IntoIterator<Item = Result<Frame<Bytes>, B::Error>, IntoIter: Send + 'static>,
    body: B,
) -> tonic::body::Body {
    tonic::body::Body::new(StreamBody::new(stream::iter(frames).chain(BodyStream::new(body))))
}

/// The data of a frame that is exactly one uncompressed message. `Err`: the frame.
fn whole(frame: Frame<Bytes>, max: usize) -> Result<Bytes, Frame<Bytes>> {
    let data = frame.into_data()?;
    if is_whole(&data, max) { Ok(data) } else { Err(Frame::data(data)) }
}

/// Whether the data is exactly one uncompressed message, and not over the limit.
pub(crate) fn is_whole(data: &[u8], max: usize) -> bool {
    let Some(mut prefix) = data.get(..PREFIX) else { return false };
    let (compressed, length) = (prefix.get_u8(), prefix.get_u32() as usize);
    compressed == 0 && length == data.len() - PREFIX && length <= max
}
