//! The stream of a channel: its position, and the publications that are kept.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::epochs::epoch;
use super::{HistoryQuery, NewPublication};
use crate::codec::ErrorCode;
use crate::proto::client::{ClientInfo, Publication};

/// A place in a stream.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) offset: u64,
    pub(crate) epoch: String,
}

/// A channel's stream. Offsets of kept publications are consecutive, and the last one is `top`.
#[derive(Debug)]
pub(super) struct Stream {
    epoch: Box<str>,
    top: u64,
    kept: VecDeque<Kept>,
    version: u64,
    version_epoch: String,
    /// When the publications go. `None`: never, or there are none.
    publications_due: Option<Instant>,
    /// The end of the position's life, by the last look at it. `None`: it has none.
    position_ends: Option<Instant>,
    /// When it is found out whether the position's life is over, which may be later than its end. `None`: never.
    position_due: Option<Instant>,
}

/// A publication in little memory. Its offset follows from its place.
#[derive(Debug)]
struct Kept {
    data: Bytes,
    extra: Option<Box<Extra>>,
}

/// What few publications have.
#[derive(Debug, Clone, PartialEq, Default)]
struct Extra {
    info: Option<ClientInfo>,
    tags: HashMap<String, String>,
    version: u64,
}

impl Stream {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            epoch: epoch(seed),
            top: 0,
            kept: VecDeque::new(),
            version: 0,
            version_epoch: String::new(),
            publications_due: None,
            position_ends: None,
            position_due: None,
        }
    }

    pub(super) fn position(&self) -> Position {
        Position { offset: self.top, epoch: self.epoch.to_string() }
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    pub(super) fn top(&self) -> u64 {
        self.top
    }

    /// Whether nobody has ever published to it: then it can be made again as it is.
    pub(super) fn is_blank(&self) -> bool {
        self.top == 0
    }

    /// Lets the position live for `meta_ttl` from now on. Zero: as long as before.
    pub(super) fn touch(&mut self, meta_ttl: Duration, now: Instant) {
        if !meta_ttl.is_zero() {
            self.position_ends = now.checked_add(meta_ttl);
            self.position_due = self.position_due.or(self.position_ends);
        }
    }

    /// Whether a publication's version isn't above the last one. 0 is no version.
    pub(super) fn is_outdated(&self, version: u64, version_epoch: &str) -> bool {
        let is_comparable = version_epoch.is_empty() || version_epoch == self.version_epoch;
        version > 0 && is_comparable && version <= self.version
    }

    /// Keeps a publication, and returns its offset.
    pub(super) fn add(&mut self, new: &NewPublication, size: usize) -> u64 {
        self.top += 1;
        self.kept.push_back(Kept::new(new));
        let excess = self.kept.len().saturating_sub(size);
        self.kept.drain(..excess);
        self.version = new.version;
        self.version_epoch.clone_from(&new.version_epoch);
        self.top
    }

    /// Lets the publications live for `ttl` from now on.
    pub(super) fn keep_for(&mut self, ttl: Duration, now: Instant) {
        self.publications_due = now.checked_add(ttl);
    }

    /// Drops the publications. The position stays.
    pub(super) fn clear(&mut self) {
        self.kept = VecDeque::new();
        self.publications_due = None;
    }

    /// Drops what is due. Returns whether the stream lives on.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        if is_due(self.publications_due, now) {
            self.clear();
        }
        if !is_due(self.position_due, now) {
            return true;
        }
        // Looks at it may have let it live longer meanwhile.
        self.position_due = self.position_ends;
        !is_due(self.position_due, now)
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        self.publications_due.into_iter().chain(self.position_due).min()
    }

    /// The publications that a query selects.
    pub(super) fn page(&self, query: &HistoryQuery) -> Result<Vec<Publication>, ErrorCode> {
        if query.since.as_ref().is_some_and(|since| !self.has_epoch(&since.epoch)) {
            return Err(ErrorCode::UNRECOVERABLE_POSITION);
        }
        let limit = query.limit.unwrap_or(usize::MAX);
        let since = query.since.as_ref().map(|since| since.offset);
        Ok(if query.reverse { self.before(since, limit) } else { self.after(since.unwrap_or(0)).take(limit).collect() })
    }

    /// The publications after an offset, all or none: none if any is missing, or there are more than `limit`.
    pub(super) fn complete_after(&self, since: &Position, limit: usize) -> Option<impl Iterator<Item = Publication>> {
        let missed = usize::try_from(self.top.checked_sub(since.offset)?).ok()?;
        let is_complete = self.has_epoch(&since.epoch) && missed <= self.kept.len() && missed <= limit;
        is_complete.then(|| self.after(since.offset))
    }

    /// The kept publications from the latest back.
    pub(super) fn backwards(&self) -> impl Iterator<Item = Publication> {
        self.kept.iter().rev().zip(self.offsets().rev()).map(|(kept, offset)| self.publication(kept, offset))
    }

    /// Whether a position is of this stream. An empty epoch is of any.
    fn has_epoch(&self, epoch: &str) -> bool {
        epoch.is_empty() || *epoch == *self.epoch
    }

    fn after(&self, offset: u64) -> impl Iterator<Item = Publication> {
        // The last offset of all is before the first one, as in Centrifugo.
        let skipped = offset.wrapping_add(1).saturating_sub(self.offsets().start);
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX).min(self.kept.len());
        let rest = self.kept.range(skipped..).zip(self.offsets().skip(skipped));
        rest.map(|(kept, offset)| self.publication(kept, offset))
    }

    /// From the one before `offset` back. Beyond the top, there is nothing to go back from.
    fn before(&self, offset: Option<u64>, limit: usize) -> Vec<Publication> {
        match offset {
            Some(offset) if offset > self.top.saturating_add(1) => Vec::new(),
            Some(offset) => {
                let later = usize::try_from(self.top.saturating_add(1) - offset).unwrap_or(usize::MAX);
                self.backwards().skip(later).take(limit).collect()
            }
            None => self.backwards().take(limit).collect(),
        }
    }

    fn offsets(&self) -> std::ops::Range<u64> {
        self.top + 1 - self.kept.len() as u64..self.top + 1
    }

    fn publication(&self, kept: &Kept, offset: u64) -> Publication {
        let Extra { info, tags, version } = kept.extra.as_deref().cloned().unwrap_or_default();
        let epoch = first_epoch(&self.epoch, offset);
        Publication { data: kept.data.clone(), info, tags, version, offset, epoch, ..Publication::default() }
    }
}

/// Only the first publication of a stream carries its epoch.
pub(super) fn first_epoch(epoch: &str, offset: u64) -> String {
    if offset == 1 { epoch.to_owned() } else { String::new() }
}

fn is_due(due: Option<Instant>, now: Instant) -> bool {
    due.is_some_and(|due| due <= now)
}

impl Kept {
    fn new(new: &NewPublication) -> Self {
        let extra = Extra { info: new.info.as_ref().map(detached), tags: new.tags.clone(), version: new.version };
        Self {
            // A copy: `data` may be a slice of a frame, all of which it would keep in memory.
            data: Bytes::copy_from_slice(&new.data),
            extra: (extra != Extra::default()).then(|| Box::new(extra)),
        }
    }
}

fn detached(info: &ClientInfo) -> ClientInfo {
    ClientInfo {
        conn_info: Bytes::copy_from_slice(&info.conn_info),
        chan_info: Bytes::copy_from_slice(&info.chan_info),
        ..info.clone()
    }
}
