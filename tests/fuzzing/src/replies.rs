//! The payloads of all replies, for clients that speak JSON.

use arbitrary::Arbitrary;
use bytes::Bytes;
use centrifugo::HasClient;
use centrifugo::testing::{
    ConnectResult, Opened, Outcome, SharedPollRefreshResultItem, SubscribeResult, TestApp, TestCall, TestEvent,
};
use futures_util::stream;

use crate::app::with_test_app;
use crate::json::{is_strict, is_valid_in_go};

/// Pieces of JSON, and of what passes for JSON somewhere.
const TOKENS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"",
    "\\",
    "\\ud800",
    "\\udc00",
    "\\u0000",
    "1",
    "-0",
    "1e999",
    ".5",
    "e9",
    "null",
    "true",
    " ",
    "\n",
    "é",
    "\u{feff}",
    "\"$serde_json::private::Number\":",
];

/// The methods of the app that return a client's data, each in its own way.
const METHODS: [&str; 6] = ["echo", "value", "text", "raw", "depth", "get:x"];

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    event: Event,
    /// The client speaks protobuf, so that its payloads may be any bytes.
    is_protobuf: bool,
    text: &'a str,
    payload: Vec<Piece<'a>>,
}

#[derive(Debug, Arbitrary)]
enum Event {
    Connect,
    Refresh,
    Subscribe,
    Publish,
    MapPublish,
    SubRefresh,
    SharedPoll,
    Stream,
    BidirectionalStream,
    Rpc(u8),
}

#[derive(Debug, Arbitrary)]
enum Piece<'a> {
    Token(u8),
    Nested(u8),
    Bytes(&'a [u8]),
}

/// The payloads of a reply.
#[derive(Debug, Default)]
struct Payloads {
    /// Those for the client alone, in the format that it speaks.
    own: Vec<Bytes>,
    /// Those that others receive, too: JSON.
    json: Vec<Bytes>,
}

pub(crate) fn check(input: Input<'_>) {
    let payload: Bytes = input.payload.iter().flat_map(Piece::bytes).collect();
    let Payloads { own, json } = with_test_app(|runtime, app| runtime.block_on(input.payloads(app, payload.clone())));
    let own_json = own.iter().filter(|_| !input.is_protobuf);
    for bytes in json.iter().chain(own_json).filter(|bytes| !bytes.is_empty()) {
        assert!(is_strict(bytes), "{:?} is no JSON", String::from_utf8_lossy(bytes));
    }
    if matches!(input.event, Event::Rpc(at) if method(at) == "echo") {
        let passes = input.is_protobuf || payload.is_empty() || is_strict(&payload);
        assert_eq!(own, if passes { vec![payload] } else { Vec::new() }, "an echo is refused, or changed");
    }
}

fn method(at: u8) -> &'static str {
    METHODS[usize::from(at) % METHODS.len()]
}

impl Input<'_> {
    /// Calls the app with the payload, and returns those of its reply: none, if it has no reply.
    async fn payloads(&self, app: &TestApp, payload: Bytes) -> Payloads {
        match self.event {
            Event::Connect => connected(self.reply(app.connect().raw_data(payload)).await),
            Event::Refresh => shared(self.reply(app.refresh().user(self.text)).await, |reply| [reply.info]),
            Event::Subscribe => subscribed(self.reply(app.subscribe("chat:1").user(self.text).raw_data(payload)).await),
            Event::SubRefresh => shared(self.reply(app.sub_refresh("chat:1").user(self.text)).await, |reply| [reply.info]),
            Event::Publish => shared(self.reply(app.publish("chat:1").raw_data(payload)).await, |reply| [reply.data]),
            Event::MapPublish => {
                let reply = self.reply(app.map_publish("board:1", "key").raw_data(payload)).await;
                shared(reply, |reply| [reply.data, reply.stream_data])
            }
            Event::SharedPoll => {
                let reply = app.shared_poll("prices:1").item(String::from_utf8_lossy(&payload), 1).await;
                // Clients that speak JSON don't receive others.
                let data = |item: SharedPollRefreshResultItem| Some(item.data).filter(|data| is_valid_in_go(data));
                shared(taken(reply), |reply| reply.items.into_iter().filter_map(data))
            }
            Event::Stream => opened(self.reply(app.stream("ticks:1").raw_data(payload)).await).await,
            Event::BidirectionalStream => {
                let publications = stream::iter([payload.clone(), payload]);
                opened(self.reply(app.stream("mirror:1").publications(publications)).await).await
            }
            Event::Rpc(at) => {
                let reply = self.reply(app.rpc(method(at)).user(self.text).raw_data(payload)).await;
                Payloads { own: reply.into_iter().map(|reply| reply.data).collect(), json: Vec::new() }
            }
        }
    }

    async fn reply<E: TestEvent + HasClient>(&self, call: TestCall<'_, E>) -> Option<E::Result> {
        taken(if self.is_protobuf { call.protobuf() } else { call }.await)
    }
}

fn taken<E: TestEvent>(outcome: Outcome<E>) -> Option<E::Result> {
    outcome.is_reply().then(|| outcome.into_reply())
}

fn shared<R, P: IntoIterator<Item = Bytes>>(reply: Option<R>, payloads: impl Fn(R) -> P) -> Payloads {
    Payloads { own: Vec::new(), json: reply.into_iter().flat_map(payloads).collect() }
}

fn connected(reply: Option<ConnectResult>) -> Payloads {
    let Some(reply) = reply else { return Payloads::default() };
    let subscriptions = reply.subs.into_values().map(|subscription| subscription.data);
    Payloads { own: subscriptions.chain([reply.data]).collect(), json: vec![reply.info, reply.meta] }
}

fn subscribed(reply: Option<SubscribeResult>) -> Payloads {
    let payloads = reply.map(|reply| Payloads { own: vec![reply.data], json: vec![reply.info] });
    payloads.unwrap_or_default()
}

async fn opened(stream: Option<Opened>) -> Payloads {
    let Some(mut stream) = stream else { return Payloads::default() };
    let mut payloads = subscribed(Some(std::mem::take(&mut stream.result)));
    while let Ok(Some(publication)) = stream.next_publication().await {
        payloads.own.push(publication.data);
    }
    payloads
}

impl Piece<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Token(at) => TOKENS[usize::from(*at) % TOKENS.len()].into(),
            Self::Nested(levels) => ["[".repeat((*levels).into()), "]".repeat((*levels).into())].concat().into(),
            Self::Bytes(bytes) => bytes.to_vec(),
        }
    }
}
