//! Orders to a connection's owner, which alone changes the connection.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::stream::Position;
use crate::codec::{ErrorCode, Unsubscribed};
use crate::config::overrides::Overrides;

/// What others order of a connection's owner.
#[derive(Debug)]
pub(crate) enum Order {
    /// The API subscribes the user.
    Subscribe { channel: String, options: Box<ServerSubscribe>, done: Done },
    /// The API unsubscribes the user.
    Unsubscribe { channel: String, unsubscribed: Unsubscribed, done: Done },
    /// The API changes when the connection expires.
    Refresh { refresh: ServerRefresh, done: Done },
    /// A channel's stream begins anew, so that the connection doesn't know what it misses.
    LosePosition { channel: String },
}

/// Returns how an order ended. An owner that is gone drops it.
pub(crate) type Done = oneshot::Sender<Result<(), ErrorCode>>;

/// The options of a subscription that the API makes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ServerSubscribe {
    /// When the subscription expires, in Unix seconds. 0 and less: never.
    pub(crate) expire_at: i64,
    pub(crate) info: Bytes,
    pub(crate) data: Bytes,
    pub(crate) recover_since: Option<Position>,
    pub(crate) overrides: Overrides,
}

/// A refresh that the API makes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ServerRefresh {
    pub(crate) expired: bool,
    /// Unix seconds. `None`: never.
    pub(crate) expire_at: Option<u64>,
    /// Empty: as before.
    pub(crate) info: Bytes,
}
