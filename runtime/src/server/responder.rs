//! The responder of a call: sends the response when the app has made it, and drops the call when its caller resets it.

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
    /// The task of a call: waits for the response, then sends it.
    // Polled by hand, because an `async` block would hold the future of the response twice.
    #[project = Step]
    pub(crate) enum Responder<F> {
        Waiting {
            #[pin]
            response: F,
            respond: SendResponse<Bytes>,
        },
        Sending {
            body: BodySender,
        },
    }
}

impl<F: Future<Output = Response<ResponseBody>>> Responder<F> {
    pub(crate) fn new(response: F, respond: SendResponse<Bytes>) -> Self {
        Self::Waiting { response, respond }
    }

    fn poll_sent(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            let body = match self.as_mut().project() {
                Step::Waiting { response, respond } => {
                    let Poll::Ready(response) = response.poll(context) else {
                        return respond.poll_reset(context).map(|reason| Err(reason?.into()));
                    };
                    match send(response, respond)? {
                        Some(body) => body,
                        None => return Poll::Ready(Ok(())),
                    }
                }
                Step::Sending { body } => return body.poll(context),
            };
            self.set(Self::Sending { body });
        }
    }
}

impl<F: Future<Output = Response<ResponseBody>>> Future for Responder<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Handlers and their streams have guards of their own, which know the call. The app's tower layers have none.
        match guard(|| self.as_mut().poll_sent(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(()))) => {}
            Ok(Poll::Ready(Err(error))) => {
                tracing::debug!("a call ended before all of its response was sent: {}", Logged(error));
            }
            Err(panic) => {
                tracing::error!("a call failed outside of its handler: {panic}");
                self.reset();
            }
        }
        Poll::Ready(())
    }
}

impl<F> Responder<F> {
    /// Resets the call, which its caller takes for the status INTERNAL.
    fn reset(self: Pin<&mut Self>) {
        match self.project() {
            Step::Waiting { respond, .. } => respond.send_reset(Reason::INTERNAL_ERROR),
            Step::Sending { body } => body.stream.send_reset(Reason::INTERNAL_ERROR),
        }
    }
}

/// Sends a response, or its headers and then a body that comes in parts: `Some`.
fn send(response: Response<ResponseBody>, respond: &mut SendResponse<Bytes>) -> Result<Option<BodySender>, h2::Error> {
    let (head, body) = response.into_parts();
    let head = Response::from_parts(head, ());
    let mut stream = respond.send_response(head, body.is_end_stream())?;
    if body.is_end_stream() {
        return Ok(None);
    }
    match body.into_whole() {
        Ok((frame, trailers)) => {
            stream.send_data(frame, false)?;
            stream.send_trailers(trailers)?;
            Ok(None)
        }
        Err(body) => Ok(Some(BodySender { body, stream, data: None })),
    }
}

/// A body that is sent as it becomes ready.
pub(crate) struct BodySender {
    body: ResponseBody,
    stream: SendStream<Bytes>,
    /// The data that waits for room in the window. The body is not polled before it is sent.
    data: Option<Bytes>,
}

impl BodySender {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        let Self { body, stream, data } = self;
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
            match ready!(Pin::new(&mut *body).poll_frame(context)) {
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
                    tracing::debug!("a response ended early: {}", Logged(status));
                    stream.send_reset(Reason::INTERNAL_ERROR);
                    return Poll::Ready(Ok(()));
                }
                None => return Poll::Ready(stream.send_data(Bytes::new(), true)),
            }
        }
    }
}
