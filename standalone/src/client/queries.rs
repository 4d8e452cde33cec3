//! The commands presence, presence_stats and history.

use crate::codec::{Close, ErrorCode};
use crate::config::options::{Allowed, Namespace};
use crate::hub::{HistoryQuery, Position};
use crate::proto::client::{
    HistoryRequest, HistoryResult, PresenceRequest, PresenceResult, PresenceStatsRequest, PresenceStatsResult,
};

use super::Connection;
use super::reply::{Outcome, Refused, reply};

impl Connection {
    pub(super) fn presence(&mut self, request: &PresenceRequest) -> Outcome {
        self.check_query(&request.channel, |namespace| (namespace.presence, namespace.allow_presence))?;
        let presence = self.engine.hub.presence(&request.channel);
        Ok(Some(reply! { presence: PresenceResult { presence } }))
    }

    pub(super) fn presence_stats(&mut self, request: &PresenceStatsRequest) -> Outcome {
        self.check_query(&request.channel, |namespace| (namespace.presence, namespace.allow_presence))?;
        let (clients, users) = self.engine.hub.presence_stats(&request.channel);
        let [num_clients, num_users] = [clients, users].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Ok(Some(reply! { presence_stats: PresenceStatsResult { num_clients, num_users } }))
    }

    pub(super) fn history(&mut self, request: &HistoryRequest) -> Outcome {
        let history = |namespace: &Namespace| (namespace.has_history(), namespace.allow_history);
        self.check_query(&request.channel, history)?;
        let most = self.engine.options.client.history_max_publication_limit;
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let query = HistoryQuery {
            limit: Some(if most > 0 { limit.min(most) } else { limit }),
            since: request.since.as_ref().map(|since| Position { offset: since.offset, epoch: since.epoch.clone() }),
            reverse: request.reverse,
            // As in Centrifugo, where a client's query keeps a position for the time of all channels.
            meta_ttl: Some(self.engine.options.channel.history_meta_ttl),
        };
        let namespace = self.namespace(&request.channel)?;
        let page = self.engine.hub.history(&request.channel, &namespace, &query)?;
        let Position { offset, epoch } = page.position;
        let result = HistoryResult { publications: page.publications, epoch, offset };
        Ok(Some(reply! { history: result }))
    }

    /// Checks whether the channel has what the query reads, and whether the client may read it.
    fn check_query(&mut self, channel: &str, facts: fn(&Namespace) -> (bool, Allowed)) -> Result<(), Refused> {
        if channel.is_empty() {
            return Err(Close::BAD_REQUEST.into());
        }
        let namespace = self.named(channel)?;
        let (exists, allowed) = facts(&namespace);
        if !exists {
            return Err(ErrorCode::NOT_AVAILABLE.into());
        }
        let session = self.session().ok_or(Close::SERVER_ERROR)?;
        let (is_known, is_subscribed) = (!session.member.user.is_empty(), session.is_subscribed(channel));
        if allowed.allows(is_known, is_subscribed) || self.engine.options.client.insecure {
            Ok(())
        } else {
            Err(ErrorCode::PERMISSION_DENIED.into())
        }
    }
}

impl Allowed {
    /// Whether a client may, which isn't subscribed. `is_known`: it has a user id.
    pub(super) fn reaches(self, is_known: bool) -> bool {
        self.allows(is_known, false)
    }

    /// Whether a subscriber may.
    pub(super) fn reaches_subscriber(self, is_known: bool) -> bool {
        self.allows(is_known, true)
    }

    pub(super) fn allows(self, is_known: bool, is_subscribed: bool) -> bool {
        (self.for_client || (self.for_subscriber && is_subscribed)) && (is_known || self.for_anonymous)
    }
}
