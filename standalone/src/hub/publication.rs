//! Publications before they have a position, and queries of a channel's history.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;

use super::stream::{Position, first_epoch};
use crate::codec::ErrorCode;
use crate::proto::client::{ClientInfo, Publication};

/// A publication before it has a position.
#[derive(Debug, Default, Clone)]
pub(crate) struct NewPublication {
    pub(crate) data: Bytes,
    /// The publisher, if it is a client.
    pub(crate) info: Option<ClientInfo>,
    pub(crate) tags: HashMap<String, String>,
    pub(crate) skip_history: bool,
    pub(crate) idempotency_key: Option<String>,
    /// 0: none.
    pub(crate) version: u64,
    pub(crate) version_epoch: String,
}

/// What to read of a channel's history.
#[derive(Debug, Default, Clone)]
pub(crate) struct HistoryQuery {
    /// `None`: all.
    pub(crate) limit: Option<usize>,
    /// Publications after this one, or before it in reverse.
    pub(crate) since: Option<Position>,
    pub(crate) reverse: bool,
    /// How long the stream's position lives on from now. `None`: as the namespace has it.
    pub(crate) meta_ttl: Option<Duration>,
}

/// Publications of a channel, and the position of its stream.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct HistoryPage {
    pub(crate) publications: Vec<Publication>,
    pub(crate) position: Position,
}

impl NewPublication {
    pub(super) fn at(self, position: &Position) -> Publication {
        Publication {
            data: self.data,
            info: self.info,
            tags: self.tags,
            version: self.version,
            offset: position.offset,
            epoch: first_epoch(&position.epoch, position.offset),
            ..Publication::default()
        }
    }
}

impl HistoryQuery {
    pub(super) fn check(&self) -> Result<(), ErrorCode> {
        let begins_before_all = self.reverse && self.since.as_ref().is_some_and(|since| since.offset == 0);
        if begins_before_all { Err(ErrorCode::BAD_REQUEST) } else { Ok(()) }
    }
}
