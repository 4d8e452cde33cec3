//! The execution of the server API's methods, on the hub.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::task::consume_budget;

use crate::base64;
use crate::client::Node;
use crate::codec::ErrorCode;
use crate::config::options::{ChannelOptions, Namespace};
use crate::hub::{HistoryQuery, Hub, NewPublication, Position};

use super::command::{self, Command, Rpc};
use super::result::{
    Broadcasted, Channels, Empty, Fault, History, Info, NodeInfo, Presence, PresenceStats, Published, json,
};

/// A publication of a request to publish or to broadcast: their types have the same fields.
macro_rules! new_publication {
    ($request:expr) => {
        NewPublication {
            data: payload(&$request.b64data, $request.data)?,
            info: None,
            tags: $request.tags.into_iter().collect(),
            skip_history: $request.skip_history,
            idempotency_key: Some($request.idempotency_key).filter(|key| !key.is_empty()),
            version: $request.version,
            version_epoch: $request.version_epoch,
        }
    };
}

/// Executes commands on the hub.
#[derive(Clone, Copy)]
pub(crate) struct Executor<'e> {
    pub(crate) hub: &'e Hub,
    pub(crate) channels: &'e ChannelOptions,
    pub(crate) node: &'e Node,
}

impl Executor<'_> {
    /// The result as JSON.
    pub(super) async fn execute(&self, command: Command) -> Result<Box<RawValue>, Fault> {
        match command {
            Command::Publish(request) => json(&self.publish(request)?),
            Command::Broadcast(request) => json(&self.broadcast(request).await?),
            Command::Subscribe(request) => json(&self.subscribe(request).await?),
            Command::Unsubscribe(request) => json(&self.unsubscribe(request).await?),
            Command::Disconnect(request) => json(&self.disconnect(request)),
            Command::Refresh(request) => json(&self.refresh(request).await?),
            Command::Presence(request) => json(&self.presence(&request.channel)?),
            Command::PresenceStats(request) => json(&self.presence_stats(&request.channel)?),
            Command::History(request) => json(&self.history(request)?),
            Command::HistoryRemove(request) => json(&self.history_remove(&request.channel)?),
            Command::Channels(request) => json(&Channels::from(self.hub.channels(&request.pattern)?)),
            Command::Info => json(&self.info()),
            Command::Rpc(Rpc { method, .. }) if method.is_empty() => Err(ErrorCode::BAD_REQUEST.into()),
            Command::Rpc(_) => Err(ErrorCode::METHOD_NOT_FOUND.into()),
            Command::OtherType { lacks_key: true, .. } => Err(ErrorCode::BAD_REQUEST.into()),
            Command::OtherType { channel, .. } => Err(self.other_type(&channel).into()),
        }
    }

    fn publish(&self, request: command::Publish) -> Result<Published, ErrorCode> {
        let channel = request.channel;
        if channel.is_empty() {
            return Err(ErrorCode::BAD_REQUEST);
        }
        let new = new_publication!(request);
        self.publish_to(&channel, new)
    }

    /// One publication for many channels. Each channel has its own outcome.
    async fn broadcast(&self, request: command::Broadcast) -> Result<Broadcasted, ErrorCode> {
        if request.channels.is_empty() {
            return Err(ErrorCode::BAD_REQUEST);
        }
        let new = new_publication!(request);
        let mut responses = Vec::with_capacity(request.channels.len());
        for channel in &request.channels {
            // Other tasks have their turn, too.
            consume_budget().await;
            responses.push(self.publish_to(channel, new.clone()).into());
        }
        Ok(Broadcasted { responses })
    }

    fn publish_to(&self, channel: &str, new: NewPublication) -> Result<Published, ErrorCode> {
        let namespace = self.namespace(channel)?;
        if !namespace.publication_data_format.accepts(&new.data) {
            return Err(ErrorCode::BAD_REQUEST);
        }
        Ok(self.hub.publish(channel, namespace, new).into())
    }

    fn presence(&self, channel: &str) -> Result<Presence, ErrorCode> {
        self.namespace_with(channel, |namespace| namespace.presence)?;
        Ok(self.hub.presence(channel).into())
    }

    fn presence_stats(&self, channel: &str) -> Result<PresenceStats, ErrorCode> {
        self.namespace_with(channel, |namespace| namespace.presence)?;
        let (num_clients, num_users) = self.hub.presence_stats(channel);
        Ok(PresenceStats { num_clients, num_users })
    }

    fn history(&self, request: command::History) -> Result<History, ErrorCode> {
        let namespace = self.namespace_with(&request.channel, Namespace::has_history)?;
        let query = HistoryQuery {
            // A negative limit is none.
            limit: usize::try_from(request.limit).ok(),
            since: request.since.map(position),
            reverse: request.reverse,
            meta_ttl: None,
        };
        self.hub.history(&request.channel, namespace, &query).map(History::from)
    }

    fn history_remove(&self, channel: &str) -> Result<Empty, ErrorCode> {
        self.namespace_with(channel, Namespace::has_history)?;
        self.hub.history_remove(channel);
        Ok(Empty {})
    }

    fn info(&self) -> Info {
        let stats = self.hub.stats();
        let node = NodeInfo {
            uid: self.node.uid.to_string(),
            name: self.node.name.clone(),
            version: Node::VERSION,
            num_clients: stats.clients,
            num_users: stats.users,
            num_channels: stats.channels,
            uptime: self.node.started.elapsed().as_secs(),
            num_subs: stats.subscriptions,
        };
        Info { nodes: [node] }
    }

    /// All channels are of the type `stream`.
    fn other_type(&self, channel: &str) -> ErrorCode {
        self.namespace(channel).err().unwrap_or(ErrorCode::BAD_REQUEST)
    }

    /// Error 107: no channel. Error 102: an unknown namespace.
    pub(super) fn namespace(&self, channel: &str) -> Result<&Arc<Namespace>, ErrorCode> {
        if channel.is_empty() {
            return Err(ErrorCode::BAD_REQUEST);
        }
        self.channels.namespace_of(channel).ok_or(ErrorCode::UNKNOWN_CHANNEL)
    }

    /// Error 108: the namespace doesn't have what the method is about.
    fn namespace_with(&self, channel: &str, has: impl Fn(&Namespace) -> bool) -> Result<&Arc<Namespace>, ErrorCode> {
        let namespace = self.namespace(channel)?;
        if has(namespace) { Ok(namespace) } else { Err(ErrorCode::NOT_AVAILABLE) }
    }
}

/// The Base64 field of a request, or else the JSON one. Error 107: it isn't Base64.
pub(super) fn payload(base64: &str, json: Bytes) -> Result<Bytes, ErrorCode> {
    if base64.is_empty() { Ok(json) } else { base64::standard(base64).ok_or(ErrorCode::BAD_REQUEST) }
}

pub(super) fn position(position: command::StreamPosition) -> Position {
    Position { offset: position.offset, epoch: position.epoch }
}
