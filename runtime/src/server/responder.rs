//! One call on a connection: its answer is sent as soon as it is there, and given up as soon as nobody waits for it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::grpc::response_body::ResponseBody;
use crate::reject::guard::guard;
use crate::reject::logged::Logged;

pin_project! {
    /// A call, until all of its answer is sent.
    // Polled by hand, because an `async` block would hold the answer's future twice.
    #[project = Step]
    pub(crate) enum Exchange<F> {
        Answering {
            #[pin]
            answer: F,
            respond: SendResponse<Bytes>,
        },
        Sending {
            sending: Sending,
        },
    }
}

impl<F: Future<Output = Response<ResponseBody>>> Exchange<F> {
    pub(crate) fn new(answer: F, respond: SendResponse<Bytes>) -> Self {
        Self::Answering { answer, respond }
    }

    fn poll_sent(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            let sending = match self.as_mut().project() {
                Step::Answering { answer, respond } => {
                    let Poll::Ready(response) = answer.poll(context) else {
                        return respond.poll_reset(context).map(|reason| Err(reason?.into()));
                    };
                    match send(response, respond)? {
                        Some(sending) => sending,
                        None => return Poll::Ready(Ok(())),
                    }
                }
                Step::Sending { sending } => return sending.poll(context),
            };
            self.set(Self::Sending { sending });
        }
    }
}

impl<F: Future<Output = Response<ResponseBody>>> Future for Exchange<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Handlers and their streams have guards of their own, which know whose call it is. A tower layer of the app hasn't.
        match guard(|| self.as_mut().poll_sent(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(()))) => {}
            Ok(Poll::Ready(Err(error))) => {
                tracing::debug!("a call ended before all of its answer was sent: {}", Logged(error));
            }
            Err(panic) => {
                tracing::error!("a call failed outside of its handler: {panic}");
                self.reset();
            }
        }
        Poll::Ready(())
    }
}

impl<F> Exchange<F> {
    /// The caller takes it for the status INTERNAL.
    fn reset(self: Pin<&mut Self>) {
        match self.project() {
            Step::Answering { respond, .. } => respond.send_reset(Reason::INTERNAL_ERROR),
            Step::Sending { sending } => sending.stream.send_reset(Reason::INTERNAL_ERROR),
        }
    }
}

/// Sends what is there of an answer; `Some`: there is more to come.
fn send(response: Response<ResponseBody>, respond: &mut SendResponse<Bytes>) -> Result<Option<Sending>, h2::Error> {
    let (head, answer) = response.into_parts();
    let head = Response::from_parts(head, ());
    let mut stream = respond.send_response(head, answer.is_end_stream())?;
    if answer.is_end_stream() {
        return Ok(None);
    }
    match answer.into_whole() {
        Ok((frame, trailers)) => {
            stream.send_data(frame, false)?;
            stream.send_trailers(trailers)?;
            Ok(None)
        }
        Err(answer) => Ok(Some(Sending { answer, stream, data: None })),
    }
}

/// An answer that comes bit by bit.
pub(crate) struct Sending {
    answer: ResponseBody,
    stream: SendStream<Bytes>,
    /// What waits for room: no more is asked for before.
    data: Option<Bytes>,
}

impl Sending {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        let Self { answer, stream, data } = self;
        loop {
            if let Poll::Ready(reason) = stream.poll_reset(context) {
                return Poll::Ready(Err(reason?.into()));
            }
            if data.is_some() {
                while stream.capacity() == 0 {
                    match ready!(stream.poll_capacity(context)) {
                        Some(room) => drop(room?),
                        None => return Poll::Ready(Ok(())),
                    }
                }
            }
            if let Some(data) = data.take() {
                stream.send_data(data, false)?;
            }
            match ready!(Pin::new(&mut *answer).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(frame) if frame.is_empty() => {}
                    Ok(frame) => {
                        stream.reserve_capacity(1);
                        *data = Some(frame);
                    }
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            return Poll::Ready(stream.send_trailers(trailers));
                        }
                    }
                },
                Some(Err(status)) => {
                    tracing::debug!("an answer ends halfway: {}", Logged(status));
                    stream.send_reset(Reason::INTERNAL_ERROR);
                    return Poll::Ready(Ok(()));
                }
                None => return Poll::Ready(stream.send_data(Bytes::new(), true)),
            }
        }
    }
}
