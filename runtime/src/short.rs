//! The short way of a question in one frame.
//!
//! Centrifugo sends a request as one uncompressed message, which nearly always comes in one HTTP/2 frame. Such a message is read where it lies,
//! and its [answer](Answer) is written behind its own head. Whatever is otherwise (gzip, several frames, bytes that are no message, a stream of
//! questions) goes the long way, through tonic's own machinery, with nothing lost: a test holds both to the same answers.

use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use http::Response;
use http::request::Parts;
use http_body::Body;
use http_body_util::{BodyExt, BodyStream, StreamBody};
use prost::Message;
use tonic::Status;
use tower::BoxError;

use crate::answer::{Answer, HEAD};
use crate::dispatch::Dispatch;
use crate::event::Wire;
use crate::generated::SubscribeRequest;

/// What a request's body has to be.
pub(crate) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static {}

impl<B: Body<Data = Bytes, Error: Into<BoxError> + Send> + Send + Unpin + 'static> RequestBody for B {}

/// The only frame of a request's body; or the body as it came, for the long way.
pub(crate) async fn only_frame<B: RequestBody>(mut body: B, max: usize) -> Result<Bytes, tonic::body::Body> {
    let first = body.frame().await;
    let mut second = None;
    if let Some(Ok(frame)) = &first
        && let Some(data) = frame.data_ref()
        && is_whole(data, max)
    {
        if !body.is_end_stream() {
            second = body.frame().await;
        }
        if second.is_none() {
            return Ok(data.clone());
        }
    }
    let frames = stream::iter(first.into_iter().chain(second)).chain(BodyStream::new(body));
    Err(tonic::body::Body::new(StreamBody::new(frames)))
}

/// Whether the data is one uncompressed message, and nothing else.
fn is_whole(data: &Bytes, max: usize) -> bool {
    let Some(mut head) = data.get(..HEAD) else { return false };
    let (compressed, length) = (head.get_u8(), head.get_u32() as usize);
    compressed == 0 && length == data.len() - HEAD && length <= max
}

/// The message in a frame; `None` if it is none of this kind, which the long way has to say.
pub(crate) fn message<M: Message + Default>(data: &Bytes) -> Option<M> {
    M::decode(data.slice(HEAD..)).ok()
}

/// The answer to a message.
pub(crate) fn answer<E>(
    dispatch: &Dispatch,
    parts: Parts,
    message: E::Request,
    max: usize,
) -> impl Future<Output = Response<Answer>>
where
    E: Wire<Response: Message>,
{
    let response = dispatch.dispatch::<E>(parts.headers, parts.extensions, message);
    response.map(move |response| {
        let answer = response.and_then(|response| Answer::message(&response, max));
        answer.unwrap_or_else(Status::into_http)
    })
}

/// The answer to a subscription to a stream.
pub(crate) fn open(
    dispatch: &Dispatch,
    parts: Parts,
    request: SubscribeRequest,
    max: usize,
) -> impl Future<Output = Response<Answer>> {
    let opened = dispatch.open(parts.headers, parts.extensions, request);
    opened.map(move |opened| opened.map_or_else(Status::into_http, |responses| Answer::messages(responses, max)))
}
