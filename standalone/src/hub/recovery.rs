//! Recovery: a client that comes back receives all that it has missed of a stream, or nothing.

use super::filter::Filter;
use super::stream::{Position, Stream};
use crate::proto::client::Publication;

impl Stream {
    /// All publications after a position that pass the filter. `None`: any of them is missing, or there are too many.
    pub(super) fn recover(&self, since: &Position, limit: usize, filter: Option<&Filter>) -> Option<Vec<Publication>> {
        let missed = self.complete_after(since, bounded(limit))?;
        Some(missed.filter(|publication| passes(filter, publication)).collect())
    }

    /// The latest publication that passes the filter, unless the client has it. `None`: there is none.
    pub(super) fn recover_latest(
        &self,
        since: &Position,
        limit: usize,
        filter: Option<&Filter>,
    ) -> Option<Vec<Publication>> {
        if since.offset > 0 && since.offset == self.top() && since.epoch == self.epoch() {
            return Some(Vec::new());
        }
        let searched = if filter.is_some() { bounded(limit) } else { 1 };
        let latest = self.backwards().take(searched).find(|publication| passes(filter, publication))?;
        Some(vec![latest])
    }
}

/// 0 is no limit.
fn bounded(limit: usize) -> usize {
    if limit == 0 { usize::MAX } else { limit }
}

fn passes(filter: Option<&Filter>, publication: &Publication) -> bool {
    filter.is_none_or(|filter| filter.matches(&publication.tags))
}
