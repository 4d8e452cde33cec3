//! The methods of the server API, and the requests that they take.

use cent::{
    BroadcastRequest, ChannelsRequest, DisconnectRequest, HistoryRemoveRequest, HistoryRequest, PresenceRequest,
    PresenceStatsRequest, PublishRequest, RefreshRequest, SubscribeRequest, UnsubscribeRequest,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::result::Fault;

/// All methods but `batch`, in the order in which a batch's command is looked through.
pub(super) const METHODS: [&str; 20] = [
    "publish",
    "broadcast",
    "subscribe",
    "unsubscribe",
    "disconnect",
    "history",
    "history_remove",
    "presence",
    "presence_stats",
    "info",
    "rpc",
    "refresh",
    "channels",
    "map_publish",
    "map_remove",
    "map_read_state",
    "map_read_stream",
    "map_stats",
    "map_clear",
    "shared_poll_publish",
];

/// A request to one method.
#[derive(Debug)]
pub(super) enum Command {
    Publish(PublishRequest),
    Broadcast(BroadcastRequest),
    Subscribe(SubscribeRequest),
    Unsubscribe(UnsubscribeRequest),
    Disconnect(DisconnectRequest),
    Refresh(RefreshRequest),
    Presence(PresenceRequest),
    PresenceStats(PresenceStatsRequest),
    History(HistoryRequest),
    HistoryRemove(HistoryRemoveRequest),
    Channels(ChannelsRequest),
    Info,
    Rpc(Rpc),
    /// A method of a channel of another type, which the engine doesn't have.
    OtherType(OtherType),
}

/// A call of an extension, of which there are none.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Rpc {
    pub(super) method: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OtherType {
    pub(super) channel: String,
}

/// Any JSON object.
#[derive(Deserialize)]
struct Nothing {}

impl Command {
    /// `method` is one of [`METHODS`].
    pub(super) fn parse(method: &str, request: &[u8]) -> Result<Self, Fault> {
        Ok(match method {
            "publish" => Self::Publish(read(request)?),
            "broadcast" => Self::Broadcast(read(request)?),
            "subscribe" => Self::Subscribe(read(request)?),
            "unsubscribe" => Self::Unsubscribe(read(request)?),
            "disconnect" => Self::Disconnect(read(request)?),
            "refresh" => Self::Refresh(read(request)?),
            "presence" => Self::Presence(read(request)?),
            "presence_stats" => Self::PresenceStats(read(request)?),
            "history" => Self::History(read(request)?),
            "history_remove" => Self::HistoryRemove(read(request)?),
            "channels" => Self::Channels(read(request)?),
            "info" => read::<Nothing>(request).map(|_| Self::Info)?,
            "rpc" => Self::Rpc(read(request)?),
            _ => Self::OtherType(read(request)?),
        })
    }
}

/// A JSON object. serde would also take an array for a struct.
pub(super) fn read<T: DeserializeOwned>(request: &[u8]) -> Result<T, Fault> {
    if !request.trim_ascii_start().starts_with(b"{") {
        return Err(Fault::NotJson);
    }
    serde_json::from_slice(request).map_err(|error| {
        tracing::info!(%error, "a request to the server API is malformed");
        Fault::NotJson
    })
}
