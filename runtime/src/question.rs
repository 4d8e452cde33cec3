//! The calls of the protocol by their names, and those with one question and one answer: from the bytes of a message to those of
//! another, whichever way it came.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{FutureExt, ready};
use prost::{DecodeError, Message};
use tonic::Status;

use crate::answer::frame;
use crate::dispatch::{Dispatch, Head, respond};
use crate::event::{
    CacheEmpty, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh, Subscribe, Wire,
};
use crate::generated::NotifyChannelStateRequest;
use crate::handler::BoxFuture;

/// The service that Centrifugo calls.
pub(crate) const SERVICE: &str = "centrifugal.centrifugo.proxy.CentrifugoProxy";

/// The framed message of an answer.
type Answered = Result<Bytes, Status>;

/// A call of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Question(Question),
    SubscribeUnidirectional,
    SubscribeBidirectional,
}

impl Method {
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.strip_prefix('/')?.strip_prefix(SERVICE)?.strip_prefix('/')? {
            "SubscribeUnidirectional" => Some(Self::SubscribeUnidirectional),
            "SubscribeBidirectional" => Some(Self::SubscribeBidirectional),
            name => Question::of(name).map(Self::Question),
        }
    }
}

macro_rules! questions {
    ($($name:literal => $event:ident,)*) => {
        /// A call with one question and one answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Question {
            $($event,)*
            ChannelStates,
        }

        impl Question {
            fn of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$event),)*
                    "NotifyChannelState" => Some(Self::ChannelStates),
                    _ => None,
                }
            }

            /// The answer to a message.
            pub(crate) fn answer(self, dispatch: &Arc<Dispatch>, head: Head, message: Bytes) -> BoxFuture<Answered> {
                match self {
                    $(Self::$event => answer::<$event>(dispatch, head, message),)*
                    Self::ChannelStates => answer_states(Arc::clone(dispatch), head, message),
                }
            }
        }
    };
}

questions! {
    "Connect" => Connect,
    "Refresh" => Refresh,
    "Subscribe" => Subscribe,
    "Publish" => Publish,
    "SubRefresh" => SubRefresh,
    "RPC" => Rpc,
    "MapPublish" => MapPublish,
    "MapRemove" => MapRemove,
    "SharedPollRefresh" => SharedPoll,
    "NotifyCacheEmpty" => CacheEmpty,
}

fn answer<E>(dispatch: &Arc<Dispatch>, head: Head, message: Bytes) -> BoxFuture<Answered>
where
    E: Wire<Request: Message + Default, Response: Message>,
{
    let max = dispatch.max_message_size;
    match decode(message).and_then(|request| dispatch.answer::<E>(head, request)) {
        Ok(asked) => Box::pin(asked.map(move |answered| {
            let (response, blame) = respond::<E>(answered)?;
            blame.framed(move || frame(&response, max))
        })),
        Err(status) => Box::pin(ready(Err(status))),
    }
}

fn answer_states(dispatch: Arc<Dispatch>, head: Head, message: Bytes) -> BoxFuture<Answered> {
    Box::pin(async move {
        let NotifyChannelStateRequest { events } = decode(message)?;
        let response = dispatch.notify(head, events).await?;
        frame(&response, dispatch.max_message_size).map_err(|fault| Status::out_of_range(fault.to_string()))
    })
}

/// The message in these bytes; with the status of tonic's own codec if they are none.
pub(crate) fn decode<M: Message + Default>(bytes: Bytes) -> Result<M, Status> {
    M::decode(bytes).map_err(undecodable)
}

// Not generic over the message, so it is compiled once.
fn undecodable(error: DecodeError) -> Status {
    Status::internal(error.to_string())
}
