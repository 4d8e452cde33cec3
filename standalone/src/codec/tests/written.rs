//! Every reply and push, as Centrifugo's own library encodes it.

use crate::codec::{ErrorCode, Unsubscribed};
use crate::proto::client::{
    ClientInfo, ConnectResult, Disconnect, HistoryResult, Join, Leave, Message, PingResult, PresenceResult,
    PresenceStatsResult, Publication, PublishResult, Push, Refresh, RefreshResult, Reply, RpcResult, SubRefreshResult,
    Subscribe, SubscribeResult, UnsubscribeResult,
};

/// What the encoders of github.com/centrifugal/protocol v0.19.2 write: for each reply its JSON, and on the next line its
/// Protobuf, in hexadecimal digits and without its length.
const WRITTEN: &str = include_str!("written.txt");

/// Replies with their JSON and their Protobuf.
pub(super) fn replies() -> impl Iterator<Item = (Reply, &'static str, &'static str)> {
    let lines: Vec<_> = WRITTEN.lines().collect();
    let (pairs, rest) = lines.as_chunks();
    let replies = pushes().into_iter().chain(answers()).collect::<Vec<_>>();
    assert_eq!((replies.len(), rest.len()), (pairs.len(), 0));
    replies.into_iter().zip(pairs.to_vec()).map(|(reply, [json, protobuf])| (reply, json, protobuf))
}

fn pushes() -> Vec<Reply> {
    vec![
        Reply::default(),
        publication(Publication::default()),
        pushed(Push { id: -1, channel: "c".into(), r#pub: Some(full()), ..Push::default() }),
        push(Push { join: Some(Join { info: Some(info()) }), ..Push::default() }),
        push(Push { leave: Some(Leave { info: Some(ClientInfo::default()) }), ..Push::default() }),
        push(Push { join: Some(Join { info: None }), ..Push::default() }),
        push(Push { unsubscribe: Some(Unsubscribed::INSUFFICIENT_STATE.push()), ..Push::default() }),
        push(Push { message: Some(Message { data: "1".into() }), ..Push::default() }),
        push(Push { subscribe: Some(subscribe()), ..Push::default() }),
        pushed(Push { disconnect: Some(disconnect()), ..Push::default() }),
        pushed(Push { refresh: Some(Refresh { expires: true, ttl: 9 }), ..Push::default() }),
    ]
}

fn answers() -> Vec<Reply> {
    vec![
        Reply { id: u32::MAX, error: Some(ErrorCode::INTERNAL.error()), ..Reply::default() },
        Reply { connect: Some(ConnectResult::default()), ..one() },
        Reply { subscribe: Some(SubscribeResult::default()), ..one() },
        Reply { subscribe: Some(subscribed()), ..one() },
        Reply { unsubscribe: Some(UnsubscribeResult {}), ..one() },
        Reply { publish: Some(PublishResult {}), ..one() },
        Reply { presence: Some(PresenceResult::default()), ..one() },
        Reply { presence: Some(PresenceResult { presence: [("id".into(), client("id"))].into() }), ..one() },
        Reply { presence_stats: Some(PresenceStatsResult::default()), ..one() },
        Reply { history: Some(HistoryResult::default()), ..one() },
        Reply { history: Some(HistoryResult { publications: vec![data("1")], epoch: "e".into(), offset: 1 }), ..one() },
        Reply { ping: Some(PingResult {}), ..one() },
        Reply { rpc: Some(RpcResult::default()), ..one() },
        Reply { rpc: Some(RpcResult { data: "{}".into() }), ..one() },
        Reply { refresh: Some(refreshed()), ..one() },
        Reply { sub_refresh: Some(SubRefreshResult { expires: true, ttl: 30, items: vec![keyed("k")] }), ..one() },
    ]
}

fn one() -> Reply {
    Reply { id: 1, ..Reply::default() }
}

fn push(push: Push) -> Reply {
    pushed(Push { channel: "c".into(), ..push })
}

fn pushed(push: Push) -> Reply {
    Reply { push: Some(push), ..Reply::default() }
}

pub(super) fn publication(publication: Publication) -> Reply {
    push(Push { r#pub: Some(publication), ..Push::default() })
}

pub(super) fn data(payload: &'static str) -> Publication {
    Publication { data: payload.into(), ..Publication::default() }
}

fn keyed(key: &str) -> Publication {
    Publication { key: key.into(), ..Publication::default() }
}

fn client(id: &str) -> ClientInfo {
    ClientInfo { user: "u".into(), client: id.into(), ..ClientInfo::default() }
}

fn info() -> ClientInfo {
    ClientInfo { conn_info: "{}".into(), chan_info: "[]".into(), ..client("c") }
}

fn full() -> Publication {
    Publication {
        data: "{}".into(),
        info: Some(info()),
        offset: u64::MAX,
        tags: [("k".into(), "v".into())].into(),
        delta: true,
        time: -5,
        channel: "ch".into(),
        key: "k".into(),
        removed: true,
        score: -7,
        epoch: "e".into(),
        prev_data: "1".into(),
        version: 3,
    }
}

fn subscribe() -> Subscribe {
    Subscribe { recoverable: true, epoch: "e".into(), offset: 1, positioned: true, data: "1".into() }
}

fn disconnect() -> Disconnect {
    Disconnect { code: 3001, reason: "shutdown".into(), reconnect: true }
}

fn refreshed() -> RefreshResult {
    RefreshResult { client: "c".into(), version: "v".into(), expires: true, ttl: 30 }
}

fn subscribed() -> SubscribeResult {
    SubscribeResult {
        expires: true,
        ttl: 1,
        recoverable: true,
        epoch: "e".into(),
        publications: vec![Publication { offset: 1, ..data("1") }, Publication { offset: 2, ..data("2") }],
        recovered: true,
        offset: 3,
        positioned: true,
        data: "{}".into(),
        was_recovering: true,
        delta: true,
        id: 5,
        r#type: 1,
        phase: 2,
        cursor: "cu".into(),
        state: vec![Publication { data: "1".into(), ..keyed("k") }],
        publish_debounce: 7,
    }
}
