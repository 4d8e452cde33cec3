//! Messages in a single frame, which are read without tonic's codec.
//!
//! Centrifugo sends a request as one uncompressed message, which nearly always comes in one HTTP/2 frame. Such a message is
//! read in place, without a copy. All others (gzip, several frames) go [through tonic](crate::grpc::via_tonic), together
//! with the frames that have been read. `tests/e2e/requests/fast_path.rs` compares the responses of both.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

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

/// A request that has been read.
pub(crate) enum Read {
    /// Its message: the only one, in one frame, and within the limit.
    Message(Parts, Bytes),
    /// The whole request, for tonic's codec.
    Other(Request<tonic::body::Body>),
}

/// Reads a request without waiting: nearly always its message has arrived together with the headers. `Err`: nothing of the
/// body has arrived yet, and the body's limits are set now.
pub(crate) fn read_arrived<B: RequestBody>(request: Request<B>, max: usize) -> Result<Read, Box<Request<B>>> {
    let (parts, mut body) = request.into_parts();
    // Nobody has to be woken: a body of which nothing has arrived is polled again.
    match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(frame) => Ok(Read::of(parts, body, frame, max)),
        Poll::Pending => {
            body.set_limits(&parts.headers);
            Err(Box::new(Request::from_parts(parts, body)))
        }
    }
}

/// Reads a request, and waits for its first frame.
pub(crate) async fn read<B: RequestBody>(request: Request<B>, max: usize) -> Read {
    match read_arrived(request, max) {
        Ok(read) => read,
        Err(request) => {
            let (parts, mut body) = request.into_parts();
            let frame = body.frame().await;
            Read::of(parts, body, frame, max)
        }
    }
}

impl Read {
    fn of<B: RequestBody>(parts: Parts, mut body: B, first: Option<Result<Frame<Bytes>, B::Error>>, max: usize) -> Self {
        let only = match first {
            Some(Ok(frame)) => whole(frame, max).map_err(|frame| Some(Ok(frame))),
            unusual => Err(unusual),
        };
        let data = match only {
            Ok(data) => data,
            Err(unusual) => {
                body.set_limits(&parts.headers);
                return Self::Other(Request::from_parts(parts, put_back(unusual, body)));
            }
        };
        // A second frame that is here already belongs to the request. The end of the body is not waited for.
        let second = if body.is_end_stream() { None } else { body.frame().now_or_never().flatten() };
        let Some(second) = second else { return Self::Message(parts, data.slice(PREFIX..)) };
        let frames = [Ok(Frame::data(data)), second];
        Self::Other(Request::from_parts(parts, put_back(frames, body)))
    }
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
