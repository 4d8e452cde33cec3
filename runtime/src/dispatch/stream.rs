//! The life of a stream: opened by the steps of a call, then it has publications until the client leaves, the app's stream
//! ends, or the server stops.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tonic::{Status, Streaming};

use crate::dispatch::message::frame;
use crate::dispatch::observed::ObservedStream;
use crate::dispatch::outcome::StreamEnd;
use crate::dispatch::reported::{Publications, Reported};
use crate::dispatch::{Dispatch, Head, internal_error};
use crate::event::inbound::Inbound;
use crate::event::{Event, StreamRequest, StreamResponse, SubscribeStream};
use crate::handler::grpc_timeout;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reply::publication::Publication;
use crate::wire;

/// The time for which a failed stream stays open. Its client subscribes again at once, so a stream that always fails would
/// be called as fast as the network goes.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

impl Dispatch {
    /// Opens a stream of one direction.
    pub(crate) fn open_stream(
        self: &Arc<Self>,
        head: Head,
        request: wire::SubscribeRequest,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        self.open(head, StreamRequest { request, inbound: Inbound::default() }, None, None)
    }

    /// Opens a stream of both directions: the first message subscribes, and each later one has a publication of the client.
    pub(crate) async fn open_bidirectional_stream(
        self: Arc<Self>,
        head: Head,
        mut messages: Streaming<Bytes>,
    ) -> Result<Responses, Status> {
        let first = tokio::select! {
            // A stream that is complete is opened, and ends then: its client subscribes again at once. A status would be a
            // failure, after which it waits.
            biased;
            first = messages.message() => first?.map(|first| self.decode::<wire::StreamSubscribeRequest>(first)).transpose()?,
            () = self.stopping.cancelled() => return Err(Status::unavailable("the server stops")),
        };
        let Some(wire::StreamSubscribeRequest { subscribe_request: Some(request), .. }) = first else {
            let event = SubscribeStream::KIND;
            self.counters.malformed.increment();
            tracing::warn!(%event, "the first message has no subscription: it doesn't come from Centrifugo");
            return Err(Status::invalid_argument("the first message has no subscription"));
        };
        let (ended, (broken, breaks)) = (CancellationToken::new(), oneshot::channel());
        let inbound = Inbound::of_call(client_publications(messages, Arc::clone(&self), broken), ended.clone());
        let opening = StreamRequest { request, inbound: inbound.clone() };
        let responses = self.open(head, opening, Some(ended.drop_guard()), Some(breaks)).await;
        // If the handler hasn't taken the client's publications by now, nothing will.
        drop(inbound.take());
        responses
    }

    /// Calls the handler, and starts the stream that it returns.
    fn open(
        self: &Arc<Self>,
        head: Head,
        opening: StreamRequest,
        ended: Option<DropGuard>,
        broken: Option<Receiver<Status>>,
    ) -> impl Future<Output = Result<Responses, Status>> + use<> {
        let (stopping, max) = (self.stopping.clone(), self.max_message_size);
        let until = grpc_timeout::of(&head.metadata).map(|allowed| head.arrived + allowed);
        let call = Arc::clone(self).call::<SubscribeStream, _>(head, opening, frame_opened);
        async move {
            let mut call = call?;
            let FramedOpened { first, publications, json } = (&mut call).await?;
            let (phase, observed) = match publications {
                // A refusal: Centrifugo cancels the stream itself as soon as it has read that.
                None => (Phase::Over, None),
                Some(publications) => {
                    let publications = Reported::new(publications, json, max, call.record().for_stream(), frame_publication);
                    (Phase::Open(publications), call.observed_stream())
                }
            };
            let deadline = until.map(|until| Box::pin(tokio::time::sleep_until(until.into())));
            let stopping = Box::pin(stopping.cancelled_owned());
            Ok(Responses { first: Some(first), phase, end: None, observed, stopping, deadline, broken, _ended: ended })
        }
    }
}

/// The client's publications, which are the messages after the first one. Centrifugo never ends them. A message that can't
/// be read ends the stream through `broken`, because nothing would read those after it; if the client has left, the stream
/// has ended already.
fn client_publications(
    messages: Streaming<Bytes>,
    dispatch: Arc<Dispatch>,
    broken: Sender<Status>,
) -> impl Stream<Item = Bytes> {
    let publications = messages.scan((dispatch, Some(broken)), |(dispatch, broken), message| {
        ready(match message.and_then(|message| dispatch.decode(message)) {
            Ok(message) => Some(publication(message, dispatch)),
            Err(status) => {
                dispatch.note_refused(&status);
                let _ = broken.take().map(|broken| broken.send(status));
                None
            }
        })
    });
    publications.filter_map(ready)
}

fn publication(message: wire::StreamSubscribeRequest, dispatch: &Dispatch) -> Option<Bytes> {
    let Some(publication) = message.publication else {
        dispatch.counters.malformed.increment();
        if let Some(more) = dispatch.foreign_calls.pass() {
            let event = SubscribeStream::KIND;
            tracing::warn!(%event, "a message has no publication: it doesn't come from Centrifugo{more}");
        }
        return None;
    };
    Some(publication.data)
}

/// The response of a stream, with its first message framed.
struct FramedOpened {
    first: Bytes,
    publications: Option<Publications>,
    json: bool,
}

fn frame_opened(StreamResponse { first, publications, json }: StreamResponse, max: usize) -> Result<FramedOpened, Reject> {
    let message = wire::StreamSubscribeResponse { subscribe_response: Some(first), publication: None };
    Ok(FramedOpened { first: frame(&message, max)?, publications, json })
}

fn frame_publication(publication: Publication, json: bool, max: usize) -> Result<Bytes, Reject> {
    let publication = Some(publication.encode(json)?);
    Ok(frame(&wire::StreamSubscribeResponse { subscribe_response: None, publication }, max)?)
}

/// The framed messages that Centrifugo receives on a stream.
pub(crate) struct Responses {
    /// The reply to the subscription, which is the first message.
    first: Option<Bytes>,
    phase: Phase,
    /// The reason for the end of the stream, once it is known.
    end: Option<StreamEnd>,
    observed: Option<ObservedStream>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    /// The end of the caller's time. Centrifugo's streams have no deadline.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Receives the status when a message of the client can't be read. `None`: no more messages are read.
    broken: Option<Receiver<Status>>,
    /// Stops the reading of the client's publications when the stream ends.
    _ended: Option<DropGuard>,
}

impl Responses {
    /// Ready with the reason to end a stream that may have more publications.
    fn poll_cut(&mut self, context: &mut Context<'_>) -> Poll<(StreamEnd, Status)> {
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready((StreamEnd::Stopped, Status::unavailable("the server stops")));
        }
        match &mut self.deadline {
            Some(deadline) => deadline
                .as_mut()
                .poll(context)
                .map(|()| (StreamEnd::TimedOut, Status::deadline_exceeded("the caller's deadline is over"))),
            None => Poll::Pending,
        }
    }

    /// Polls for the next message after the first one.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        if !matches!(self.phase, Phase::Over)
            && let Poll::Ready((end, status)) = self.poll_cut(context)
        {
            self.end = Some(end);
            (self.phase, self.broken) = (Phase::Over, None);
            return Poll::Ready(Some(Err(status)));
        }
        match self.phase.poll_message(&mut self.end, context) {
            Poll::Ready(Some(message)) => Poll::Ready(Some(message)),
            // The app's stream may have ended because the client's publications did.
            polled => match self.poll_broken(context) {
                Some(status) => {
                    self.end = Some(StreamEnd::Malformed);
                    self.phase = Phase::failing(status);
                    self.phase.poll_message(&mut self.end, context)
                }
                None => polled,
            },
        }
    }

    /// The reason why a message of the client couldn't be read, if there was one.
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
        let Some(mut observed) = self.observed.take() else { return self.poll_message(context) };
        let polled = {
            let _entered = observed.enter();
            self.poll_message(context)
        };
        if let Poll::Ready(Some(Ok(_))) = polled {
            observed.sends();
        }
        if let Some(end) = self.end {
            observed.ends(end);
        }
        self.observed = Some(observed);
        polled
    }
}

impl Drop for Responses {
    fn drop(&mut self) {
        let _entered = self.observed.as_ref().map(ObservedStream::enter);
        // The app's stream is dropped in its span.
        self.phase = Phase::Over;
    }
}

/// The phase of a stream after its first message, which has the remaining ones.
///
/// An end without status unsubscribes the client permanently (2000); after an end with a status its SDK subscribes again at
/// once (2500). Centrifugo takes an error reply or a disconnect in the first message alone. So a stream that fails with one
/// of them later ends without status; after a temporary error, a failure, and a stop of the server it ends with a status,
/// and the client comes back.
enum Phase {
    Open(Reported<Bytes>),
    /// The stream has failed, and ends with the status after a pause.
    Failing(Pin<Box<Sleep>>, Option<Status>),
    Over,
}

impl Phase {
    /// The phase after the app's stream has failed.
    fn after(reject: &Reject) -> Self {
        let comes_back = match reject.error() {
            Some(error) => error.is_temporary(),
            None => reject.is_internal(),
        };
        if comes_back { Self::failing(internal_error()) } else { Self::Over }
    }

    fn failing(status: Status) -> Self {
        Self::Failing(Box::pin(sleep(FAILURE_PAUSE)), Some(status))
    }
}

impl Phase {
    /// Polls for the next message. `end`: becomes the reason for the end of the app's stream.
    fn poll_message(
        &mut self,
        end: &mut Option<StreamEnd>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Status>>> {
        loop {
            let last = match self {
                Self::Open(publications) => match task::ready!(publications.poll_next_unpin(context)) {
                    Some(Ok(message)) => return Poll::Ready(Some(Ok(message))),
                    Some(Err(reject)) => {
                        *end = Some(StreamEnd::of(&reject));
                        *self = Self::after(&reject);
                        // The destructor of an app's error may panic. The failure has been reported already.
                        let _ = guard(|| drop(reject));
                        continue;
                    }
                    None => {
                        *end = Some(StreamEnd::Finished);
                        None
                    }
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
