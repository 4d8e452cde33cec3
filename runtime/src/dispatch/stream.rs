//! The life of a stream: opened like a subscription, then publications until the client leaves, the application has no more, or the
//! server stops.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tonic::{Status, Streaming};

use crate::dispatch::failure::Blame;
use crate::dispatch::message::{TooLong, decode, frame};
use crate::dispatch::{Dispatch, Head, failure, respond};
use crate::event::publications::Inbound;
use crate::event::{Event, Opened, Opening, SubscribeStream};
use crate::handler::deadline;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reply::publication::Publication;
use crate::wire;

/// How long a failed stream is held: its client subscribes again at once, and a stream that always fails would be asked for
/// as fast as the network goes.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// What the client publishes. Centrifugo never ends its side. What can't be read ends the stream by `broken`, for nobody would read what comes
/// after it; if the client has left, the stream has ended already.
fn inbound(messages: Streaming<Bytes>, dispatch: Arc<Dispatch>, broken: Sender<Status>) -> impl Stream<Item = Bytes> {
    let messages = messages.map(|message| message.and_then(decode::<wire::StreamSubscribeRequest>));
    let publications = messages.scan((dispatch, Some(broken)), |(dispatch, broken), message| {
        ready(match message {
            Ok(message) => Some(publication(message, dispatch)),
            Err(status) => {
                let _ = broken.take().map(|broken| broken.send(status));
                None
            }
        })
    });
    publications.filter_map(ready)
}

fn publication(message: wire::StreamSubscribeRequest, dispatch: &Dispatch) -> Option<Bytes> {
    if message.publication.is_none()
        && let Some(more) = dispatch.refused.pass()
    {
        tracing::warn!(event = %SubscribeStream::KIND, "a message has no publication: it doesn't come from Centrifugo{more}");
    }
    message.publication.map(|publication| publication.data)
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
    /// Has the status of a stream whose client sends what can't be read. `None`: nothing more is read.
    broken: Option<Receiver<Status>>,
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
        self.begin(head, Opening { request, inbound: Inbound::default() }, None, None)
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
        let (ended, (broken, breaks)) = (CancellationToken::new(), oneshot::channel());
        let inbound = Inbound::of_call(inbound(messages, Arc::clone(&self), broken), ended.clone());
        let opening = Opening { request, inbound: inbound.clone() };
        let responses = self.begin(head, opening, Some(ended.drop_guard()), Some(breaks)).await;
        // What the handler has not taken by now, nobody takes.
        drop(inbound.take());
        responses
    }

    fn begin(
        self: &Arc<Self>,
        head: Head,
        opening: Opening,
        ended: Option<DropGuard>,
        broken: Option<Receiver<Status>>,
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
                broken,
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

    /// Why what the client sends can't be read.
    fn poll_broken(&mut self, context: &mut Context<'_>) -> Option<Status> {
        let Poll::Ready(status) = Pin::new(self.broken.as_mut()?).poll(context) else { return None };
        self.broken = None;
        status.ok()
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
            (self.life, self.broken) = (Life::Over, None);
            return Poll::Ready(Some(Err(status)));
        }
        match self.life.poll_next_unpin(context) {
            Poll::Ready(Some(message)) => Poll::Ready(Some(message)),
            // The application may have ended its stream because the other direction has.
            polled => match self.poll_broken(context) {
                Some(status) => {
                    self.life = Life::failing(status);
                    self.life.poll_next_unpin(context)
                }
                None => polled,
            },
        }
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
    Failing(Pin<Box<Sleep>>, Option<Status>),
    Over,
}

impl Life {
    /// What comes after the application's stream has failed.
    fn after(reject: &Reject) -> Self {
        let comes_back = match reject.error() {
            Some(error) => error.is_temporary(),
            None => reject.is_internal(),
        };
        if comes_back { Self::failing(failure()) } else { Self::Over }
    }

    fn failing(status: Status) -> Self {
        Self::Failing(Box::pin(sleep(FAILURE_PAUSE)), Some(status))
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
                        // An error of the app may panic there; it has been reported already.
                        let _ = guard(|| drop(reject));
                        continue;
                    }
                    None => None,
                },
                Self::Failing(pause, status) => {
                    task::ready!(pause.as_mut().poll(context));
                    status.take().map(Err)
                }
                Self::Over => None,
            };
            *self = Self::Over;
            return Poll::Ready(last);
        }
    }
}
