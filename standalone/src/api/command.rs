//! The methods of the server API, and the requests that they take.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::read::{self, requests};
use super::result::Fault;

pub(super) use crate::config::paths::METHODS;

/// A request to one method.
#[derive(Debug)]
pub(super) enum Command {
    Publish(Publish),
    Broadcast(Broadcast),
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
    Disconnect(Disconnect),
    Refresh(Refresh),
    Presence(OfChannel),
    PresenceStats(OfChannel),
    History(History),
    HistoryRemove(OfChannel),
    Channels(Channels),
    Info,
    Rpc(Rpc),
    /// A method of a channel of another type, which the engine doesn't have. Some methods need a key, too.
    OtherType {
        channel: String,
        lacks_key: bool,
    },
}

requests! {
    Publish {
        channel: String, data: Bytes, b64data: String, skip_history: bool, tags: BTreeMap<String, String>,
        idempotency_key: String, delta: bool, version: u64, version_epoch: String,
    }

    Broadcast {
        channels: Vec<String>, data: Bytes, b64data: String, skip_history: bool, tags: BTreeMap<String, String>,
        idempotency_key: String, delta: bool, version: u64, version_epoch: String,
    }

    Subscribe {
        user: String, channel: String, client: String, session: String, expire_at: i64, info: Bytes, b64info: String,
        data: Bytes, b64data: String, recover_since: Option<StreamPosition>, overrides = "override": Option<Overrides>,
        all_users: bool,
    }

    Unsubscribe { user: String, channel: String, client: String, session: String, all_users: bool }

    Disconnect {
        user: String, client: String, session: String, whitelist: Vec<String>, disconnect: Option<CodeAndReason>,
        all_users: bool,
    }

    CodeAndReason { code: u32, reason: String }

    Refresh {
        user: String, client: String, session: String, expired: bool, expire_at: i64, info: Bytes, all_users: bool,
    }

    History { channel: String, limit: i32, since: Option<StreamPosition>, reverse: bool }

    StreamPosition { offset: u64, epoch: String }

    /// Options of the namespace that a subscription overrides.
    Overrides {
        presence: Option<Switch>, join_leave: Option<Switch>, force_push_join_leave: Option<Switch>,
        force_positioning: Option<Switch>, force_recovery: Option<Switch>,
    }

    Switch { value: bool }

    OfChannel { channel: String }

    Channels { pattern: String }

    Nothing {}

    /// A call of an extension, of which there are none.
    Rpc { method: String, params: Bytes }

    MapPublish {
        channel: String, key: String, data: Bytes, b64data: String, stream_data: Bytes, b64stream_data: String,
        tags: BTreeMap<String, String>, idempotency_key: String, delta: bool, version: u64, version_epoch: String,
        score: i64, key_mode: String,
    }

    MapRemove { channel: String, key: String, idempotency_key: String }

    MapReadState {
        channel: String, cursor: String, limit: i32, key: String, asc: bool, revision_offset: u64, revision_epoch: String,
    }

    MapReadStream { channel: String, since_offset: u64, since_epoch: String, limit: i32, reverse: bool }

    SharedPollPublish { channel: String, key: String, version: u64, epoch: String, data: Bytes, b64data: String }
}

impl Command {
    /// `method` is one of [`METHODS`].
    pub(super) fn parse(method: &str, request: &[u8]) -> Result<Self, Fault> {
        Ok(match method {
            "publish" => Self::Publish(read::request(request)?),
            "broadcast" => Self::Broadcast(read::request(request)?),
            "subscribe" => Self::Subscribe(read::request(request)?),
            "unsubscribe" => Self::Unsubscribe(read::request(request)?),
            "disconnect" => Self::Disconnect(read::request(request)?),
            "refresh" => Self::Refresh(read::request(request)?),
            "presence" => Self::Presence(read::request(request)?),
            "presence_stats" => Self::PresenceStats(read::request(request)?),
            "history" => Self::History(read::request(request)?),
            "history_remove" => Self::HistoryRemove(read::request(request)?),
            "channels" => Self::Channels(read::request(request)?),
            "info" => read::request::<Nothing>(request).map(|_| Self::Info)?,
            "rpc" => Self::Rpc(read::request(request)?),
            _ => Self::of_other_type(method, request)?,
        })
    }

    fn of_other_type(method: &str, request: &[u8]) -> Result<Self, Fault> {
        let (channel, lacks_key) = match method {
            "map_publish" => {
                let MapPublish { channel, key, .. } = read::request(request)?;
                (channel, key.is_empty())
            }
            "map_remove" => {
                let MapRemove { channel, key, .. } = read::request(request)?;
                (channel, key.is_empty())
            }
            "shared_poll_publish" => {
                let SharedPollPublish { channel, key, version, .. } = read::request(request)?;
                (channel, key.is_empty() || version == 0)
            }
            "map_read_state" => (read::request::<MapReadState>(request)?.channel, false),
            "map_read_stream" => (read::request::<MapReadStream>(request)?.channel, false),
            _ => (read::request::<OfChannel>(request)?.channel, false),
        };
        Ok(Self::OtherType { channel, lacks_key })
    }
}
