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
use futures_util::stream::{BoxStream, CatchUnwind, Stream, StreamExt};
use http::{Extensions, HeaderMap};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Request, Status, Streaming};

use crate::dispatch::{Dispatch, respond};
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
pub(crate) struct Responses {
    /// The answer to the subscription, which goes before everything else. On the heap, so that streams that are open don't keep its place.
    first: Option<Box<wire::SubscribeResponse>>,
    life: Life,
}

impl Dispatch {
    /// Opens a stream of one direction.
    pub(crate) fn open(
        self: &Arc<Self>,
        metadata: HeaderMap,
        extensions: Extensions,
        request: wire::SubscribeRequest,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        self.begin(metadata, extensions, Opening { request, inbound: Inbound::default() })
    }

    /// Opens a stream of both directions: the first message asks, all others bring what the client publishes.
    pub(crate) async fn open_bidirectional(
        self: Arc<Self>,
        request: Request<Streaming<wire::StreamSubscribeRequest>>,
    ) -> Result<Responses, Status> {
        self.admit(SubscribeStream::KIND.name(), request.metadata().as_ref())?;
        let (metadata, extensions, mut messages) = request.into_parts();
        let first = tokio::select! {
            first = messages.message() => first?,
            () = self.stopping.cancelled() => return Err(Status::unavailable("the server stops")),
        };
        let Some(wire::StreamSubscribeRequest { subscribe_request: Some(request), .. }) = first else {
            tracing::warn!(event = %SubscribeStream::KIND, "the first message asks for no subscription: it doesn't come from Centrifugo");
            return Err(Status::invalid_argument("the first message asks for no subscription"));
        };
        let opening = Opening { request, inbound: Inbound::new(inbound(messages)) };
        self.begin(metadata.into_headers(), extensions, opening).await
    }

    fn begin(
        self: &Arc<Self>,
        metadata: HeaderMap,
        extensions: Extensions,
        opening: Opening,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        let stopping = self.stopping.clone();
        let asked = self.answer::<SubscribeStream>(metadata, extensions, opening);
        async move {
            let (opened, blame) = respond::<SubscribeStream>(asked?.await)?;
            Ok(Responses::new(opened, blame, stopping))
        }
    }
}

impl Responses {
    fn new(Opened { first, publications, json }: Opened, blame: Blame, stopping: CancellationToken) -> Self {
        let life = match publications {
            // Refused: Centrifugo cancels the stream itself as soon as it has read that.
            None => Life::Over,
            Some(publications) => Life::new(Told::new(publications, json, blame), stopping),
        };
        Self { first: Some(Box::new(first)), life }
    }
}

impl Stream for Responses {
    type Item = Result<wire::StreamSubscribeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(first) => {
                let message = wire::StreamSubscribeResponse { subscribe_response: Some(*first), publication: None };
                Poll::Ready(Some(Ok(message)))
            }
            None => self.life.poll_next_unpin(context),
        }
    }
}

/// The publications of an open stream, as they are sent. What it fails with is told before it is handed on, and ends it.
pub(crate) struct Told {
    /// Gone as soon as the stream has ended.
    publications: Option<CatchUnwind<AssertUnwindSafe<Publications>>>,
    /// The client speaks JSON.
    json: bool,
    blame: Blame,
}

impl Told {
    pub(crate) fn new(publications: Publications, json: bool, blame: Blame) -> Self {
        Self { publications: Some(AssertUnwindSafe(publications).catch_unwind()), json, blame }
    }

    fn encode(&self, publication: thread::Result<Result<Publication, Reject>>) -> Result<wire::Publication, Arc<Reject>> {
        let publication = publication.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
        let encoded = publication.and_then(|publication| publication.encode(self.json).map_err(Reject::from));
        encoded.map_err(Arc::new).inspect_err(|reject| {
            if reject.is_internal() {
                self.blame.failed(Arc::clone(reject), "; the stream ends");
            } else {
                self.blame.refused(reject);
            }
        })
    }
}

impl Stream for Told {
    type Item = Result<wire::Publication, Arc<Reject>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(publications) = &mut self.publications else { return Poll::Ready(None) };
        let publication = task::ready!(publications.poll_next_unpin(context));
        let encoded = publication.map(|publication| self.encode(publication));
        if !matches!(encoded, Some(Ok(_))) {
            self.publications = None;
        }
        Poll::Ready(encoded)
    }
}

/// All messages after the first one.
///
/// An end without status unsubscribes the client for good (2000), one with a status lets its SDK subscribe again at once (2500). So an
/// error reply or a disconnect, which Centrifugo takes no longer, ends the stream as if it had no more; a temporary error, a failure
/// and a stop of the server let the client come back.
enum Life {
    Open { publications: Told, stopping: Pin<Box<WaitForCancellationFutureOwned>> },
    Failing(Pin<Box<Sleep>>),
    Over,
}

impl Life {
    fn new(publications: Told, stopping: CancellationToken) -> Self {
        Self::Open { publications, stopping: Box::pin(stopping.cancelled_owned()) }
    }

    /// What comes after the application's stream has failed.
    fn after(reject: &Reject) -> Self {
        let comes_back = match reject.error() {
            Some(error) => error.is_temporary(),
            None => reject.is_internal(),
        };
        if comes_back { Self::Failing(Box::pin(sleep(FAILURE_PAUSE))) } else { Self::Over }
    }
}

impl Stream for Life {
    type Item = Result<wire::StreamSubscribeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let last = match &mut *self {
                Self::Open { publications, stopping } => {
                    if stopping.as_mut().poll(context).is_ready() {
                        Some(Err(Status::unavailable("the server stops")))
                    } else {
                        match task::ready!(publications.poll_next_unpin(context)) {
                            Some(Ok(publication)) => return Poll::Ready(Some(Ok(message(publication)))),
                            Some(Err(reject)) => {
                                *self = Self::after(&reject);
                                continue;
                            }
                            None => None,
                        }
                    }
                }
                Self::Failing(pause) => {
                    task::ready!(pause.as_mut().poll(context));
                    Some(Err(Status::internal("internal server error")))
                }
                Self::Over => None,
            };
            *self = Self::Over;
            return Poll::Ready(last);
        }
    }
}

fn message(publication: wire::Publication) -> wire::StreamSubscribeResponse {
    wire::StreamSubscribeResponse { subscribe_response: None, publication: Some(publication) }
}
