//! The life of a stream: opened like a subscription, then publications until the client leaves, the application has no more, or the
//! server stops.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tonic::{Status, Streaming};

use crate::answer::{TooLong, frame};
use crate::deadline;
use crate::dispatch::{Dispatch, Head, failure, respond};
use crate::event::{Event, Opened, Opening, SubscribeStream};
use crate::failure::Blame;
use crate::generated as wire;
use crate::guard::guard;
use crate::inbound::Inbound;
use crate::publication::Publication;
use crate::question::decode;
use crate::reject::Reject;

/// How long a failed stream is held: its client subscribes again at once, and a stream that always fails would be asked for
/// as fast as the network goes.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// What the client publishes. Centrifugo never ends its side: the only error is that the client has left.
fn inbound(messages: Streaming<Bytes>) -> impl Stream<Item = Bytes> {
    let messages = messages.map(|message| message.and_then(decode::<wire::StreamSubscribeRequest>));
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

/// What Centrifugo is sent: messages behind their heads.
pub(crate) struct Responses {
    /// The answer to the subscription, which goes before everything else.
    first: Option<Bytes>,
    life: Life,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    /// When the caller waits no longer. Centrifugo's streams have no deadline.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Ends the reading of publications that nobody takes.
    _ended: Option<DropGuard>,
}

impl Dispatch {
    /// Opens a stream of one direction.
    pub(crate) fn open(
        self: &Arc<Self>,
        head: Head,
        request: wire::SubscribeRequest,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        self.begin(head, Opening { request, inbound: Inbound::default() }, None)
    }

    /// Opens a stream of both directions: the first message asks, all others bring what the client publishes.
    pub(crate) async fn open_bidirectional(
        self: Arc<Self>,
        head: Head,
        mut messages: Streaming<Bytes>,
    ) -> Result<Responses, Status> {
        let first = tokio::select! {
            first = messages.message() => first?.map(decode::<wire::StreamSubscribeRequest>).transpose()?,
            () = self.stopping.cancelled() => return Err(Status::unavailable("the server stops")),
        };
        let Some(wire::StreamSubscribeRequest { subscribe_request: Some(request), .. }) = first else {
            tracing::warn!(event = %SubscribeStream::KIND, "the first message asks for no subscription: it doesn't come from Centrifugo");
            return Err(Status::invalid_argument("the first message asks for no subscription"));
        };
        let ended = CancellationToken::new();
        let inbound = Inbound::of_call(inbound(messages), ended.clone());
        let opening = Opening { request, inbound: inbound.clone() };
        let responses = self.begin(head, opening, Some(ended.drop_guard())).await;
        // What the handler has not taken by now, nobody takes.
        drop(inbound.take());
        responses
    }

    fn begin(
        self: &Arc<Self>,
        head: Head,
        opening: Opening,
        ended: Option<DropGuard>,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        let (stopping, max) = (self.stopping.clone(), self.max_message_size);
        let until = deadline::of(&head.metadata).map(|allowed| head.arrived + allowed);
        let asked = self.answer::<SubscribeStream, _>(head, opening, framed_opening);
        async move {
            let mut asked = asked?;
            let finished = (&mut asked).await;
            let FramedOpening { first, publications, json } = respond(finished, &asked)?;
            let life = match publications {
                // Refused: Centrifugo cancels the stream itself as soon as it has read that.
                None => Life::Over,
                Some(publications) => Life::Open(Reported::new(publications, json, max, asked.blame().for_stream(), framed)),
            };
            let deadline = until.map(|until| Box::pin(tokio::time::sleep_until(until.into())));
            Ok(Responses {
                first: Some(first),
                life,
                stopping: Box::pin(stopping.cancelled_owned()),
                deadline,
                _ended: ended,
            })
        }
    }
}

impl Responses {
    /// Why the stream ends though there may be more to come.
    fn poll_cut(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(Status::unavailable("the server stops"));
        }
        match &mut self.deadline {
            Some(deadline) => {
                deadline.as_mut().poll(context).map(|()| Status::deadline_exceeded("the caller's deadline is over"))
            }
            None => Poll::Pending,
        }
    }
}

impl Stream for Responses {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if !matches!(self.life, Life::Over)
            && let Poll::Ready(status) = self.poll_cut(context)
        {
            self.life = Life::Over;
            return Poll::Ready(Some(Err(status)));
        }
        self.life.poll_next_unpin(context)
    }
}

/// A stream's response, with its first message behind its head.
struct FramedOpening {
    first: Bytes,
    publications: Option<Publications>,
    json: bool,
}

fn framed_opening(Opened { first, publications, json }: Opened, max: usize) -> Result<FramedOpening, Reject> {
    let message = wire::StreamSubscribeResponse { subscribe_response: Some(first), publication: None };
    Ok(FramedOpening { first: frame(&message, max)?, publications, json })
}

/// A publication as a message behind its head.
fn framed(publication: wire::Publication, max: usize) -> Result<Bytes, TooLong> {
    frame(&wire::StreamSubscribeResponse { subscribe_response: None, publication: Some(publication) }, max)
}

/// The publications of an open stream, each in the form that `finish` gives it. Reports the first failure, then ends.
pub(crate) struct Reported<T> {
    /// `None` as soon as the stream has ended.
    publications: Option<Publications>,
    /// The client speaks JSON.
    json: bool,
    /// The longest message, in bytes.
    max: usize,
    blame: Blame,
    finish: fn(wire::Publication, usize) -> Result<T, TooLong>,
}

impl<T> Reported<T> {
    pub(crate) fn new(
        publications: Publications,
        json: bool,
        max: usize,
        blame: Blame,
        finish: fn(wire::Publication, usize) -> Result<T, TooLong>,
    ) -> Self {
        Self { publications: Some(publications), json, max, blame, finish }
    }

    /// The next publication. All that is the app's runs in here: its stream, and what its payloads and errors drop.
    fn poll_publication(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Reject>>> {
        let Some(publications) = &mut self.publications else { return Poll::Ready(None) };
        let (json, max, finish) = (self.json, self.max, self.finish);
        let polled = guard(|| {
            let publication = task::ready!(publications.poll_next_unpin(context));
            Poll::Ready(publication.map(|publication| Ok(finish(publication?.encode(json)?, max)?)))
        });
        polled.unwrap_or_else(|panic| Poll::Ready(Some(Err(panic))))
    }

    /// Drops the app's stream.
    fn end(&mut self) -> Result<(), Reject> {
        let publications = self.publications.take();
        guard(|| drop(publications))
    }

    fn report(&self, reject: Reject) -> Arc<Reject> {
        let reject = Arc::new(reject);
        if reject.is_internal() {
            self.blame.failed(Arc::clone(&reject), "; the stream ends");
        } else {
            self.blame.refused(&reject);
        }
        reject
    }
}

impl<T> Stream for Reported<T> {
    type Item = Result<T, Arc<Reject>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let failure = match task::ready!(self.poll_publication(context)) {
            Some(Ok(publication)) => return Poll::Ready(Some(Ok(publication))),
            Some(Err(reject)) => Some(self.report(reject)),
            None => None,
        };
        let dropped = self.end().err().map(|panic| self.report(panic));
        Poll::Ready(failure.or(dropped).map(Err))
    }
}

impl<T> Drop for Reported<T> {
    fn drop(&mut self) {
        if let Err(panic) = self.end() {
            self.report(panic);
        }
    }
}

/// All messages after the first one.
///
/// An end without status unsubscribes the client permanently (2000), one with a status lets its SDK subscribe again at once (2500). So an
/// error reply or a disconnect, which Centrifugo takes no longer, ends the stream as if it had no more; a temporary error, a failure
/// and a stop of the server let the client come back.
enum Life {
    Open(Reported<Bytes>),
    Failing(Pin<Box<Sleep>>),
    Over,
}

impl Life {
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
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let last = match &mut *self {
                Self::Open(publications) => match task::ready!(publications.poll_next_unpin(context)) {
                    Some(Ok(message)) => return Poll::Ready(Some(Ok(message))),
                    Some(Err(reject)) => {
                        *self = Self::after(&reject);
                        continue;
                    }
                    None => None,
                },
                Self::Failing(pause) => {
                    task::ready!(pause.as_mut().poll(context));
                    Some(Err(failure()))
                }
                Self::Over => None,
            };
            *self = Self::Over;
            return Poll::Ready(last);
        }
    }
}
