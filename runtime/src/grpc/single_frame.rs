//! The short way of a question in one frame.
//!
//! Centrifugo sends a request as one uncompressed message, which nearly always comes in one HTTP/2 frame. Such a message is read where it lies,
//! and its [answer](crate::grpc::response_body::Answer) is written behind its own head. Whatever is otherwise (gzip, several frames) goes the
//! [long way](crate::grpc::via_tonic), with nothing lost: a test holds both to the same answers.

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

use crate::dispatch::message::HEAD;

/// What a request's body has to be.
pub(crate) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static {
    /// It comes behind these headers, which have the caller's deadline.
    fn belongs_to(&mut self, headers: &HeaderMap);
}

/// Another server's, whose affair it is how long it waits; or one of ours behind layers, which knows already.
impl RequestBody for tonic::body::Body {
    fn belongs_to(&mut self, _: &HeaderMap) {}
}

/// The only message of a request, if it is no longer than that; or the request as it came.
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
                body.belongs_to(&parts.headers);
                return Err(Request::from_parts(parts, put_back(first, body)));
            }
        };
        // Nothing may come behind it. It goes on without an end of the body that isn't there yet.
        let second = if body.is_end_stream() { None } else { body.frame().now_or_never().flatten() };
        let Some(second) = second else { return Ok((parts, data.slice(HEAD..))) };
        let frames = [Ok(Frame::data(data)), second];
        Err(Request::from_parts(parts, put_back(frames, body)))
    }
}

/// The next frame. Only one that isn't there yet needs to know for how long.
fn limited<B: RequestBody>(parts: &Parts, body: &mut B) -> impl Future<Output = Option<Result<Frame<Bytes>, B::Error>>> {
    let mut is_limited = false;
    poll_fn(move |context| {
        let polled = Pin::new(&mut *body).poll_frame(context);
        if polled.is_ready() || std::mem::replace(&mut is_limited, true) {
            return polled;
        }
        body.belongs_to(&parts.headers);
        Pin::new(&mut *body).poll_frame(context)
    })
}

/// The body with the frames that have been read.
fn put_back<B: RequestBody>(
    frames: impl IntoIterator<Item = Result<Frame<Bytes>, B::Error>, IntoIter: Send + 'static>,
    body: B,
) -> tonic::body::Body {
    tonic::body::Body::new(StreamBody::new(stream::iter(frames).chain(BodyStream::new(body))))
}

/// The data of a frame that is one uncompressed message, and nothing else.
fn whole(frame: Frame<Bytes>, max: usize) -> Result<Bytes, Frame<Bytes>> {
    let data = frame.into_data()?;
    if is_whole(&data, max) { Ok(data) } else { Err(Frame::data(data)) }
}

pub(crate) fn is_whole(data: &[u8], max: usize) -> bool {
    let Some(mut head) = data.get(..HEAD) else { return false };
    let (compressed, length) = (head.get_u8(), head.get_u32() as usize);
    compressed == 0 && length == data.len() - HEAD && length <= max
}
