//! The facts of events, each stated in its event's file: for the configuration, the checks at the start, and the log.

use std::time::Duration;

use centrifugo_pattern::Place;

/// The service that Centrifugo calls.
pub(crate) const SERVICE: &str = "centrifugal.centrifugo.proxy.CentrifugoProxy";

/// The method with streams in both directions, which is the one event with two methods.
pub(crate) const BIDIRECTIONAL: &str = "SubscribeBidirectional";

/// The facts of an event.
#[derive(Debug)]
pub struct Facts {
    /// The method of Centrifugo's gRPC service.
    pub(crate) rpc: &'static str,
    /// The attribute of the event's handlers.
    pub(crate) attribute: &'static str,
    /// Whether a client writes by it, and Centrifugo checks neither the subscription nor the channel.
    pub(crate) writes: bool,
    /// Whether it comes from a connection, with the headers of its HTTP request.
    pub(crate) has_client: bool,
    /// The proxy that sends it. `None`: an event of Centrifugo PRO, whose configuration isn't generated.
    pub(crate) proxy: Option<Proxy>,
    /// The option of a namespace that enables the event, as a JSON pointer within the namespace.
    pub(crate) switch: Option<&'static str>,
    /// The type that all subscriptions of a namespace have if one of its handlers is for this event.
    pub(crate) subscription_type: Option<SubscriptionType>,
    /// The subscription types of namespaces where Centrifugo never sends the event, or ignores the response.
    pub(crate) absent_from: &'static [SubscriptionType],
    /// The time that Centrifugo waits for a response, where it sends no `grpc-timeout`.
    pub(crate) unsent_timeout: Option<Duration>,
    /// A key that Centrifugo's configuration needs, or Centrifugo doesn't start. A JSON pointer.
    pub(crate) required_key: Option<&'static str>,
}

impl Facts {
    /// The facts of an event that comes from a client and is about a channel. Each event's facts start from these.
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

    /// The place of the patterns of its handlers.
    pub(crate) fn place(&self) -> Place {
        match self.proxy {
            Some(Proxy::Rpc) => Place::Method,
            _ if self.writes => Place::Publish,
            _ => Place::Subscribe,
        }
    }
}

/// The place of an event's proxy in Centrifugo's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// `client.proxy.<name>`, with `enabled`.
    Client(&'static str),
    /// `channel.proxy.<name>`, enabled in namespaces of channels.
    Channel(&'static str),
    /// `rpc.proxy`, enabled in namespaces of methods.
    Rpc,
}

impl Proxy {
    /// The proxy, as a JSON pointer.
    pub(crate) fn pointer(self) -> String {
        match self {
            Self::Client(name) => format!("/client/proxy/{name}"),
            Self::Channel(name) => format!("/channel/proxy/{name}"),
            Self::Rpc => "/rpc/proxy".to_owned(),
        }
    }

    /// The parent of the namespaces, as a JSON pointer.
    pub(crate) fn area(self) -> Option<&'static str> {
        match self {
            Self::Client(_) => None,
            Self::Channel(_) => Some("/channel"),
            Self::Rpc => Some("/rpc"),
        }
    }

    /// The code by which an app adds a namespace, for messages.
    pub(crate) fn naming(self) -> &'static str {
        match self {
            Self::Client(_) | Self::Channel(_) => "`App::namespace(..)`",
            Self::Rpc => "`App::centrifugo(json!({ \"rpc\": { \"namespaces\": [..] } }))`",
        }
    }
}

/// The type of all subscriptions in a namespace.
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

#[cfg(test)]
mod tests {
    use crate::event::kind::Kind;

    /// The macros check patterns before the runtime is compiled, so they have a copy of the place.
    #[test]
    fn each_attribute_checks_its_pattern_for_the_place_of_its_event() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../macros/src/kind.rs");
        let list = std::fs::read_to_string(path).expect("the list of attributes");
        for (attribute, kind) in Kind::ALL.map(|kind| (kind.name(), kind)).into_iter().chain([("topic", Kind::Subscribe)]) {
            let (_, row) = list.split_once(&format!(" {attribute}(")).expect(attribute);
            let place = row.split_once("place: ").and_then(|(_, place)| place.split(',').next());
            assert_eq!(place, Some(format!("{:?}", kind.facts().place()).as_str()), "{attribute}");
        }
    }
}
