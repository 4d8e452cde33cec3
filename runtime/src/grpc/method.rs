//! The methods of Centrifugo's service and of those that gRPC defines, and the unary calls: from the bytes of a message to
//! those of its response.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use prost::Message;
use tonic::Status;

use crate::dispatch::message::frame;
use crate::dispatch::{Dispatch, Head, InFlight, internal_error};
use crate::event::facts::{BIDIRECTIONAL, SERVICE};
use crate::event::kind::Kind;
use crate::event::{self, ChannelState, Event, SubscribeStream, for_each_unary_event};
use crate::handler::BoxFuture;
use crate::handler::router::Routed;

/// The method with a stream from the app to the client.
const UNIDIRECTIONAL: &str = <SubscribeStream as Event>::KIND.facts().rpc;

/// The health service of gRPC, as `grpc.health.v1` defines it.
const HEALTH_SERVICE: &str = "grpc.health.v1.Health";

/// The only method of the reflection service of gRPC, in both versions that there are. They have the same messages.
#[cfg(feature = "reflection")]
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The framed message of a response.
type Framed = Result<Bytes, Status>;

/// A method of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Unary(Unary),
    SubscribeUnidirectional,
    SubscribeBidirectional,
    Health(Health),
    #[cfg(feature = "reflection")]
    Reflection,
}

/// A method of the health service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Check,
    Watch,
}

impl Method {
    pub(crate) fn of(path: &str) -> Option<Self> {
        let Some(name) = name_in(SERVICE, path) else { return Self::of_grpc(path) };
        match name {
            UNIDIRECTIONAL => Some(Self::SubscribeUnidirectional),
            BIDIRECTIONAL => Some(Self::SubscribeBidirectional),
            name => Unary::of(name).map(Self::Unary),
        }
    }

    /// A method of the services that gRPC defines.
    fn of_grpc(path: &str) -> Option<Self> {
        #[cfg(feature = "reflection")]
        if REFLECTION.contains(&path) {
            return Some(Self::Reflection);
        }
        Health::of(path).map(Self::Health)
    }

    /// Whether the request of a call is a stream of messages.
    #[inline]
    pub(crate) fn takes_stream(path: &str) -> bool {
        #[cfg(feature = "reflection")]
        if REFLECTION.contains(&path) {
            return true;
        }
        path.ends_with(BIDIRECTIONAL)
    }

    /// The event that it sends. `None`: it has nothing to do with the app's handlers.
    pub(crate) fn kind(self) -> Option<Kind> {
        match self {
            Self::Unary(method) => Some(method.kind()),
            Self::SubscribeUnidirectional | Self::SubscribeBidirectional => Some(SubscribeStream::KIND),
            Self::Health(_) => None,
            #[cfg(feature = "reflection")]
            Self::Reflection => None,
        }
    }

    /// Whether everybody may call it: the probes of Kubernetes can't send a secret.
    pub(crate) fn is_public(self) -> bool {
        matches!(self, Self::Health(_))
    }
}

impl Health {
    fn of(path: &str) -> Option<Self> {
        match name_in(HEALTH_SERVICE, path)? {
            "Check" => Some(Self::Check),
            "Watch" => Some(Self::Watch),
            _ => None,
        }
    }
}

/// The method's name in the path of a service's method.
fn name_in<'p>(service: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix('/')?.strip_prefix(service)?.strip_prefix('/')
}

/// Writes [`Unary`] and [`UnaryCall`] from the list of events with one message and one response.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) unary $types:tt;)*) => {
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

            fn kind(self) -> Kind {
                match self {
                    $(Self::$event => event::$event::KIND,)*
                    Self::ChannelStates => ChannelState::KIND,
                }
            }

            /// Starts a call.
            pub(crate) fn call(self, dispatch: Arc<Dispatch>, head: Head, message: Bytes) -> UnaryCall {
                let call = match self {
                    $(Self::$event => call(dispatch, head, message).map(UnaryCall::$event),)*
                    Self::ChannelStates => {
                        return UnaryCall::ChannelStates(Box::pin(dispatch.call_batch(head, message)));
                    }
                };
                call.unwrap_or_else(|status| UnaryCall::NotBegun(Some(status)))
            }
        }

        /// A unary call: a future of the framed response.
        // No box of a future: that would be one more allocation for each call.
        pub(crate) enum UnaryCall {
            $($event(InFlight<event::$event, Bytes>),)*
            ChannelStates(BoxFuture<Framed>),
            /// A call for which no handler begins: the message is malformed, or the app has none. `None` once it has ended.
            NotBegun(Option<Status>),
        }

        impl Future for UnaryCall {
            type Output = Framed;

            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Framed> {
                match &mut *self {
                    $(Self::$event(call) => Pin::new(call).poll(context),)*
                    Self::ChannelStates(call) => call.as_mut().poll(context),
                    Self::NotBegun(status) => Poll::Ready(Err(status.take().unwrap_or_else(internal_error))),
                }
            }
        }
    };
}

for_each_unary_event!(unary);

fn call<E>(dispatch: Arc<Dispatch>, head: Head, message: Bytes) -> Result<InFlight<E, Bytes>, Status>
where
    E: Routed<Request: Message + Default, Response: Message>,
{
    let message = dispatch.decode(message)?;
    dispatch.call(head, message, |response, max| Ok(frame(&response, max)?))
}
