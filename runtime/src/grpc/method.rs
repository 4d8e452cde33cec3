//! The calls of the protocol by their names, and those with one question and one answer: from the bytes of a message to those of
//! another, whichever way it came.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use prost::Message;
use tonic::Status;

use crate::dispatch::message::{decode, frame};
use crate::dispatch::{Asked, Dispatch, Head, failure, respond};
use crate::event::{self, ChannelState, Event, SubscribeStream, for_each_event};
use crate::handler::BoxFuture;
use crate::handler::router::Routed;
use crate::wire::NotifyChannelStateRequest;

/// The service that Centrifugo calls.
pub(crate) const SERVICE: &str = "centrifugal.centrifugo.proxy.CentrifugoProxy";

/// The method whose server sends more than one message.
const UNIDIRECTIONAL: &str = <SubscribeStream as Event>::KIND.facts().rpc;

/// The method whose client sends more than one message, too.
pub(crate) const BIDIRECTIONAL: &str = "SubscribeBidirectional";

/// The framed message of an answer.
type Framed = Result<Bytes, Status>;

/// A call of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Unary(Unary),
    SubscribeUnidirectional,
    SubscribeBidirectional,
}

impl Method {
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.strip_prefix('/')?.strip_prefix(SERVICE)?.strip_prefix('/')? {
            UNIDIRECTIONAL => Some(Self::SubscribeUnidirectional),
            BIDIRECTIONAL => Some(Self::SubscribeBidirectional),
            name => Unary::of(name).map(Self::Unary),
        }
    }
}

/// Makes what exists for each event that is called by one message for one.
macro_rules! unary {
    ([$($known:ident)*] $(#[$doc:meta])* $name:ident: $kind:ident($event:ident) unary; $($rest:tt)*) => {
        unary! { [$($known)* $event] $($rest)* }
    };
    ([$($known:ident)*] $(#[$doc:meta])* $name:ident: $kind:ident($event:ident) $shape:ident; $($rest:tt)*) => {
        unary! { [$($known)*] $($rest)* }
    };
    ([$($event:ident)*]) => {
        /// A method that takes one message and returns one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Unary {
            $($event,)*
            ChannelStates,
        }

        impl Unary {
            fn of(name: &str) -> Option<Self> {
                $(if name == event::$event::KIND.facts().rpc {
                    return Some(Self::$event);
                })*
                (name == ChannelState::KIND.facts().rpc).then_some(Self::ChannelStates)
            }

            /// Starts to answer a message.
            pub(crate) fn answer(self, dispatch: &Arc<Dispatch>, head: Head, message: Bytes) -> Answering {
                let answering = match self {
                    $(Self::$event => ask(dispatch, head, message).map(Answering::$event),)*
                    Self::ChannelStates => Ok(Answering::ChannelStates(notify(Arc::clone(dispatch), head, message))),
                };
                answering.unwrap_or_else(|status| Answering::Refused(Some(status)))
            }
        }

        /// A unary call that is being answered.
        // No box of a future: that would be one more allocation for each call.
        pub(crate) enum Answering {
            $($event(Asked<event::$event, Bytes>),)*
            ChannelStates(BoxFuture<Framed>),
            /// What came was no message of Centrifugo's.
            Refused(Option<Status>),
        }

        impl Future for Answering {
            type Output = Framed;

            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Framed> {
                match &mut *self {
                    $(Self::$event(asked) => Pin::new(&mut *asked).poll(context).map(|finished| respond(finished, asked)),)*
                    Self::ChannelStates(answer) => answer.as_mut().poll(context),
                    Self::Refused(status) => Poll::Ready(Err(status.take().unwrap_or_else(failure))),
                }
            }
        }
    };
    ($($row:tt)*) => {
        unary! { [] $($row)* }
    };
}

for_each_event!(unary);

fn ask<E>(dispatch: &Arc<Dispatch>, head: Head, message: Bytes) -> Result<Asked<E, Bytes>, Status>
where
    E: Routed<Request: Message + Default, Response: Message>,
{
    dispatch.answer(head, decode(message)?, |response, max| Ok(frame(&response, max)?))
}

fn notify(dispatch: Arc<Dispatch>, head: Head, message: Bytes) -> BoxFuture<Framed> {
    Box::pin(async move {
        let NotifyChannelStateRequest { events } = decode(message)?;
        let response = dispatch.notify(head, events).await?;
        frame(&response, dispatch.max_message_size).map_err(|fault| Status::out_of_range(fault.to_string()))
    })
}
