//! What an event's own file states about it, for the configuration, the checks at the start, and the log.

use std::time::Duration;

/// The facts of an event.
#[derive(Debug)]
pub struct Facts {
    /// The method of Centrifugo's gRPC service.
    pub(crate) rpc: &'static str,
    /// The attribute of a function that answers the event.
    pub(crate) attribute: &'static str,
    /// The client writes by it, and Centrifugo has checked nothing: neither the subscription nor the channel.
    pub(crate) writes: bool,
    /// It comes from a connection, with the headers of its HTTP request.
    pub(crate) has_client: bool,
    /// The proxy that sends it. `None`: Centrifugo PRO's, whose configuration isn't generated.
    pub(crate) proxy: Option<Proxy>,
    /// The option of a namespace that switches the event on, as a JSON pointer within the namespace.
    pub(crate) switch: Option<&'static str>,
    /// The type of subscriptions that a namespace has throughout as soon as one of its handlers is for this event.
    pub(crate) subscription_type: Option<SubscriptionType>,
    /// In namespaces of these types Centrifugo never sends the event, or ignores the answer.
    pub(crate) absent_from: &'static [SubscriptionType],
    /// How long Centrifugo waits for an answer where it sends no `grpc-timeout`.
    pub(crate) unsent_timeout: Option<Duration>,
    /// A key of Centrifugo's configuration, as a JSON pointer, without which it doesn't start.
    pub(crate) required_key: Option<&'static str>,
}

impl Facts {
    /// Of an event about a channel that any client may cause, without options of its own.
    pub(crate) const CHANNEL: Self = Self {
        rpc: "",
        attribute: "",
        writes: false,
        has_client: true,
        proxy: None,
        switch: None,
        subscription_type: None,
        absent_from: &[],
        unsent_timeout: None,
        required_key: None,
    };
}

/// Where Centrifugo's configuration has the proxy of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// `client.proxy.<name>`, with `enabled`.
    Client(&'static str),
    /// `channel.proxy.<name>`, switched on in namespaces of channels.
    Channel(&'static str),
    /// `rpc.proxy`, switched on in namespaces of methods.
    Rpc,
}

impl Proxy {
    /// The place of the proxy, as a JSON pointer.
    pub(crate) fn pointer(self) -> String {
        match self {
            Self::Client(name) => format!("/client/proxy/{name}"),
            Self::Channel(name) => format!("/channel/proxy/{name}"),
            Self::Rpc => "/rpc/proxy".to_owned(),
        }
    }

    /// The part of the configuration that has the namespaces, as a JSON pointer.
    pub(crate) fn area(self) -> Option<&'static str> {
        match self {
            Self::Client(_) => None,
            Self::Channel(_) => Some("/channel"),
            Self::Rpc => Some("/rpc"),
        }
    }

    /// What an app writes to name another namespace.
    pub(crate) fn naming(self) -> &'static str {
        match self {
            Self::Client(_) | Self::Channel(_) => "`App::namespace(..)`",
            Self::Rpc => "`App::centrifugo(json!({ \"rpc\": { \"namespaces\": [..] } }))`",
        }
    }
}

/// A type of subscriptions that a namespace has throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum SubscriptionType {
    Stream,
    Map,
    SharedPoll,
}

impl SubscriptionType {
    pub(crate) const ALL: [Self; 3] = [Self::Stream, Self::Map, Self::SharedPoll];

    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stream => "streams",
            Self::Map => "maps",
            Self::SharedPoll => "shared polls",
        }
    }
}
