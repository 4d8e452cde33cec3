//! The life of a stream: opened like a subscription, then publications until the client leaves, the application has no more, or the
//! server stops.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream, CatchUnwind, Stream, StreamExt};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Request, Response, Status, Streaming};

use crate::dispatch::Dispatch;
use crate::event::{Event, Opened, Opening, SubscribeStream};
use crate::failure::{Blame, panicked};
use crate::generated as wire;
use crate::inbound::Inbound;
use crate::publication::Publication;
use crate::reject::Reject;

/// How long a failed stream is held: its client subscribes again at once, and a stream that always fails would be asked for
/// as fast as the network goes.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// What the client publishes. Centrifugo never ends its side: the only error is that the client has left.
fn inbound(messages: Streaming<wire::StreamSubscribeRequest>) -> impl Stream<Item = Bytes> {
    messages.take_while(|message| ready(message.is_ok())).filter_map(|message| {
        let publication = message.ok().and_then(|message| message.publication);
        if publication.is_none() {
            tracing::warn!(event = %SubscribeStream::KIND, "a message has no publication: it doesn't come from Centrifugo");
        }
        ready(publication.map(|publication| publication.data))
    })
}

/// What the application yields.
type Publications = BoxStream<'static, Result<Publication, Reject>>;

/// What Centrifugo is sent.
pub(crate) type Responses = BoxStream<'static, Result<wire::StreamSubscribeResponse, Status>>;

impl Dispatch {
    /// Opens a stream of one direction.
    pub(crate) async fn open(&self, request: Request<wire::SubscribeRequest>) -> Result<Response<Responses>, Status> {
        self.begin(request.map(|request| Opening { request, inbound: Inbound::default() })).await
    }

    /// Opens a stream of both directions: the first message asks, all others bring what the client publishes.
    pub(crate) async fn open_bidirectional(
        &self,
        request: Request<Streaming<wire::StreamSubscribeRequest>>,
    ) -> Result<Response<Responses>, Status> {
        self.admit(SubscribeStream::KIND.name(), request.metadata().as_ref())?;
        let (metadata, extensions, mut messages) = request.into_parts();
        let Some(wire::StreamSubscribeRequest { subscribe_request: Some(request), .. }) = messages.message().await? else {
            tracing::warn!(event = %SubscribeStream::KIND, "the first message asks for no subscription: it doesn't come from Centrifugo");
            return Err(Status::invalid_argument("the first message asks for no subscription"));
        };
        let opening = Opening { request, inbound: Inbound::new(inbound(messages)) };
        self.begin(Request::from_parts(metadata, extensions, opening)).await
    }

    async fn begin(&self, request: Request<Opening>) -> Result<Response<Responses>, Status> {
        let (opened, blame) = self.answer::<SubscribeStream>(request).await?;
        Ok(Response::new(responses(opened, blame, self.stopping.clone())))
    }
}

fn responses(Opened { first, publications, json }: Opened, blame: Blame, stopping: CancellationToken) -> Responses {
    let first = wire::StreamSubscribeResponse { subscribe_response: Some(first), publication: None };
    let first = stream::once(async { Ok(first) });
    match publications {
        // Refused: Centrifugo cancels the stream itself as soon as it has read that.
        None => first.boxed(),
        Some(publications) => first.chain(Life::new(publications, json, blame, stopping)).boxed(),
    }
}

/// All messages after the first one.
///
/// An end without status unsubscribes the client for good (2000), one with a status lets its SDK subscribe again at once (2500). So an
/// error reply or a disconnect, which Centrifugo takes no longer, ends the stream as if it had no more; a temporary error, a failure
/// and a stop of the server let the client come back.
struct Life {
    state: State,
    /// The client speaks JSON.
    json: bool,
    blame: Blame,
}

enum State {
    Open { publications: CatchUnwind<AssertUnwindSafe<Publications>>, stopping: Pin<Box<WaitForCancellationFutureOwned>> },
    Failing { pause: Pin<Box<Sleep>>, status: Status },
    Over,
}

impl Life {
    fn new(publications: Publications, json: bool, blame: Blame, stopping: CancellationToken) -> Self {
        let publications = AssertUnwindSafe(publications).catch_unwind();
        Self { state: State::Open { publications, stopping: Box::pin(stopping.cancelled_owned()) }, json, blame }
    }

    /// What comes after the application's stream has failed. It is dropped here, and not after the pause.
    fn after(&self, reject: Reject) -> State {
        let comes_back = match reject.error() {
            Some(error) => error.is_temporary(),
            None => reject.is_internal(),
        };
        if reject.is_internal() {
            self.blame.failed(Arc::new(reject), "; the stream ends");
        } else {
            self.blame.refused(&reject);
        }
        if !comes_back {
            return State::Over;
        }
        State::Failing { pause: Box::pin(sleep(FAILURE_PAUSE)), status: Status::internal("internal server error") }
    }
}

impl Stream for Life {
    type Item = Result<wire::StreamSubscribeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let life = &mut *self;
        loop {
            match &mut life.state {
                State::Open { publications, stopping } => {
                    if stopping.as_mut().poll(context).is_ready() {
                        life.state = State::Over;
                        return Poll::Ready(Some(Err(Status::unavailable("the server stops"))));
                    }
                    let Some(publication) = task::ready!(publications.poll_next_unpin(context)) else {
                        life.state = State::Over;
                        return Poll::Ready(None);
                    };
                    match message(publication, life.json) {
                        Ok(message) => return Poll::Ready(Some(Ok(message))),
                        Err(reject) => life.state = life.after(reject),
                    }
                }
                State::Failing { pause, status } => {
                    task::ready!(pause.as_mut().poll(context));
                    let status = status.clone();
                    life.state = State::Over;
                    return Poll::Ready(Some(Err(status)));
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

fn message(
    publication: thread::Result<Result<Publication, Reject>>,
    json: bool,
) -> Result<wire::StreamSubscribeResponse, Reject> {
    let publication = publication.map_err(|panic| panicked(panic.as_ref()))??.encode(json)?;
    Ok(wire::StreamSubscribeResponse { subscribe_response: None, publication: Some(publication) })
}
