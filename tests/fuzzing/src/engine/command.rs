//! Commands that a client of the protocol could send, in both formats.

use arbitrary::Arbitrary;
use bytes::Bytes;
use prost::Message;
use serde_json::{Map, Value, json};

use super::schema::{self, FilterNode};

/// Channels of each namespace, and what is none.
const CHANNELS: [&str; 10] = ["a", "b", "cache:a", "app:a", "$a", "a#ann", "a#", "nowhere:a", "", "\u{e4}"];
/// Payloads, all of them JSON.
const DATA: [&str; 6] = ["{}", "null", r#"{"a":[1,"<\u2028>"]}"#, "7", " [ ] ", r#""\"""#];
/// Texts of other fields.
const TEXTS: [&str; 6] = ["", "x", "fossil", "\u{0}\"\\\u{2028}", "AbCdEfGh", "echo"];

/// One command. Its id is its place in the script.
#[derive(Debug, Arbitrary)]
pub(crate) enum Command {
    Connect {
        token: u8,
        data: u8,
        subs: Vec<Subscribe>,
    },
    Subscribe(Subscribe),
    Unsubscribe {
        channel: u8,
    },
    Publish {
        channel: u8,
        data: u8,
    },
    Presence {
        channel: u8,
    },
    PresenceStats {
        channel: u8,
    },
    History {
        channel: u8,
        limit: i32,
        since: Option<(u8, u8)>,
        reverse: bool,
    },
    Rpc {
        method: u8,
        data: u8,
    },
    Refresh {
        token: u8,
    },
    SubRefresh {
        channel: u8,
        token: u8,
    },
    Send {
        data: u8,
    },
    Ping,
    /// A command without a request.
    Nothing,
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Subscribe {
    channel: u8,
    token: u8,
    recover: Option<(u8, u8)>,
    data: u8,
    positioned: bool,
    recoverable: bool,
    join_leave: bool,
    delta: u8,
    tf: Option<Filter>,
    flag: i8,
    r#type: i8,
}

/// A filter of tags, which need not mean anything.
#[derive(Debug, Clone, Arbitrary)]
pub(crate) struct Filter {
    pub(crate) op: u8,
    pub(crate) key: u8,
    pub(crate) cmp: u8,
    pub(crate) val: u8,
    pub(crate) vals: Vec<u8>,
    pub(crate) nodes: Vec<Filter>,
}

/// The words of filters.
pub(crate) const OPS: [&str; 5] = ["", "and", "or", "not", "nor"];
pub(crate) const KEYS: [&str; 4] = ["k", "l", "", "\u{e4}"];
pub(crate) const COMPARISONS: [&str; 15] =
    ["eq", "neq", "in", "nin", "ex", "nex", "sw", "ew", "ct", "lt", "lte", "gt", "gte", "", "like"];
pub(crate) const VALUES: [&str; 16] = [
    "",
    "0",
    "-0",
    "1",
    "01",
    "1.50",
    "1.5",
    "-1.5",
    "+2",
    "10",
    "9",
    ".5",
    "1e3",
    "x",
    "xy",
    "99999999999999999999.0000000001",
];

/// The word that a byte of the input stands for.
pub(crate) fn word<const N: usize>(words: &[&'static str; N], at: u8) -> String {
    words[usize::from(at) % N].to_owned()
}

fn data(at: u8) -> Bytes {
    Bytes::from(word(&DATA, at))
}

impl Command {
    /// The command with this id.
    pub(crate) fn with_id(&self, id: u32) -> schema::Command {
        let mut command = schema::Command { id, ..schema::Command::default() };
        match self {
            Self::Connect { .. } => command.connect = Some(self.connect()),
            Self::Subscribe(subscribe) => command.subscribe = Some(subscribe.request()),
            Self::Unsubscribe { channel } => {
                command.unsubscribe = Some(schema::UnsubscribeRequest { channel: word(&CHANNELS, *channel) })
            }
            Self::Presence { channel } => {
                command.presence = Some(schema::PresenceRequest { channel: word(&CHANNELS, *channel) })
            }
            Self::PresenceStats { channel } => {
                command.presence_stats = Some(schema::PresenceStatsRequest { channel: word(&CHANNELS, *channel) });
            }
            Self::Publish { channel, data: at } => {
                let channel = word(&CHANNELS, *channel);
                command.publish = Some(schema::PublishRequest { channel, data: data(*at), ..Default::default() });
            }
            Self::History { channel, limit, since, reverse } => {
                let since = since
                    .map(|(offset, epoch)| schema::StreamPosition { offset: offset.into(), epoch: word(&TEXTS, epoch) });
                let (channel, limit, reverse) = (word(&CHANNELS, *channel), *limit, *reverse);
                command.history = Some(schema::HistoryRequest { channel, limit, since, reverse });
            }
            Self::Rpc { method, data: at } => {
                command.rpc = Some(schema::RpcRequest { data: data(*at), method: word(&TEXTS, *method) });
            }
            Self::Refresh { token } => command.refresh = Some(schema::RefreshRequest { token: word(&TEXTS, *token) }),
            Self::SubRefresh { channel, token } => {
                let (channel, token) = (word(&CHANNELS, *channel), word(&TEXTS, *token));
                command.sub_refresh = Some(schema::SubRefreshRequest { channel, token, ..Default::default() });
            }
            Self::Send { data: at } => command.send = Some(schema::SendRequest { data: data(*at) }),
            Self::Ping => command.ping = Some(schema::PingRequest {}),
            Self::Nothing => {}
        }
        command
    }

    fn connect(&self) -> schema::ConnectRequest {
        let Self::Connect { token, data: at, subs } = self else { return schema::ConnectRequest::default() };
        let subs = subs.iter().map(|subscribe| (word(&CHANNELS, subscribe.channel), subscribe.request()));
        schema::ConnectRequest { token: word(&TEXTS, *token), data: data(*at), subs: subs.collect(), ..Default::default() }
    }
}

impl Subscribe {
    fn request(&self) -> schema::SubscribeRequest {
        let (offset, epoch) = self.recover.unwrap_or_default();
        schema::SubscribeRequest {
            channel: word(&CHANNELS, self.channel),
            token: word(&TEXTS, self.token),
            recover: self.recover.is_some(),
            epoch: word(&TEXTS, epoch),
            offset: offset.into(),
            data: data(self.data),
            positioned: self.positioned,
            recoverable: self.recoverable,
            join_leave: self.join_leave,
            delta: word(&TEXTS, self.delta),
            tf: self.tf.as_ref().map(Filter::node),
            flag: self.flag.into(),
            r#type: self.r#type.into(),
            ..Default::default()
        }
    }
}

impl Filter {
    /// The filter as a client sends it.
    pub(crate) fn node(&self) -> FilterNode {
        FilterNode {
            op: word(&OPS, self.op),
            key: word(&KEYS, self.key),
            cmp: word(&COMPARISONS, self.cmp),
            val: word(&VALUES, self.val),
            vals: self.vals.iter().map(|at| word(&VALUES, *at)).collect(),
            nodes: self.nodes.iter().map(Self::node).collect(),
        }
    }
}

/// A frame of these commands.
pub(crate) fn frame(commands: &[schema::Command], is_protobuf: bool) -> Vec<u8> {
    if is_protobuf {
        return commands.iter().flat_map(Message::encode_length_delimited_to_vec).collect();
    }
    let lines: Vec<_> = commands.iter().map(|command| json(command).to_string()).collect();
    lines.join("\n").into_bytes()
}

/// A command as JSON, by serde_json alone.
fn json(command: &schema::Command) -> Value {
    let mut fields = Map::from_iter([("id".to_owned(), command.id.into())]);
    let mut add = |name: &str, request: Option<Value>| fields.extend(request.map(|request| (name.to_owned(), request)));
    add("connect", command.connect.as_ref().map(connect));
    add("subscribe", command.subscribe.as_ref().map(subscribe));
    add("unsubscribe", command.unsubscribe.as_ref().map(|request| json!({"channel": request.channel})));
    add("presence", command.presence.as_ref().map(|request| json!({"channel": request.channel})));
    add("presence_stats", command.presence_stats.as_ref().map(|request| json!({"channel": request.channel})));
    add(
        "publish",
        command.publish.as_ref().map(|request| json!({"channel": request.channel, "data": payload(&request.data)})),
    );
    add("rpc", command.rpc.as_ref().map(|request| json!({"method": request.method, "data": payload(&request.data)})));
    add("send", command.send.as_ref().map(|request| json!({"data": payload(&request.data)})));
    add("refresh", command.refresh.as_ref().map(|request| json!({"token": request.token})));
    add("ping", command.ping.as_ref().map(|_| json!({})));
    let sub_refresh = |request: &schema::SubRefreshRequest| json!({"channel": request.channel, "token": request.token});
    add("sub_refresh", command.sub_refresh.as_ref().map(sub_refresh));
    add("history", command.history.as_ref().map(history));
    fields.into()
}

fn connect(request: &schema::ConnectRequest) -> Value {
    let subs: Map<_, _> = request.subs.iter().map(|(channel, request)| (channel.clone(), subscribe(request))).collect();
    json!({"token": request.token, "data": payload(&request.data), "subs": subs})
}

fn history(request: &schema::HistoryRequest) -> Value {
    let since = request.since.as_ref().map(|since| json!({"offset": since.offset, "epoch": since.epoch}));
    json!({"channel": request.channel, "limit": request.limit, "since": since, "reverse": request.reverse})
}

fn subscribe(request: &schema::SubscribeRequest) -> Value {
    json!({
        "channel": request.channel, "token": request.token, "recover": request.recover, "epoch": request.epoch,
        "offset": request.offset, "data": payload(&request.data), "positioned": request.positioned,
        "recoverable": request.recoverable, "join_leave": request.join_leave, "delta": request.delta,
        "tf": request.tf.as_ref().map(filter), "flag": request.flag, "type": request.r#type,
    })
}

/// A filter as JSON.
pub(crate) fn filter(node: &FilterNode) -> Value {
    let nodes: Vec<_> = node.nodes.iter().map(filter).collect();
    json!({"op": node.op, "key": node.key, "cmp": node.cmp, "val": node.val, "vals": node.vals, "nodes": nodes})
}

fn payload(data: &[u8]) -> Value {
    serde_json::from_slice(data).expect("JSON")
}
