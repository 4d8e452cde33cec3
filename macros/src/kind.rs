//! The attributes of handlers: the event of each, and what it takes in its parentheses.

use centrifugo_pattern::Place;
use proc_macro2::{Ident, Span};

use crate::syntax::arguments::Opt;

/// The list of all attributes of handlers. Passes a row for each to a macro: the attribute's function, its kind, and the
/// facts about it. `lib.rs` writes the functions from it.
macro_rules! for_each_attribute {
    ($write:ident) => {
        $write! {
            connect(Connect) {
                event: "Connect", reply: "Connected", takes: No, place: Subscribe, example: "",
                options: EVERY, answer: Some("Connected"), has: &[], plural: "connect handlers"
            }
            refresh(Refresh) {
                event: "Refresh", reply: "Refreshed", takes: No, place: Subscribe, example: "",
                options: EVERY, answer: Some("Refreshed"), has: &[], plural: "refresh handlers"
            }
            rpc(Rpc) {
                event: "Rpc", reply: "RpcReply", takes: Always, place: Method, example: "ping",
                options: PATTERNED, answer: None, has: &[], plural: "rpc methods"
            }
            subscribe(Subscribe) {
                event: "Subscribe", reply: "Subscribed", takes: Maybe, place: Subscribe, example: "user.<uuid>",
                options: PATTERNED, answer: None, has: &[], plural: "topics"
            }
            topic(Topic) {
                event: "Subscribe", reply: "Subscribed", takes: Always, place: Subscribe, example: "user.<uuid>",
                options: PATTERNED, answer: None, has: &[], plural: "topics"
            }
            publish(Publish) {
                event: "Publish", reply: "Published", takes: Always, place: Publish, example: "chat:<room>",
                options: PUBLISH, answer: None, has: &[ClientData, ReplyData], plural: "publish handlers"
            }
            sub_refresh(SubRefresh) {
                event: "SubRefresh", reply: "SubRefreshed", takes: Maybe, place: Subscribe, example: "user.<uuid>",
                options: PATTERNED, answer: Some("SubRefreshed"), has: &[], plural: "sub_refresh handlers"
            }
            stream(Stream) {
                event: "SubscribeStream", reply: "SubscribedStream", takes: Always, place: Subscribe,
                example: "ticks:<symbol>", options: PATTERNED, answer: Some("impl Stream<Item = ..>"),
                has: &[ClientData, ReplyData], plural: "streams"
            }
            map_publish(MapPublish) {
                event: "MapPublish", reply: "MapPublished", takes: Always, place: Publish, example: "board:<id>",
                options: PUBLISH, answer: None, has: &[Key, ClientData, ReplyData], plural: "map_publish handlers"
            }
            map_remove(MapRemove) {
                event: "MapRemove", reply: "MapRemoved", takes: Always, place: Publish, example: "board:<id>",
                options: REMOVE, answer: None, has: &[Key], plural: "map_remove handlers"
            }
            shared_poll(SharedPoll) {
                event: "SharedPoll", reply: "Polled", takes: Always, place: Subscribe, example: "prices:<market>",
                options: PATTERNED, answer: Some("Polled"), has: &[ReplyData], plural: "shared_poll handlers"
            }
            cache_empty(CacheEmpty) {
                event: "CacheEmpty", reply: "bool", takes: Maybe, place: Subscribe, example: "news:<topic>",
                options: PATTERNED, answer: Some("bool"), has: &[], plural: "cache_empty handlers"
            }
            channel_state(ChannelState) {
                event: "ChannelState", reply: "()", takes: Maybe, place: Subscribe, example: "news:<topic>",
                options: PATTERNED, answer: None, has: &[], plural: "channel_state handlers"
            }
        }
    };
}
pub(crate) use for_each_attribute;

macro_rules! kinds {
    ($($name:ident($kind:ident) { $($row:tt)* })*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($kind,)*
        }

        impl Kind {
            pub(crate) const ALL: [Self; Self::NAMES.len()] = [$(Self::$kind),*];

            /// The attributes' names.
            pub(crate) const NAMES: [&str; [$(stringify!($name)),*].len()] = [$(stringify!($name)),*];

            const fn row(self) -> Row {
                use Facet::{ClientData, Key, ReplyData};
                use Place::{Method, Publish, Subscribe};
                use Takes::{Always, Maybe, No};
                match self {
                    $(Self::$kind => Row { name: stringify!($name), $($row)* },)*
                }
            }
        }
    };
}

for_each_attribute!(kinds);

/// Whether an attribute takes a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    No,
    Maybe,
    Always,
}

/// What a few events have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    /// A key, which handlers take as `Key`.
    Key,
    /// Data that a client sends to the channel, of the type that a typed channel names with `from_client`.
    ClientData,
    /// Data in the reply, of the type that a typed channel names with `data`.
    ReplyData,
}

/// The facts about an attribute.
struct Row {
    name: &'static str,
    event: &'static str,
    takes: Takes,
    /// The place of its pattern. The runtime derives it from the facts in the event's file, and its tests compare both.
    place: Place,
    example: &'static str,
    options: &'static [Opt],
    /// The type of the event's reply.
    reply: &'static str,
    /// The return type of handlers of events that `()` does not answer.
    answer: Option<&'static str>,
    has: &'static [Facet],
    /// The name of several handlers in the compiler's error for two with the same names.
    plural: &'static str,
}

pub(crate) const LENIENT: Opt = Opt::flag("lenient");
const IGNORE_CASE: Opt = Opt::flag("ignore_case");
const ANYONE: Opt = Opt::flag("anyone");
const BINARY: Opt = Opt::flag("binary");
const TIMEOUT: Opt = Opt::value("timeout", "is a string, a time with its unit", "\"500ms\"");

const EVERY: &[Opt] = &[TIMEOUT, Opt::NAME, Opt::COLLECT];
const PATTERNED: &[Opt] = &[IGNORE_CASE, LENIENT, TIMEOUT, Opt::NAME, Opt::COLLECT];
const REMOVE: &[Opt] = &[IGNORE_CASE, LENIENT, ANYONE, TIMEOUT, Opt::NAME, Opt::COLLECT];
const PUBLISH: &[Opt] = &[IGNORE_CASE, LENIENT, ANYONE, BINARY, TIMEOUT, Opt::NAME, Opt::COLLECT];

/// The options of all attributes of handlers.
pub(crate) const OPTIONS: &[Opt] = PUBLISH;

impl Kind {
    /// The kind of this name.
    pub(crate) fn named(name: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| name == kind.name())
    }

    /// The attribute's name.
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    /// The type of the event.
    pub(crate) fn event(self) -> Ident {
        Ident::new(self.row().event, Span::call_site())
    }

    /// The event's name, in messages.
    pub(crate) fn event_name(self) -> &'static str {
        self.row().event
    }

    /// The name of its reply's type.
    pub(crate) fn reply(self) -> &'static str {
        self.row().reply
    }

    pub(crate) fn takes(self) -> Takes {
        self.row().takes
    }

    /// Whether a typed channel may replace the pattern.
    pub(crate) fn takes_type(self) -> bool {
        self.takes() != Takes::No && self != Self::Rpc
    }

    /// The place of its pattern.
    pub(crate) fn place(self) -> Place {
        self.row().place
    }

    /// A pattern for messages.
    pub(crate) fn example(self) -> &'static str {
        self.row().example
    }

    pub(crate) fn options(self) -> &'static [Opt] {
        self.row().options
    }

    pub(crate) fn answer(self) -> Option<&'static str> {
        self.row().answer
    }

    pub(crate) fn has(self, facet: Facet) -> bool {
        self.row().has.contains(&facet)
    }

    pub(crate) fn plural(self) -> &'static str {
        self.row().plural
    }

    /// The kind of a function's attribute, if it is one of this crate's.
    pub(crate) fn of(attribute: &syn::Attribute) -> Option<Self> {
        let segments = &attribute.path().segments;
        let ours = match segments.len() {
            1 => true,
            2 => segments[0].ident == "centrifugo",
            _ => false,
        };
        let name = &segments.last()?.ident;
        Self::ALL.into_iter().find(|kind| ours && name == kind.name())
    }
}
