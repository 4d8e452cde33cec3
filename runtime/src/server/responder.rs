//! The responder of a call: sends the response when the app has made it, and drops the call when its caller resets it.

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use crate::grpc::response_body::ResponseBody;
use crate::reject::guard::guard;
use crate::reject::logged::Logged;
use crate::server::peer::{Full, Peer};
use crate::server::unsent::Unsent;

pin_project! {
    /// The task of a call: waits for the response, then sends it. It holds the peer until the call is dropped: fields are
    /// dropped in this order.
    // Polled by hand, because an `async` block would hold the future of the response twice.
    #[project = Step]
    pub(crate) enum Responder<F> {
        Waiting {
            #[pin]
            response: F,
            respond: SendResponse<Unsent>,
            peer: Arc<Peer>,
        },
        Sending {
            body: BodySender,
        },
    }
}

impl<F: Future<Output = Response<ResponseBody>>> Responder<F> {
    pub(crate) fn new(response: F, respond: SendResponse<Unsent>, peer: Arc<Peer>) -> Self {
        Self::Waiting { response, respond, peer }
    }

    fn poll_sent(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            let body = match self.as_mut().project() {
                Step::Waiting { response, respond, peer } => {
                    let Poll::Ready(response) = response.poll(context) else {
                        return respond.poll_reset(context).map(|reason| Err(reason?.into()));
                    };
                    match send(response, respond, peer)? {
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
        // Handlers and their streams have guards of their own, which know the call. The bodies of the app's tower layers
        // have none.
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
    /// Resets a call that has panicked, which its caller takes for the status INTERNAL.
    fn reset(self: Pin<&mut Self>) {
        let peer: &Peer = match self.project() {
            Step::Waiting { respond, peer, .. } => {
                respond.send_reset(Reason::INTERNAL_ERROR);
                peer
            }
            Step::Sending { body } => {
                body.stream.send_reset(Reason::INTERNAL_ERROR);
                &body.peer
            }
        };
        peer.has_panicked();
    }
}

/// Sends a response, or its headers and then a body that comes in parts, or has to wait: `Some`.
fn send(
    response: Response<ResponseBody>,
    respond: &mut SendResponse<Unsent>,
    peer: &Arc<Peer>,
) -> Result<Option<BodySender>, h2::Error> {
    let (head, body) = response.into_parts();
    let head = Response::from_parts(head, ());
    let mut stream = respond.send_response(head, body.is_end_stream())?;
    if body.is_end_stream() {
        return Ok(None);
    }
    match body.into_whole() {
        Ok((frame, trailers)) => match Unsent::short(frame, peer) {
            Ok(frame) => {
                stream.send_data(frame, false)?;
                stream.send_trailers(trailers)?;
                Ok(None)
            }
            Err(frame) => {
                let mut sender = BodySender::new(ResponseBody::Trailers, stream, peer);
                Ok(sender.hold_long(frame).is_ok().then_some(sender))
            }
        },
        Err(body) => Ok(Some(BodySender::new(body, stream, peer))),
    }
}

/// A body that is sent as it becomes ready, and as the peer takes it.
pub(crate) struct BodySender {
    body: ResponseBody,
    stream: SendStream<Unsent>,
    /// The data that waits for room in the window. The body is not polled before it is sent.
    data: Option<Unsent>,
    /// The time limit of that, once it has to wait.
    timer: Option<Pin<Box<Sleep>>>,
    peer: Arc<Peer>,
}

impl BodySender {
    fn new(body: ResponseBody, stream: SendStream<Unsent>, peer: &Arc<Peer>) -> Self {
        Self { body, stream, data: None, timer: None, peer: Arc::clone(peer) }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            if let Poll::Ready(reason) = self.stream.poll_reset(context) {
                return Poll::Ready(Err(reason?.into()));
            }
            if ready!(self.poll_data(context))?.is_break() {
                return Poll::Ready(Ok(()));
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(frame) if frame.is_empty() => {}
                    Ok(frame) => {
                        if self.hold(frame).is_err() {
                            return Poll::Ready(Ok(()));
                        }
                    }
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            return Poll::Ready(self.stream.send_trailers(trailers));
                        }
                    }
                },
                Some(Err(status)) => {
                    tracing::debug!("a response ended early: {}", Logged(status));
                    self.stream.send_reset(Reason::INTERNAL_ERROR);
                    return Poll::Ready(Ok(()));
                }
                None => return Poll::Ready(self.stream.send_data(Unsent::empty(), true)),
            }
        }
    }

    /// Keeps data until it is sent. `Err`: there is no room for it, and the call is reset.
    fn hold(&mut self, data: Bytes) -> Result<(), Full> {
        match Unsent::short(data, &self.peer) {
            Ok(data) => {
                self.wait_for_room(data);
                Ok(())
            }
            Err(data) => self.hold_long(data),
        }
    }

    /// The same, for data that isn't among the connection's short responses.
    fn hold_long(&mut self, data: Bytes) -> Result<(), Full> {
        match Unsent::charged(data, &self.peer) {
            Ok(data) => {
                self.wait_for_room(data);
                Ok(())
            }
            Err(full) => {
                self.peer.log_too_much_unsent();
                self.stream.send_reset(Reason::ENHANCE_YOUR_CALM);
                Err(full)
            }
        }
    }

    fn wait_for_room(&mut self, data: Unsent) {
        self.stream.reserve_capacity(data.remaining());
        self.data = Some(data);
    }

    /// Sends the data as far as there is room in the window. Ready when all of it is sent; `Break`: the call has ended.
    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Result<ControlFlow<()>, h2::Error>> {
        while let Some(data) = &mut self.data {
            while self.stream.capacity() == 0 {
                match self.stream.poll_capacity(context) {
                    Poll::Ready(Some(room)) => drop(room?),
                    Poll::Ready(None) => return Poll::Ready(Ok(ControlFlow::Break(()))),
                    Poll::Pending => return self.poll_stuck(context).map(|()| Ok(ControlFlow::Break(()))),
                }
            }
            self.timer = None;
            let part = data.split_to(self.stream.capacity());
            if !data.has_remaining() {
                self.data = None;
            }
            self.stream.send_data(part, false)?;
        }
        Poll::Ready(Ok(ControlFlow::Continue(())))
    }

    /// Ready when the peer has made no room for too long, and the call is reset.
    fn poll_stuck(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let data = &mut self.data;
        let timer = self.timer.get_or_insert_with(|| {
            data.iter_mut().for_each(Unsent::set_timed);
            Box::pin(sleep(self.peer.send_timeout()))
        });
        ready!(timer.as_mut().poll(context));
        self.peer.log_unsent_too_long("its call is reset");
        self.stream.send_reset(Reason::ENHANCE_YOUR_CALM);
        Poll::Ready(())
    }
}
